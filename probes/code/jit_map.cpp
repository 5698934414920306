#include "probes/code/jit_map.h"

#include <charconv>

#include "probes/code/demangle.h"
#include "probes/code/regular_file.h"

namespace bottleneck {
namespace {

// A long-lived server's map has some 1e5 functions in about 10 MB; what is beyond these is left
// out.
constexpr std::uint64_t most_bytes = 256 << 20;
constexpr std::size_t most_functions = 1'000'000;

/// The hexadecimal number at the front of the line, which is cut off together with the blank after
/// it.
bool cut_number(std::string_view& line, std::uint64_t& number) {
  if (line.starts_with("0x")) line.remove_prefix(2);
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), number, 16);
  if (error != std::errc{} || end == line.data() + line.size() || *end != ' ') return false;
  line.remove_prefix(static_cast<std::size_t>(end - line.data()) + 1);
  return true;
}

}  // namespace

std::string JitMap::name_of(std::uint64_t address) {
  read_on();
  auto after = code_.upper_bound(address);
  if (after == code_.begin() || address >= (--after)->second.end) return {};
  return after->second.name;
}

void JitMap::read_on() {
  constexpr std::size_t piece = 1 << 20;
  const auto file = RegularFile::open(path_);
  if (!file) return;  // the process has ended, with its root: what was read stays good
  if (file->inode() != inode_ || file->size() < read_) {
    code_.clear();
    read_ = 0;
    inode_ = file->inode();
  }
  while (read_ < file->size() && read_ < most_bytes) {
    const std::string bytes = file->read_at(read_, piece);
    std::string_view rest(bytes);
    std::size_t end = 0;
    while ((end = rest.find('\n')) != std::string_view::npos) {
      take_line(rest.substr(0, end));
      rest.remove_prefix(end + 1);
    }
    if (rest.size() == bytes.size() && bytes.size() < piece)
      return;  // a line that is being written
    read_ += rest.size() == bytes.size() ? bytes.size() : bytes.size() - rest.size();
  }
}

void JitMap::take_line(std::string_view line) {
  std::uint64_t start = 0;
  std::uint64_t size = 0;
  if (!cut_number(line, start) || !cut_number(line, size)) return;
  if (size == 0 || start + size < start || line.empty()) return;
  put(start, size, line);
}

void JitMap::put(std::uint64_t start, std::uint64_t size, std::string_view name) {
  auto old = code_.lower_bound(start);
  if (old != code_.begin() && std::prev(old)->second.end > start) --old;
  while (old != code_.end() && old->first < start + size) old = code_.erase(old);
  if (code_.size() < most_functions) code_[start] = {start + size, demangle(name)};
}

}  // namespace bottleneck
