#include "probes/proc/memory_map.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "probes/machine/text.h"

namespace bottleneck::proc {
namespace {

constexpr std::string_view deleted = " (deleted)";

std::optional<std::uint64_t> hexadecimal(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, 16);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// "start-end rwxp offset dev inode   path"; the path may hold blanks.
std::optional<MappedCode> parse_line(std::string_view line) {
  const auto words = split(line, ' ');
  if (words.size() < 5) return std::nullopt;
  const std::size_t dash = words[0].find('-');
  if (dash == std::string_view::npos || words[1].find('x') == std::string_view::npos)
    return std::nullopt;
  const auto start = hexadecimal(words[0].substr(0, dash)),
             end = hexadecimal(words[0].substr(dash + 1)), offset = hexadecimal(words[2]);
  if (!start || !end || !offset || *end <= *start) return std::nullopt;
  const std::size_t inode = static_cast<std::size_t>(words[4].data() - line.data());
  const std::size_t path = line.find_first_not_of(' ', inode + words[4].size());
  std::string file(path == std::string_view::npos ? "" : line.substr(path));
  if (file.ends_with(deleted)) file.resize(file.size() - deleted.size());
  return MappedCode{*start, *end, *offset, std::move(file)};
}

}  // namespace

std::vector<MappedCode> parse_maps(std::string_view text) {
  std::vector<MappedCode> found;
  for (std::string_view line : split(text, '\n'))
    if (auto code = parse_line(line)) found.push_back(std::move(*code));
  return found;
}

std::optional<std::vector<MappedCode>> read_maps(const System& system, pid_t pid) {
  const auto text = system.read(fmt::format("/proc/{}/maps", pid));
  if (!text || text->empty()) return std::nullopt;
  auto found = parse_maps(*text);
  const auto executable = system.read_link(fmt::format("/proc/{}/exe", pid));
  if (executable)
    std::stable_partition(found.begin(), found.end(),
                          [&](const MappedCode& code) { return code.file == *executable; });
  return found;
}

}  // namespace bottleneck::proc
