// What an ELF program is like as far as preloading goes, asked of code/elf_file.h: whatever does
// not fit in its own file is refused as damaged. Decides nothing (preload.h does).
#pragma once

#include <optional>
#include <string>

namespace bottleneck::inject {

struct ProgramFacts {
  bool native = false;     ///< 64-bit little-endian of this machine's architecture
  bool is_32_bit = false;  ///< and of this machine's family
  bool dynamic = false;    ///< has a program interpreter, hence an LD_PRELOAD that is obeyed
  std::string sanitizer;   ///< "AddressSanitizer"; "" none
};

/// nullopt: no ELF program, or damaged.
std::optional<ProgramFacts> read_program(const std::string& path);

}  // namespace bottleneck::inject
