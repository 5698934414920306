#include "probes/code/elf_file.h"

#include <algorithm>
#include <cstring>

#include <elfutils/libdwelf.h>
#include <fmt/format.h>
#include <zlib.h>

namespace bottleneck {
namespace {

/// Up to here sections are copied, beyond they are mapped: a file that is truncated while it is
/// mapped would end us with SIGBUS (`cp` over a library), and copying hundreds of megabytes of
/// debug information takes too long.
constexpr std::uint64_t largest_copied_file = 64 << 20;

constexpr std::size_t most_segments = 4096;  // real files have about a dozen

std::vector<Segment> read_segments(Elf* elf) {
  std::vector<Segment> segments;
  std::size_t count = 0;
  if (elf_getphdrnum(elf, &count) != 0) return segments;
  for (std::size_t i = 0; i < std::min(count, most_segments); ++i) {
    GElf_Phdr header;
    if (!gelf_getphdr(elf, static_cast<int>(i), &header) || header.p_type != PT_LOAD) continue;
    segments.push_back(
        {header.p_offset, header.p_vaddr, header.p_filesz, (header.p_flags & PF_X) != 0});
  }
  return segments;
}

std::string hex_of(const std::string& bytes) {
  std::string text;
  for (const char c : bytes) {
    constexpr const char* digits = "0123456789abcdef";
    text += digits[static_cast<unsigned char>(c) >> 4];
    text += digits[static_cast<unsigned char>(c) & 15];
  }
  return text;
}

bool checksum_matches(const std::string& path, std::uint32_t expected) {
  const auto file = RegularFile::open(path);
  if (!file) return false;
  constexpr std::size_t piece = 1 << 20;
  uLong sum = crc32(0, nullptr, 0);
  for (std::uint64_t at = 0; at < file->size(); at += piece) {
    const std::string bytes = file->read_at(at, piece);
    if (bytes.empty()) return false;
    sum = crc32(sum, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size()));
  }
  return sum == expected;
}

std::unique_ptr<ElfFile> open_by_link(const ElfFile& elf, const std::string& root) {
  GElf_Word checksum = 0;
  const char* link = dwelf_elf_gnu_debuglink(elf.handle(), &checksum);
  if (!link || !*link || std::strchr(link, '/')) return nullptr;
  const std::string folder = elf.path().substr(0, elf.path().rfind('/') + 1);
  const bool below = !root.empty() && folder.starts_with(root + "/");
  const std::string inside = below ? folder.substr(root.size()) : folder;
  for (const std::string& path : {folder + link, folder + ".debug/" + link,
                                  fmt::format("{}/usr/lib/debug{}{}", root, inside, link)}) {
    auto found = path == elf.path() ? nullptr : ElfFile::open(path);
    if (!found) continue;
    const std::string id = elf.build_id();
    const bool matches = id.empty() || found->build_id().empty() ? checksum_matches(path, checksum)
                                                                 : found->build_id() == id;
    if (matches) return found;
  }
  return nullptr;
}

}  // namespace

std::unique_ptr<ElfFile> ElfFile::open(const std::string& path) {
  [[maybe_unused]] static const unsigned version = elf_version(EV_CURRENT);
  auto file = RegularFile::open(path);
  if (!file) return nullptr;
  const Elf_Cmd command = file->size() > largest_copied_file ? ELF_C_READ_MMAP : ELF_C_READ;
  std::unique_ptr<ElfFile> opened(new ElfFile(std::move(*file)));
  opened->elf_.reset(elf_begin(opened->file_.descriptor(), command, nullptr));
  GElf_Ehdr header;
  if (!opened->elf_ || elf_kind(opened->handle()) != ELF_K_ELF) return nullptr;
  if (!gelf_getehdr(opened->handle(), &header)) return nullptr;
  if (header.e_type != ET_EXEC && header.e_type != ET_DYN) return nullptr;
  opened->machine_ = header.e_machine;
  opened->segments_ = read_segments(opened->handle());
  opened->path_ = path;
  return opened;
}

Elf_Scn* ElfFile::section(const char* name) const {
  std::size_t names = 0;
  if (elf_getshdrstrndx(handle(), &names) != 0) return nullptr;
  Elf_Scn* section = nullptr;
  while ((section = elf_nextscn(handle(), section)) != nullptr) {
    GElf_Shdr header;
    if (!gelf_getshdr(section, &header)) continue;
    const char* found = elf_strptr(handle(), names, header.sh_name);
    if (found && std::strcmp(found, name) == 0) return section;
  }
  return nullptr;
}

bool ElfFile::append_bytes(Elf_Scn* section, std::string& to) const {
  GElf_Shdr header;
  if (!gelf_getshdr(section, &header) || header.sh_type == SHT_NOBITS) return false;
  if ((header.sh_flags & SHF_COMPRESSED) != 0) return false;
  const std::size_t before = to.size();
  const bool whole = file_.append_to(to, header.sh_offset, header.sh_size) == header.sh_size;
  if (!whole) to.resize(before);
  return whole;
}

std::string ElfFile::build_id() const {
  const void* bytes = nullptr;
  const ssize_t size = dwelf_elf_gnu_build_id(handle(), &bytes);
  return size > 0 ? std::string(static_cast<const char*>(bytes), static_cast<std::size_t>(size))
                  : std::string();
}

std::optional<std::uint64_t> address_at(const std::vector<Segment>& segments,
                                        std::uint64_t file_offset) {
  for (const bool executable : {true, false})
    for (const Segment& s : segments)
      if (s.executable == executable && file_offset >= s.offset &&
          file_offset - s.offset < s.file_size)
        return file_offset - s.offset + s.address;
  return std::nullopt;
}

std::optional<std::uint64_t> offset_of(const std::vector<Segment>& segments,
                                       std::uint64_t address) {
  for (const Segment& s : segments)
    if (address >= s.address && address - s.address < s.file_size)
      return address - s.address + s.offset;
  return std::nullopt;
}

std::unique_ptr<ElfFile> open_debug_file(const ElfFile& elf, const std::string& root) {
  const std::string id = elf.build_id();
  if (id.size() > 2) {
    const std::string name = hex_of(id);
    const std::string below =
        "/usr/lib/debug/.build-id/" + name.substr(0, 2) + "/" + name.substr(2) + ".debug";
    auto found = ElfFile::open(root + below);
    if (!found && !root.empty()) found = ElfFile::open(below);
    if (found && found->build_id() == id) return found;
  }
  return open_by_link(elf, root);
}

}  // namespace bottleneck
