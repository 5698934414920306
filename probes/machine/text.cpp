#include "probes/machine/text.h"

#include <algorithm>
#include <charconv>

namespace bottleneck {
namespace {

bool is_blank(char letter) { return letter == ' ' || letter == '\t' || letter == '\n'; }

}  // namespace

std::optional<std::uint64_t> leading_number(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end == text.data()) return std::nullopt;
  return number;
}

std::string_view line_after(std::string_view text, std::string_view key) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line = text.substr(at, end - at);
    at = end + 1;
    if (!line.starts_with(key)) continue;
    line.remove_prefix(key.size());
    if (!line.empty() && !is_blank(line.front()) && line.front() != ':') continue;
    while (!line.empty() && (is_blank(line.front()) || line.front() == ':')) line.remove_prefix(1);
    return line;
  }
  return {};
}

std::optional<std::uint64_t> number_after(std::string_view text, std::string_view key) {
  return leading_number(line_after(text, key));
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  std::size_t at = 0;
  for (std::size_t end; (end = text.find(separator, at)) != text.npos; at = end + 1)
    parts.push_back(text.substr(at, end - at));
  parts.push_back(text.substr(at));
  return parts;
}

std::optional<int> count_cpu_list(std::string_view list) {
  while (!list.empty() && is_blank(list.back())) list.remove_suffix(1);
  if (list.empty()) return std::nullopt;
  std::uint64_t count = 0;
  for (std::string_view part : split(list, ',')) {
    const auto first = leading_number(part);
    const std::size_t dash = part.find('-');
    const auto last = dash == part.npos ? first : leading_number(part.substr(dash + 1));
    if (!first || !last || *last < *first || *last > 1'000'000) return std::nullopt;
    count += *last - *first + 1;
  }
  return static_cast<int>(count);
}

std::vector<int> expand_cpu_list(std::string_view list) {
  constexpr int most = 16384;  // twice the largest NR_CPUS of Linux
  std::vector<int> cpus;
  if (count_cpu_list(list).value_or(most + 1) > most) return cpus;
  for (std::string_view part : split(list, ',')) {
    const auto first = leading_number(part).value_or(0);
    const std::size_t dash = part.find('-');
    const auto last = dash == part.npos ? first : leading_number(part.substr(dash + 1)).value_or(0);
    for (auto cpu = first; cpu <= last; ++cpu) cpus.push_back(static_cast<int>(cpu));
  }
  std::sort(cpus.begin(), cpus.end());
  return cpus;
}

}  // namespace bottleneck
