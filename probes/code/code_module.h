// What is known about the code of one file, each part read when it is first asked for: symbol
// tables, function bounds, debug information (its own or of a separate debug file). Between units
// of file offsets (outside) and virtual addresses (inside) it translates by the program headers.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "probes/code/dwarf_index.h"
#include "probes/code/function_bounds.h"
#include "probes/code/symbol_table.h"
#include "probes/code/symbols.h"

namespace bottleneck {

class CodeModule {
 public:
  /// `root` is what separate debug files lie below: "" or "/proc/PID/root".
  CodeModule(std::string path, std::string root) : path_(std::move(path)), root_(std::move(root)) {}

  std::vector<Frame> resolve(std::uint64_t file_offset);
  std::string function_name(std::uint64_t file_offset);
  std::string data_symbol(std::uint64_t virtual_address);
  struct FunctionRange {
    std::uint64_t file_offset = 0;
    std::uint64_t address = 0;  ///< virtual
    std::uint64_t length = 0;   ///< bytes
  };
  /// The function that holds the place; nothing where neither a symbol nor a frame tells its end.
  std::optional<FunctionRange> function_range(std::uint64_t file_offset);
  /// The offset itself where no segment holds it.
  std::uint64_t virtual_address(std::uint64_t file_offset);

  /// Debug information holds a descriptor and memory; it is opened again when needed.
  bool holds_debug_information() const { return dwarf_ != nullptr; }
  void drop_debug_information();

 private:
  struct Named {
    std::string name;
    std::uint64_t start = 0;  ///< virtual address
  };
  void read_symbols();
  void open_debug_information();
  Named name_at(std::uint64_t address);
  const std::string& readable(const ElfSymbol&);
  std::uint64_t to_file_offset(std::uint64_t address) const;

  std::string path_;
  std::string root_;
  bool symbols_read_ = false;
  bool dwarf_opened_ = false;
  std::vector<Segment> segments_;
  SymbolTable symbols_;
  std::vector<FunctionBound> bounds_;
  std::unique_ptr<DwarfIndex> dwarf_;
  std::unordered_map<std::uint32_t, std::string> readable_;  ///< demangled, by ElfSymbol::name
};

}  // namespace bottleneck
