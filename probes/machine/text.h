// Numbers out of the text files of /proc and /sys. Total functions: anything unexpected is nullopt,
// never a throw and never 0. It knows no particular file.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace bottleneck {

/// The unsigned number at the beginning of `text`, blanks skipped; nullopt if there is none ("max",
/// "-1", "").
std::optional<std::uint64_t> leading_number(std::string_view text);

/// The number after `key` at the beginning of a line: "pswpin 12", "VmHWM:\t  344 kB". The key ends
/// at a blank or ':'.
std::optional<std::uint64_t> number_after(std::string_view text, std::string_view key);

/// The rest of the line after `key` and the blanks and colons behind it; "" if no line begins so.
std::string_view line_after(std::string_view text, std::string_view key);

std::vector<std::string_view> split(std::string_view text, char separator);

/// How many CPUs a list such as "0-3,8" names; nullopt if it is malformed or empty.
std::optional<int> count_cpu_list(std::string_view list);
/// Their numbers in ascending order; none if it is malformed, empty or longer than any machine's.
std::vector<int> expand_cpu_list(std::string_view list);

}  // namespace bottleneck
