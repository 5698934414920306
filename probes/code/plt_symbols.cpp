// Names of procedure linkage table entries, found by what each entry does (jump through a slot of
// the global offset table whose relocation names the function) and not by counting entries: linkers
// differ in the order.

#include <cstring>
#include <unordered_map>

#include "probes/code/symbol_table.h"

namespace bottleneck {
namespace {

constexpr std::size_t stub_bytes = 16;  // of .plt and .plt.sec
constexpr std::size_t got_stub_bytes =
    8;  // of .plt.got without branch tracking; 16 with it, which 8 divides

using Slots = std::unordered_map<std::uint64_t, std::string>;

void collect_slots(Elf* elf, Elf_Scn* section, Slots& slots) {
  GElf_Shdr header;
  Elf_Data* data = elf_getdata(section, nullptr);
  if (!data || !gelf_getshdr(section, &header)) return;
  Elf_Scn* symbol_section = elf_getscn(elf, header.sh_link);
  Elf_Data* symbols = elf_getdata(symbol_section, nullptr);
  GElf_Shdr symbol_header;
  if (!symbols || !gelf_getshdr(symbol_section, &symbol_header)) return;
  GElf_Rela relocation;
  for (int i = 0; gelf_getrela(data, i, &relocation); ++i) {
    const auto type = GELF_R_TYPE(relocation.r_info);
    GElf_Sym symbol;
    if (type != R_X86_64_JUMP_SLOT && type != R_X86_64_GLOB_DAT) continue;
    if (!gelf_getsym(symbols, static_cast<int>(GELF_R_SYM(relocation.r_info)), &symbol)) continue;
    const char* name = elf_strptr(elf, symbol_header.sh_link, symbol.st_name);
    if (name && *name) slots.emplace(relocation.r_offset, name);
  }
}

/// The slot that the jump in these bytes goes through: `jmp *displacement(%rip)`, perhaps after
/// endbr64 or bnd.
std::uint64_t slot_of(const unsigned char* stub, std::size_t size, std::uint64_t address) {
  constexpr std::size_t jump_bytes = 6;
  for (std::size_t i = 0; i + jump_bytes <= size; ++i) {
    if (stub[i] != 0xff || stub[i + 1] != 0x25) continue;
    std::int32_t displacement = 0;
    std::memcpy(&displacement, stub + i + 2, sizeof displacement);
    return address + i + jump_bytes + static_cast<std::uint64_t>(std::int64_t{displacement});
  }
  return 0;
}

}  // namespace

void SymbolTable::add_plt(const ElfFile& file) {
  if (file.machine() != EM_X86_64) return;
  Slots slots;
  for (const char* name : {".rela.plt", ".rela.dyn"})
    if (Elf_Scn* section = file.section(name)) collect_slots(file.handle(), section, slots);
  for (const char* name : {".plt", ".plt.sec", ".plt.got"}) {
    Elf_Scn* section = file.section(name);
    GElf_Shdr header;
    Elf_Data* data = section ? elf_getdata(section, nullptr) : nullptr;
    if (!data || !data->d_buf || !gelf_getshdr(section, &header)) continue;
    const std::size_t step = header.sh_entsize == got_stub_bytes ? got_stub_bytes : stub_bytes;
    for (std::size_t at = 0; at + step <= data->d_size; at += step) {
      const auto* stub = static_cast<const unsigned char*>(data->d_buf) + at;
      const auto slot = slots.find(slot_of(stub, step, header.sh_addr + at));
      if (slot == slots.end() || names_.size() + slot->second.size() > UINT32_MAX - 8) continue;
      functions_.push_back(
          {header.sh_addr + at, step, static_cast<std::uint32_t>(names_.size()), 0});
      names_.append(slot->second).append("@plt").push_back('\0');
    }
  }
}

}  // namespace bottleneck
