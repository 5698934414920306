#include "probes/code/symbol_table.h"

#include <algorithm>
#include <limits>

namespace bottleneck {
namespace {

/// Labels inside a function (glibc's assembly) hide it from a search for the last beginning: so
/// many are looked past.
constexpr int most_inner_labels = 8;

std::vector<bool> executable_sections(Elf* elf) {
  std::vector<bool> executable;
  Elf_Scn* section = nullptr;
  while ((section = elf_nextscn(elf, section)) != nullptr) {
    GElf_Shdr header;
    const std::size_t index = elf_ndxscn(section);
    if (index >= executable.size()) executable.resize(index + 1);
    executable[index] = gelf_getshdr(section, &header) && (header.sh_flags & SHF_EXECINSTR) != 0;
  }
  return executable;
}

/// Names of linkage table entries come behind those of the tables: without room for them all would
/// be copied again, and big programs have 100 MB.
constexpr std::size_t room_for_stubs = 1 << 16;
constexpr std::uint64_t most_reserved = 256 << 20;

std::uint64_t bytes_of_texts(Elf* elf) {
  std::uint64_t bytes = 0;
  Elf_Scn* section = nullptr;
  while ((section = elf_nextscn(elf, section)) != nullptr) {
    GElf_Shdr header;
    if (!gelf_getshdr(section, &header)) continue;
    if (header.sh_type != SHT_SYMTAB && header.sh_type != SHT_DYNSYM) continue;
    Elf_Scn* text = elf_getscn(elf, header.sh_link);
    if (text && gelf_getshdr(text, &header)) bytes += std::min(header.sh_size, most_reserved) + 1;
    if (bytes > most_reserved) return 0;
  }
  return bytes;
}

std::uint8_t rank_of(const GElf_Sym& symbol) {
  const int binding = GELF_ST_BIND(symbol.st_info);
  const bool typed = GELF_ST_TYPE(symbol.st_info) != STT_NOTYPE;
  const int scope = binding == STB_GLOBAL ? 2 : binding == STB_WEAK ? 1 : 0;
  return static_cast<std::uint8_t>((symbol.st_size != 0 ? 8 : 0) + (typed ? 4 : 0) + scope);
}

/// The 0-ended text at an offset of a string table; "" where it leads outside.
std::string_view text_at(std::string_view strings, std::uint64_t offset) {
  if (offset >= strings.size()) return {};
  const std::string_view rest = strings.substr(offset);
  const std::size_t end = rest.find('\0');
  return end == std::string_view::npos ? std::string_view{} : rest.substr(0, end);
}

const ElfSymbol* holder_of(const std::vector<ElfSymbol>& symbols, std::uint64_t address,
                           bool accept_unsized) {
  auto after = std::upper_bound(symbols.begin(), symbols.end(), address,
                                [](std::uint64_t a, const ElfSymbol& s) { return a < s.address; });
  const ElfSymbol* last_unsized = nullptr;
  for (int i = 0; i <= most_inner_labels && after != symbols.begin(); ++i) {
    const ElfSymbol& symbol = *--after;
    if (address - symbol.address < symbol.size) return &symbol;
    if (i == 0 && symbol.size == 0) last_unsized = &symbol;
  }
  return accept_unsized ? last_unsized : nullptr;
}

void keep_best_of_each_address(std::vector<ElfSymbol>& symbols) {
  std::stable_sort(symbols.begin(), symbols.end(), [](const ElfSymbol& a, const ElfSymbol& b) {
    return a.address != b.address ? a.address < b.address : a.rank > b.rank;
  });
  const auto same = [](const ElfSymbol& a, const ElfSymbol& b) { return a.address == b.address; };
  symbols.erase(std::unique(symbols.begin(), symbols.end(), same), symbols.end());
  symbols.shrink_to_fit();
}

}  // namespace

void SymbolTable::add(const ElfFile& file) {
  const std::vector<bool> executable = executable_sections(file.handle());
  names_.reserve(names_.size() + bytes_of_texts(file.handle()) + room_for_stubs);
  Elf_Scn* section = nullptr;
  while ((section = elf_nextscn(file.handle(), section)) != nullptr) {
    GElf_Shdr header;
    if (!gelf_getshdr(section, &header)) continue;
    if (header.sh_type == SHT_SYMTAB || header.sh_type == SHT_DYNSYM)
      add_table(file, section, executable);
  }
}

void SymbolTable::add_table(const ElfFile& file, Elf_Scn* section,
                            const std::vector<bool>& executable) {
  GElf_Shdr header;
  Elf_Data* data = elf_getdata(section, nullptr);
  if (!data || !gelf_getshdr(section, &header)) return;
  Elf_Scn* text = elf_getscn(file.handle(), header.sh_link);
  GElf_Shdr text_header;
  const std::size_t entry = gelf_fsize(file.handle(), ELF_T_SYM, 1, EV_CURRENT);
  if (!text || !gelf_getshdr(text, &text_header) || entry == 0) return;
  if (text_header.sh_size >= std::numeric_limits<std::uint32_t>::max() - names_.size()) return;
  const std::uint64_t base = names_.size();
  if (!file.append_bytes(text, names_)) return;
  const std::string_view strings = std::string_view(names_).substr(base);
  for (std::size_t i = 0; i < std::min<std::size_t>(data->d_size / entry, INT32_MAX); ++i) {
    GElf_Sym symbol;
    if (!gelf_getsym(data, static_cast<int>(i), &symbol)) break;
    if (symbol.st_shndx == SHN_UNDEF || text_at(strings, symbol.st_name).empty()) continue;
    const ElfSymbol kept{symbol.st_value, symbol.st_size,
                         static_cast<std::uint32_t>(base + symbol.st_name), rank_of(symbol)};
    const int type = GELF_ST_TYPE(symbol.st_info);
    const bool code = symbol.st_shndx < executable.size() && executable[symbol.st_shndx];
    if (type == STT_FUNC || type == STT_GNU_IFUNC || (type == STT_NOTYPE && code))
      functions_.push_back(kept);
    else if (type == STT_OBJECT && symbol.st_size != 0)
      objects_.push_back(kept);
  }
  names_.push_back('\0');
}

void SymbolTable::sort() {
  keep_best_of_each_address(functions_);
  keep_best_of_each_address(objects_);
}

const ElfSymbol* SymbolTable::function_at(std::uint64_t address) const {
  return holder_of(functions_, address, true);
}

const ElfSymbol* SymbolTable::object_at(std::uint64_t address) const {
  return holder_of(objects_, address, false);
}

}  // namespace bottleneck
