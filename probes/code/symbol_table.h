// Functions and data objects of ELF symbol tables (.symtab, .dynsym) and the entries of the
// procedure linkage table, copied out of the file so that it can be closed. Names stay as linkers
// see them; addresses are virtual addresses.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "probes/code/elf_file.h"

namespace bottleneck {

struct ElfSymbol {
  std::uint64_t address = 0;
  std::uint64_t size = 0;  ///< 0 unknown: assembly without .size
  std::uint32_t name = 0;  ///< offset into the names
  std::uint8_t rank = 0;   ///< which one is shown where several begin at one address: the highest
};

class SymbolTable {
 public:
  /// Adds both tables; call it for the file and for its debug file, then `sort` once.
  void add(const ElfFile&);
  /// Adds "name@plt" for each stub that jumps through the global offset table. x86-64 only.
  void add_plt(const ElfFile&);
  void sort();

  /// The function that holds the address, or begins last before it where its size is unknown; null
  /// if none.
  const ElfSymbol* function_at(std::uint64_t address) const;
  /// The data object that holds the address; null if none.
  const ElfSymbol* object_at(std::uint64_t address) const;
  std::string_view name(const ElfSymbol& symbol) const { return names_.c_str() + symbol.name; }

 private:
  void add_table(const ElfFile&, Elf_Scn*, const std::vector<bool>& executable);

  std::vector<ElfSymbol> functions_;
  std::vector<ElfSymbol> objects_;
  std::string names_{'\0'};  ///< each ended by a 0
};

}  // namespace bottleneck
