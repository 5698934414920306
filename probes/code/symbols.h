// Names and lines for addresses in files: ELF symbol tables, .eh_frame for stripped code, DWARF
// with inlined functions through an own per-CU index (libdw's per-address walk is 1000x slower),
// separate debug files, perf map files of JITs. Reads files only; never goes to the network
// (DEBUGINFOD_URLS is ignored). One instance per run; caches per module.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "probes/system.h"

namespace bottleneck {

struct Frame {
  std::string function;  ///< demangled (C++, Rust); "" unknown
  std::string file;      ///< source file as the compiler wrote it; "" unknown
  int line = 0;
  std::uint64_t start =
      0;  ///< file offset where the machine code around it begins, for inlined ones too; 0 unknown
};

/// The machine code of one function, as it lies in its file.
struct FunctionCode {
  std::uint64_t file_offset = 0;  ///< of the first byte
  std::uint64_t address = 0;      ///< virtual, of the first byte
  std::vector<std::uint8_t> bytes;
};

class Symbols {
 public:
  explicit Symbols(System system);
  ~Symbols();
  Symbols(const Symbols&) = delete;
  Symbols& operator=(const Symbols&) = delete;

  /// The frames at a place in a file, innermost inlined one first; at least one, with "" where
  /// nothing is known (a function known only by .eh_frame is called "function at 0x1234"). Units:
  /// file_offset as from mmap records: address - map.start + map.offset. Errors: none; a file that
  /// cannot be read gives an empty frame.
  std::vector<Frame> resolve(const std::string& module, std::uint64_t file_offset);

  /// The function that begins there, without DWARF: for many addresses while the target runs.
  std::string function_name(const std::string& module, std::uint64_t file_offset);

  /// The data symbol (dynamic or static symbol table) that this file offset or .bss address belongs
  /// to; "" none. Units: address relative to the module's lowest mapping (load bias removed): a
  /// virtual address of the ELF file.
  std::string data_symbol(const std::string& module, std::uint64_t virtual_address);

  /// The ELF file's virtual address of a file offset; the offset itself where no segment holds it.
  std::uint64_t virtual_address(const std::string& module, std::uint64_t file_offset);

  /// Up to `count` bytes of the file before `file_offset` (not including it); fewer at the
  /// beginning or on error.
  std::vector<std::uint8_t> bytes_before(const std::string& module, std::uint64_t file_offset,
                                         std::size_t count);

  /// The function around that place, by symbol or by .eh_frame; no bytes where neither knows one,
  /// or where it is longer than `most` bytes.
  FunctionCode function_code(const std::string& module, std::uint64_t file_offset,
                             std::size_t most);

  /// The name of JIT code by /tmp/perf-PID.map (of the target's mount namespace, through
  /// /proc/PID/root); "" none.
  std::string jit_function(int pid, std::uint64_t address);

 private:
  struct Modules;
  std::unique_ptr<Modules> modules_;
};

}  // namespace bottleneck
