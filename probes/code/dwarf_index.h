// Source lines and inlined functions of one file by DWARF 4 and 5, through an own index: at first
// the address ranges of the units alone (one DIE each), and a unit's functions only when an address
// falls into it. libdw's own search walks all DIEs for each address, a thousand times slower. Split
// units (.dwo) are not looked for: their code has lines only.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <elfutils/libdw.h>

#include "probes/code/elf_file.h"
#include "probes/code/symbols.h"

namespace bottleneck {

struct DwarfChain {
  std::vector<Frame>
      frames;  ///< innermost first; `start` is the virtual address of the real function for all
  bool mangled_outer = false;  ///< the outermost name came with its full signature
};

class DwarfIndex {
 public:
  /// Null where the file has no debug information that can be read.
  static std::unique_ptr<DwarfIndex> open(std::unique_ptr<ElfFile>);

  /// No frames where the address is in no unit.
  DwarfChain resolve(std::uint64_t address);

 private:
  struct Range {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
    std::uint64_t reach = 0;  ///< largest `high` up to here: where a search backwards may stop
    std::uint32_t item = 0;   ///< index into units_, Unit::trees or Tree::functions
  };
  /// A function or an inlined copy of one.
  struct Function {
    Dwarf_Off die = 0;
    std::int32_t parent = -1;  ///< the function around it; -1 none
    std::uint16_t depth = 0;
    bool inlined = false;
  };
  /// The functions below one DIE, itself included.
  struct Tree {
    Dwarf_Off die = 0;
    bool indexed = false;
    std::vector<Function> functions;
    std::vector<Range> ranges;
  };
  struct Unit {
    Dwarf_Off die = 0;
    bool scanned = false;
    std::vector<Tree> trees;    ///< of the outermost functions
    std::vector<Range> ranges;  ///< of the outermost functions
    Tree whole;                 ///< of the unit's DIE: only where an address is in none of them
  };
  struct Name {
    std::string text;
    bool mangled = false;
  };
  struct End {
    void operator()(Dwarf* dwarf) const { dwarf_end(dwarf); }
  };
  struct Walk;

  DwarfIndex() = default;
  bool find_texts();
  void map_units();
  void scan(Unit&);
  void scan_below(Unit&, Walk&, Dwarf_Die* parent, bool in_function, int depth);
  void index(Tree&);
  void walk(Tree&, Walk&, Dwarf_Die* parent, int enclosing, int depth);
  static int add_function(Tree&, Walk&, Dwarf_Die*, int enclosing);
  Tree& tree_at(Unit&, std::uint64_t address);
  static std::uint64_t collect_ranges(Dwarf_Die*, std::uint32_t item, std::vector<Range>&,
                                      std::uint64_t most);
  static void sort_ranges(std::vector<Range>&);
  static const Range* narrowest(const std::vector<Range>&, std::uint64_t address,
                                const std::vector<Function>* functions);
  static std::uint64_t start_of(const Tree&, std::uint32_t function, std::uint64_t address);
  Frame call_site(Dwarf_Die* unit, const Function&);
  const Name& name_of(Dwarf_Off die);
  std::string text_of(Dwarf_Die*, unsigned attribute) const;

  std::unique_ptr<ElfFile> file_;  // before dwarf_: is closed after it
  std::unique_ptr<Dwarf, End> dwarf_;
  std::vector<std::string_view> texts_;  ///< debug sections: where names may lie
  std::vector<Unit> units_;
  std::vector<Range> unit_ranges_;
  std::unordered_map<Dwarf_Off, Name> names_;
};

}  // namespace bottleneck
