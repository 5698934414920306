#include "probes/inject/preload_elf.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

#include <elf.h>

namespace bottleneck::inject {
namespace {

/// More than any program has; a file that claims more is damaged.
constexpr std::size_t most_headers = 4096;
constexpr std::uint64_t most_dynamic_bytes = 1 << 20;
constexpr std::uint64_t most_name_bytes = 256 << 20;

#if defined(__x86_64__)
constexpr Elf64_Half own_machine = EM_X86_64;
constexpr Elf64_Half small_machine = EM_386;
#elif defined(__aarch64__)
constexpr Elf64_Half own_machine = EM_AARCH64;
constexpr Elf64_Half small_machine = EM_ARM;
#else
constexpr Elf64_Half own_machine = EM_NONE;
constexpr Elf64_Half small_machine = EM_NONE;
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

template <typename T>
std::optional<T> read_value(const RegularFile& file, std::uint64_t offset) {
  const std::string bytes = file.read_at(offset, sizeof(T));
  if (bytes.size() != sizeof(T)) return std::nullopt;
  T value;
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

template <typename T>
std::vector<T> read_values(const RegularFile& file, std::uint64_t offset, std::uint64_t size) {
  const std::string bytes = file.read_at(offset, std::min(size, most_dynamic_bytes));
  std::vector<T> values(bytes.size() / sizeof(T));
  if (!values.empty()) std::memcpy(values.data(), bytes.data(), values.size() * sizeof(T));
  return values;
}

std::optional<std::uint64_t> file_offset(const std::vector<Elf64_Phdr>& headers,
                                         std::uint64_t address) {
  for (const Elf64_Phdr& h : headers)
    if (h.p_type == PT_LOAD && address >= h.p_vaddr && address - h.p_vaddr < h.p_filesz)
      return address - h.p_vaddr + h.p_offset;
  return std::nullopt;
}

std::string sanitizer_of_library(std::string_view needed) {
  for (const auto& [prefix, name] : libraries)
    if (needed.starts_with(prefix)) return name;
  return "";
}

/// A string table holds the names of all symbols, defined or not; linkers let a name be the end of
/// another one, so what comes before it does not matter.
std::string sanitizer_in(const std::string& names) {
  for (const auto& [symbol, name] : runtimes)
    if (names.find(std::string(symbol) + '\0') != std::string::npos) return name;
  return "";
}

std::string sanitizer_in_all_symbols(const RegularFile& file, const Elf64_Ehdr& header) {
  if (header.e_shentsize != sizeof(Elf64_Shdr) || header.e_shnum > most_headers) return "";
  const auto sections = read_values<Elf64_Shdr>(file, header.e_shoff,
                                                std::uint64_t{header.e_shnum} * sizeof(Elf64_Shdr));
  for (const Elf64_Shdr& s : sections) {
    if (s.sh_type != SHT_SYMTAB || s.sh_link >= sections.size()) continue;
    const Elf64_Shdr& names = sections[s.sh_link];
    return sanitizer_in(file.read_at(names.sh_offset, std::min(names.sh_size, most_name_bytes)));
  }
  return "";
}

std::string find_sanitizer(const RegularFile& file, const std::vector<Elf64_Phdr>& headers,
                           const Elf64_Phdr& dynamic) {
  std::uint64_t names_at = 0, names_size = 0;
  std::vector<std::uint64_t> needed;
  for (const auto& entry : read_values<Elf64_Dyn>(file, dynamic.p_offset, dynamic.p_filesz)) {
    if (entry.d_tag == DT_NULL) break;
    if (entry.d_tag == DT_STRTAB) names_at = entry.d_un.d_ptr;
    if (entry.d_tag == DT_STRSZ) names_size = entry.d_un.d_val;
    if (entry.d_tag == DT_NEEDED) needed.push_back(entry.d_un.d_val);
  }
  const auto offset = file_offset(headers, names_at);
  if (!offset) return "";
  const std::string names = file.read_at(*offset, std::min(names_size, most_name_bytes));
  for (const std::uint64_t at : needed) {
    if (at >= names.size()) continue;
    std::string found = sanitizer_of_library(std::string_view(names).substr(at));
    if (!found.empty()) return found;
  }
  return sanitizer_in(names);
}

}  // namespace

std::optional<ProgramFacts> read_program(const RegularFile& file) {
  const auto ident = read_value<std::array<unsigned char, EI_NIDENT>>(file, 0);
  if (!ident || std::memcmp(ident->data(), ELFMAG, SELFMAG) != 0) return std::nullopt;
  ProgramFacts facts;
  const auto machine = read_value<Elf64_Half>(file, offsetof(Elf64_Ehdr, e_machine));
  if (!machine) return std::nullopt;
  facts.is_32_bit = (*ident)[EI_CLASS] == ELFCLASS32 && *machine == small_machine;
  facts.native = (*ident)[EI_CLASS] == ELFCLASS64 && (*ident)[EI_DATA] == ELFDATA2LSB &&
                 *machine == own_machine;
  if (!facts.native) return facts;
  const auto header = read_value<Elf64_Ehdr>(file, 0);
  if (!header || header->e_phentsize != sizeof(Elf64_Phdr) || header->e_phnum > most_headers)
    return std::nullopt;
  const auto headers = read_values<Elf64_Phdr>(file, header->e_phoff,
                                               std::uint64_t{header->e_phnum} * sizeof(Elf64_Phdr));
  if (headers.size() != header->e_phnum || headers.empty()) return std::nullopt;
  for (const Elf64_Phdr& h : headers) {
    if (h.p_type == PT_INTERP) facts.dynamic = true;
    if (h.p_type == PT_DYNAMIC) facts.sanitizer = find_sanitizer(file, headers, h);
  }
  if (facts.dynamic && facts.sanitizer.empty())
    facts.sanitizer = sanitizer_in_all_symbols(file, *header);
  return facts;
}

}  // namespace bottleneck::inject
