#include "probes/inject/preload_elf.h"

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "probes/code/elf_file.h"

namespace bottleneck::inject {
namespace {

#if defined(__x86_64__)
constexpr int own_machine = EM_X86_64;
constexpr int small_machine = EM_386;
#elif defined(__aarch64__)
constexpr int own_machine = EM_AARCH64;
constexpr int small_machine = EM_ARM;
#else
constexpr int own_machine = EM_NONE;
constexpr int small_machine = EM_NONE;
#endif

/// A runtime's entry point. Shared runtimes and clang's show it among the dynamic symbols, gcc's
/// static ones only in .symtab (or, for AddressSanitizer, by the last name).
constexpr std::array<std::pair<std::string_view, const char*>, 5> runtimes{{
    {"__asan_init", "AddressSanitizer"},
    {"__hwasan_init", "HWAddressSanitizer"},
    {"__tsan_init", "ThreadSanitizer"},
    {"__msan_init", "MemorySanitizer"},
    {"__lsan_default_suppressions", "AddressSanitizer"},
}};
/// And the shared runtimes, by gcc's and clang's names.
constexpr std::array<std::pair<std::string_view, const char*>, 6> libraries{{
    {"libasan.so", "AddressSanitizer"},
    {"libclang_rt.asan", "AddressSanitizer"},
    {"libhwasan.so", "HWAddressSanitizer"},
    {"libtsan.so", "ThreadSanitizer"},
    {"libclang_rt.tsan", "ThreadSanitizer"},
    {"libclang_rt.msan", "MemorySanitizer"},
}};

std::string sanitizer_of_library(std::string_view needed) {
  for (const auto& [prefix, name] : libraries)
    if (needed.starts_with(prefix)) return name;
  return "";
}

/// A string table holds the names of all symbols, defined or not; linkers let a name be the end of
/// another one, so what comes before it does not matter.
std::string sanitizer_in(std::string_view names) {
  for (const auto& [symbol, name] : runtimes)
    if (names.find(std::string(symbol) + '\0') != names.npos) return name;
  return "";
}

std::string sanitizer_in_all_symbols(const ElfFile& elf) {
  Elf_Scn* symbols = elf.section(".symtab");
  GElf_Shdr header;
  if (!symbols || !gelf_getshdr(symbols, &header)) return "";
  Elf_Scn* section = elf_getscn(elf.handle(), header.sh_link);
  std::string names;
  return section && elf.append_bytes(section, names) ? sanitizer_in(names) : "";
}

/// The string table that the dynamic section says; "" where it leads nowhere.
std::string_view dynamic_names(const ElfFile& elf, std::uint64_t address, std::uint64_t size) {
  const auto offset = offset_of(elf.segments(), address);
  const Elf_Data* data =
      offset && *offset <= INT64_MAX
          ? elf_getdata_rawchunk(elf.handle(), static_cast<std::int64_t>(*offset), size, ELF_T_BYTE)
          : nullptr;
  return data ? std::string_view(static_cast<const char*>(data->d_buf), data->d_size)
              : std::string_view();
}

std::string find_sanitizer(const ElfFile& elf, const GElf_Phdr& dynamic) {
  Elf_Data* entries = elf_getdata_rawchunk(
      elf.handle(), static_cast<std::int64_t>(dynamic.p_offset), dynamic.p_filesz, ELF_T_DYN);
  std::uint64_t names_at = 0, names_size = 0;
  std::vector<std::uint64_t> needed;
  GElf_Dyn entry;
  for (int i = 0; entries && gelf_getdyn(entries, i, &entry) && entry.d_tag != DT_NULL; ++i) {
    if (entry.d_tag == DT_STRTAB) names_at = entry.d_un.d_ptr;
    if (entry.d_tag == DT_STRSZ) names_size = entry.d_un.d_val;
    if (entry.d_tag == DT_NEEDED) needed.push_back(entry.d_un.d_val);
  }
  const std::string_view names = dynamic_names(elf, names_at, names_size);
  for (const std::uint64_t at : needed) {
    if (at >= names.size()) continue;
    std::string found = sanitizer_of_library(names.substr(at));
    if (!found.empty()) return found;
  }
  return sanitizer_in(names);
}

}  // namespace

std::optional<ProgramFacts> read_program(const std::string& path) {
  const auto elf = ElfFile::open(path);
  const char* ident = elf ? elf_getident(elf->handle(), nullptr) : nullptr;
  if (!ident) return std::nullopt;
  ProgramFacts facts;
  facts.is_32_bit = ident[EI_CLASS] == ELFCLASS32 && elf->machine() == small_machine;
  facts.native = ident[EI_CLASS] == ELFCLASS64 && ident[EI_DATA] == ELFDATA2LSB &&
                 elf->machine() == own_machine;
  if (!facts.native) return facts;
  if (elf->segments().empty()) return std::nullopt;
  GElf_Phdr header;
  for (int i = 0; gelf_getphdr(elf->handle(), i, &header); ++i) {
    if (header.p_type == PT_INTERP) facts.dynamic = true;
    if (header.p_type == PT_DYNAMIC) facts.sanitizer = find_sanitizer(*elf, header);
  }
  if (facts.dynamic && facts.sanitizer.empty()) facts.sanitizer = sanitizer_in_all_symbols(*elf);
  return facts;
}

}  // namespace bottleneck::inject
