#include "probes/code/dwarf_index.h"

#include <algorithm>
#include <cstring>
#include <filesystem>

#include <dwarf.h>

namespace bottleneck {
namespace {

// Limits against files made to hurt; real ones stay far below. Chromium's debug information (the
// largest that is commonly met) has about 4e4 units, and 1e6 ranges in its largest unit.
constexpr std::uint64_t most_ranges = 8'000'000;
constexpr std::size_t most_units = 1'000'000;
constexpr int deepest_scope = 256;
constexpr int most_steps_back = 100'000;

/// A scope that may hold functions: without ranges of their own too (abstract functions hold
/// lambdas and local classes).
bool holds_functions(int tag) {
  switch (tag) {
    case DW_TAG_subprogram:
    case DW_TAG_inlined_subroutine:
    case DW_TAG_lexical_block:
    case DW_TAG_try_block:
    case DW_TAG_catch_block:
    case DW_TAG_namespace:
    case DW_TAG_module:
    case DW_TAG_class_type:
    case DW_TAG_structure_type:
    case DW_TAG_union_type:
    case DW_TAG_enumeration_type:
      return true;
    default:
      return false;
  }
}

/// dwz moves what packages share into a file of its own, which libdw opens without looking what it
/// is: only where that is a regular file or not there may libdw try.
bool shared_part_is_harmless(const ElfFile& file) {
  Elf_Scn* section = file.section(".gnu_debugaltlink");
  if (!section) return true;
  const Elf_Data* data = elf_rawdata(section, nullptr);
  if (!data || !data->d_buf || !std::memchr(data->d_buf, 0, data->d_size)) return false;
  const std::filesystem::path link(static_cast<const char*>(data->d_buf));
  std::error_code error;
  const auto status =
      std::filesystem::status(std::filesystem::path(file.path()).parent_path() / link, error);
  return status.type() == std::filesystem::file_type::regular ||
         status.type() == std::filesystem::file_type::not_found;
}

bool is_type(int tag) {
  return tag == DW_TAG_class_type || tag == DW_TAG_structure_type || tag == DW_TAG_union_type ||
         tag == DW_TAG_enumeration_type;
}

int number_of(Dwarf_Die* die, unsigned attribute) {
  Dwarf_Attribute found;
  Dwarf_Word value = 0;
  if (!dwarf_attr(die, attribute, &found) || dwarf_formudata(&found, &value) != 0) return 0;
  return value > INT32_MAX ? 0 : static_cast<int>(value);
}

void take_line(Dwarf_Die* unit, std::uint64_t address, std::string& file, int& line) {
  Dwarf_Line* found = dwarf_getsrc_die(unit, address);
  const char* source = found ? dwarf_linesrc(found, nullptr, nullptr) : nullptr;
  if (!source || dwarf_lineno(found, &line) != 0) return;
  file = source;
}

}  // namespace

/// State of one walk through DIEs. They are met in the order of their offsets, each once: a sibling
/// pointer that leads back or into children already seen ends the walk.
struct DwarfIndex::Walk {
  Dwarf_Off latest = 0;
  std::uint64_t room = most_ranges;  ///< ranges that may still be added

  bool moves_on_to(Dwarf_Off offset) {
    if (offset <= latest) return false;
    latest = offset;
    return true;
  }
};

std::unique_ptr<DwarfIndex> DwarfIndex::open(std::unique_ptr<ElfFile> file) {
  if (!file || !shared_part_is_harmless(*file)) return nullptr;
  std::unique_ptr<DwarfIndex> index(new DwarfIndex);
  index->dwarf_.reset(dwarf_begin_elf(file->handle(), DWARF_C_READ, nullptr));
  if (!index->dwarf_) return nullptr;
  index->file_ = std::move(file);
  if (!index->find_texts()) return nullptr;
  index->map_units();
  return index;
}

void DwarfIndex::map_units() {
  Dwarf_CU* unit = nullptr;
  Dwarf_Die die;
  std::uint64_t room = most_ranges;
  while (units_.size() < most_units &&
         dwarf_get_units(dwarf_.get(), unit, &unit, nullptr, nullptr, &die, nullptr) == 0) {
    if (dwarf_tag(&die) != DW_TAG_compile_unit && dwarf_tag(&die) != DW_TAG_skeleton_unit) continue;
    const auto item = static_cast<std::uint32_t>(units_.size());
    const std::uint64_t added = collect_ranges(&die, item, unit_ranges_, room);
    if (added == 0) continue;
    room -= added;
    units_.push_back({dwarf_dieoffset(&die), false, {}, {}, {}});
  }
  sort_ranges(unit_ranges_);
}

std::uint64_t DwarfIndex::collect_ranges(Dwarf_Die* die, std::uint32_t item,
                                         std::vector<Range>& ranges, std::uint64_t most) {
  Dwarf_Addr base = 0;
  Dwarf_Addr low = 0;
  Dwarf_Addr high = 0;
  std::ptrdiff_t next = 0;
  std::uint64_t added = 0;
  while (added < most && (next = dwarf_ranges(die, next, &base, &low, &high)) > 0) {
    // A linker that drops a function leaves its range at address 0, or at 1 (lld).
    if (low >= high || low <= 1) continue;
    ranges.push_back({low, high, 0, item});
    ++added;
  }
  return added;
}

void DwarfIndex::sort_ranges(std::vector<Range>& ranges) {
  std::stable_sort(ranges.begin(), ranges.end(),
                   [](const Range& a, const Range& b) { return a.low < b.low; });
  std::uint64_t reach = 0;
  for (Range& range : ranges) range.reach = reach = std::max(reach, range.high);
}

/// Among the ranges that hold the address the deepest function, or without functions the shortest
/// range.
const DwarfIndex::Range* DwarfIndex::narrowest(const std::vector<Range>& ranges,
                                               std::uint64_t address,
                                               const std::vector<Function>* functions) {
  auto after = std::upper_bound(ranges.begin(), ranges.end(), address,
                                [](std::uint64_t a, const Range& r) { return a < r.low; });
  const Range* best = nullptr;
  const auto better = [&](const Range& a, const Range& b) {
    if (functions) return (*functions)[a.item].depth > (*functions)[b.item].depth;
    return a.high - a.low < b.high - b.low;
  };
  for (int steps = 0; after != ranges.begin() && steps < most_steps_back; ++steps) {
    const Range& range = *--after;
    if (range.reach <= address) break;
    if (address < range.high && (!best || better(range, *best))) best = &range;
  }
  return best;
}

/// Only the outermost functions that have code, without what is in them: most of a unit is passed
/// over by its sibling pointers. Types hold declarations only, save those inside of functions
/// (lambdas, local classes).
void DwarfIndex::scan(Unit& unit) {
  unit.scanned = true;
  unit.whole.die = unit.die;
  Dwarf_Die die;
  if (!dwarf_offdie(dwarf_.get(), unit.die, &die)) return;
  Walk state{unit.die};
  scan_below(unit, state, &die, false, 0);
  sort_ranges(unit.ranges);
}

void DwarfIndex::scan_below(Unit& unit, Walk& state, Dwarf_Die* parent, bool in_function,
                            int depth) {
  Dwarf_Die die;
  if (depth > deepest_scope || dwarf_child(parent, &die) != 0) return;
  do {
    if (!state.moves_on_to(dwarf_dieoffset(&die))) return;
    const int tag = dwarf_tag(&die);
    if (!holds_functions(tag) || (is_type(tag) && !in_function)) continue;
    if (tag == DW_TAG_subprogram) {
      const auto item = static_cast<std::uint32_t>(unit.trees.size());
      const std::uint64_t added = collect_ranges(&die, item, unit.ranges, state.room);
      state.room -= added;
      if (added != 0) unit.trees.push_back({dwarf_dieoffset(&die), false, {}, {}});
      if (added != 0) continue;
    }
    if (dwarf_haschildren(&die) == 1)
      scan_below(unit, state, &die, in_function || tag == DW_TAG_subprogram, depth + 1);
  } while (dwarf_siblingof(&die, &die) == 0);
}

void DwarfIndex::index(Tree& tree) {
  tree.indexed = true;
  Dwarf_Die die;
  if (!dwarf_offdie(dwarf_.get(), tree.die, &die)) return;
  Walk state{tree.die};
  const int top = dwarf_tag(&die) == DW_TAG_subprogram ? add_function(tree, state, &die, -1) : -1;
  walk(tree, state, &die, top, 0);
  sort_ranges(tree.ranges);
}

void DwarfIndex::walk(Tree& tree, Walk& state, Dwarf_Die* parent, int enclosing, int depth) {
  Dwarf_Die die;
  if (depth > deepest_scope || dwarf_child(parent, &die) != 0) return;
  do {
    if (!state.moves_on_to(dwarf_dieoffset(&die))) return;
    const int tag = dwarf_tag(&die);
    if (!holds_functions(tag)) continue;
    const bool function = tag == DW_TAG_subprogram || tag == DW_TAG_inlined_subroutine;
    const int inner = function ? add_function(tree, state, &die, enclosing) : enclosing;
    if (dwarf_haschildren(&die) == 1) walk(tree, state, &die, inner, depth + 1);
  } while (dwarf_siblingof(&die, &die) == 0);
}

/// Its index; `enclosing` again where it has no code of its own.
int DwarfIndex::add_function(Tree& tree, Walk& state, Dwarf_Die* die, int enclosing) {
  const auto item = static_cast<std::uint32_t>(tree.functions.size());
  const std::uint64_t added = collect_ranges(die, item, tree.ranges, state.room);
  if (added == 0) return enclosing;
  state.room -= added;
  const int depth =
      enclosing < 0 ? 0 : tree.functions[static_cast<std::size_t>(enclosing)].depth + 1;
  tree.functions.push_back({dwarf_dieoffset(die), enclosing, static_cast<std::uint16_t>(depth),
                            dwarf_tag(die) == DW_TAG_inlined_subroutine});
  return static_cast<int>(item);
}

DwarfIndex::Tree& DwarfIndex::tree_at(Unit& unit, std::uint64_t address) {
  if (!unit.scanned) scan(unit);
  const Range* outer = narrowest(unit.ranges, address, nullptr);
  Tree& tree = outer ? unit.trees[outer->item] : unit.whole;
  if (!tree.indexed) index(tree);
  return tree;
}

/// Where the machine code that holds the address begins: of the function's ranges the one around
/// it, so that the cold part that a compiler splits off is a place of its own.
std::uint64_t DwarfIndex::start_of(const Tree& tree, std::uint32_t function,
                                   std::uint64_t address) {
  auto after = std::upper_bound(tree.ranges.begin(), tree.ranges.end(), address,
                                [](std::uint64_t a, const Range& r) { return a < r.low; });
  for (int steps = 0; after != tree.ranges.begin() && steps < most_steps_back; ++steps) {
    const Range& range = *--after;
    if (range.reach <= address) break;
    if (range.item == function && address < range.high) return range.low;
  }
  return 0;
}

/// The place that this inlined function was called from.
Frame DwarfIndex::call_site(Dwarf_Die* unit, const Function& function) {
  Frame frame;
  Dwarf_Die die;
  Dwarf_Files* files = nullptr;
  std::size_t count = 0;
  if (!dwarf_offdie(dwarf_.get(), function.die, &die)) return frame;
  frame.line = number_of(&die, DW_AT_call_line);
  if (dwarf_getsrcfiles(unit, &files, &count) != 0) return frame;
  const auto index = static_cast<std::size_t>(number_of(&die, DW_AT_call_file));
  if (const char* source = dwarf_filesrc(files, index, nullptr, nullptr)) frame.file = source;
  return frame;
}

DwarfChain DwarfIndex::resolve(std::uint64_t address) {
  DwarfChain chain;
  const Range* unit_range = narrowest(unit_ranges_, address, nullptr);
  Dwarf_Die unit_die;
  if (!unit_range) return chain;
  Unit& unit = units_[unit_range->item];
  if (!dwarf_offdie(dwarf_.get(), unit.die, &unit_die)) return chain;
  Frame frame;
  take_line(&unit_die, address, frame.file, frame.line);
  const Tree& tree = tree_at(unit, address);
  const Range* range = narrowest(tree.ranges, address, &tree.functions);
  std::uint64_t start = 0;
  for (int i = range ? static_cast<int>(range->item) : -1; i >= 0;) {
    const Function& function = tree.functions[static_cast<std::size_t>(i)];
    const Name& name = name_of(function.die);
    frame.function = name.text;
    chain.mangled_outer = name.mangled;
    chain.frames.push_back(frame);
    start = start_of(tree, static_cast<std::uint32_t>(i), address);
    if (!function.inlined) break;
    frame = call_site(&unit_die, function);
    i = function.parent;
  }
  if (chain.frames.empty() && !frame.file.empty()) chain.frames.push_back(frame);
  for (Frame& f : chain.frames) f.start = start;
  return chain;
}

}  // namespace bottleneck
