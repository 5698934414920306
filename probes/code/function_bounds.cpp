#include "probes/code/function_bounds.h"

#include <algorithm>
#include <cstring>
#include <string_view>

namespace bottleneck {
namespace {

// Encodings of pointers in .eh_frame_hdr that GNU ld, gold and lld write. Source: LSB 5, "DWARF
// extensions".
constexpr unsigned char relative_to_place = 0x1b;  // DW_EH_PE_pcrel | sdata4
constexpr unsigned char unsigned_count = 0x03;     // DW_EH_PE_udata4
constexpr unsigned char relative_to_table = 0x3b;  // DW_EH_PE_datarel | sdata4
constexpr std::uint64_t header_bytes = 12;
constexpr std::uint64_t entry_bytes = 8;

/// Bytes of the file as they lie in memory from `address` on.
struct View {
  std::string_view bytes;
  std::uint64_t address = 0;

  template <typename Number>
  std::optional<Number> number_at(std::uint64_t place) const {
    if (place < address || place - address > bytes.size() ||
        bytes.size() - (place - address) < sizeof(Number))
      return std::nullopt;
    Number value;
    std::memcpy(&value, bytes.data() + (place - address), sizeof value);
    return value;
  }
};

View view_of(Elf* elf, std::uint64_t offset, std::uint64_t size, std::uint64_t address) {
  Elf_Data* data = elf_getdata_rawchunk(elf, static_cast<std::int64_t>(offset), size, ELF_T_BYTE);
  if (!data || !data->d_buf) return {};
  return {{static_cast<const char*>(data->d_buf), data->d_size}, address};
}

View view_of_table(const ElfFile& file) {
  std::size_t count = 0;
  if (elf_getphdrnum(file.handle(), &count) != 0) return {};
  for (std::size_t i = 0; i < std::min<std::size_t>(count, INT16_MAX); ++i) {
    GElf_Phdr header;
    if (gelf_getphdr(file.handle(), static_cast<int>(i), &header) &&
        header.p_type == PT_GNU_EH_FRAME)
      return view_of(file.handle(), header.p_offset, header.p_filesz, header.p_vaddr);
  }
  return {};
}

View view_of_segment(const ElfFile& file, std::uint64_t address) {
  for (const Segment& s : file.segments())
    if (address >= s.address && address - s.address < s.file_size)
      return view_of(file.handle(), s.offset, s.file_size, s.address);
  return {};
}

/// How many bytes the function has by its frame description; nothing where that is not at
/// `description`.
std::optional<std::uint64_t> length_of(const View& frames, std::uint64_t description,
                                       std::uint64_t start) {
  constexpr std::uint64_t begin_field = 8;  // after the length and the pointer to the common part
  const auto begin = frames.number_at<std::int32_t>(description + begin_field);
  const auto length = frames.number_at<std::uint32_t>(description + begin_field + 4);
  if (!begin || !length) return std::nullopt;
  const std::uint64_t place = description + begin_field;
  if (place + static_cast<std::uint64_t>(std::int64_t{*begin}) != start) return std::nullopt;
  return *length;
}

}  // namespace

std::vector<FunctionBound> read_function_bounds(const ElfFile& file) {
  std::vector<FunctionBound> bounds;
  const View table = view_of_table(file);
  const auto encodings = table.number_at<std::uint32_t>(table.address);
  const auto frames_at = table.number_at<std::int32_t>(table.address + 4);
  const auto count = table.number_at<std::uint32_t>(table.address + 8);
  if (!encodings || !frames_at || !count) return bounds;
  if (((*encodings >> 8) & 0xff) != relative_to_place ||
      ((*encodings >> 16) & 0xff) != unsigned_count || (*encodings >> 24) != relative_to_table)
    return bounds;
  const View frames = view_of_segment(
      file, table.address + 4 + static_cast<std::uint64_t>(std::int64_t{*frames_at}));
  for (std::uint32_t i = 0; i < *count; ++i) {
    const std::uint64_t entry = table.address + header_bytes + i * entry_bytes;
    const auto start = table.number_at<std::int32_t>(entry);
    const auto description = table.number_at<std::int32_t>(entry + 4);
    if (!start || !description) break;
    const auto absolute = [&](std::int32_t relative) {
      return table.address + static_cast<std::uint64_t>(std::int64_t{relative});
    };
    const auto length = length_of(frames, absolute(*description), absolute(*start));
    if (length && *length != 0) bounds.push_back({absolute(*start), absolute(*start) + *length});
  }
  std::sort(bounds.begin(), bounds.end(),
            [](const FunctionBound& a, const FunctionBound& b) { return a.start < b.start; });
  return bounds;
}

std::optional<FunctionBound> bound_at(const std::vector<FunctionBound>& bounds,
                                      std::uint64_t address) {
  auto after =
      std::upper_bound(bounds.begin(), bounds.end(), address,
                       [](std::uint64_t a, const FunctionBound& b) { return a < b.start; });
  if (after == bounds.begin() || address >= (--after)->end) return std::nullopt;
  return *after;
}

}  // namespace bottleneck
