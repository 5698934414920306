#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>

#include <fmt/format.h>

#include "src/analysis/verify.h"

namespace bottleneck {
namespace {

constexpr std::size_t most_quoted = 40;

/// A piece of what a program printed, fit for a message.
std::string quote(std::string_view text) {
  std::string quoted;
  for (const char c : text.substr(0, most_quoted)) {
    if (c == '\n') break;
    quoted += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
  }
  return quoted;
}

std::size_t line_at(std::string_view text, std::size_t at) {
  return 1 + static_cast<std::size_t>(
                 std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
}

std::string_view line_around(std::string_view text, std::size_t at) {
  const std::size_t begin = at == 0 ? 0 : text.rfind('\n', at - 1) + 1;
  return text.substr(begin, text.find('\n', at) - begin);
}

std::string say_difference(std::string_view baseline, std::size_t at_baseline,
                           std::string_view variant, std::size_t at_variant) {
  return fmt::format("output differs in line {}: \"{}\" and \"{}\"", line_at(baseline, at_baseline),
                     quote(line_around(baseline, at_baseline)),
                     quote(line_around(variant, at_variant)));
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/// The number that begins at `at`, and how long it is; nothing inside a word ("float32", "a1") or
/// for what is no decimal number. "1-2" is two numbers.
struct Number {
  double value = 0;
  std::size_t length = 0;
};
std::optional<Number> number_at(std::string_view text, std::size_t at) {
  std::size_t digits = at;
  if (digits < text.size() && (text[digits] == '-' || text[digits] == '+')) ++digits;
  if (digits < text.size() && text[digits] == '.') ++digits;
  if (digits >= text.size() || !is_digit(text[digits])) return std::nullopt;
  if (at > 0 && (is_word(text[at - 1]) || text[at - 1] == '.')) return std::nullopt;
  const std::size_t begin = text[at] == '+' ? at + 1 : at;
  Number number;
  const auto [end, error] =
      std::from_chars(text.data() + begin, text.data() + text.size(), number.value);
  if (error != std::errc{} || !std::isfinite(number.value)) return std::nullopt;
  number.length = static_cast<std::size_t>(end - (text.data() + at));
  const bool word_goes_on = at + number.length < text.size() && is_word(text[at + number.length]);
  return word_goes_on ? std::nullopt : std::optional(number);
}

/// Relative to the larger one, so that the order of the two does not matter.
bool agree(double one, double other, double tolerance) {
  return one == other ||
         std::abs(one - other) <= tolerance * std::max(std::abs(one), std::abs(other));
}

std::string compare_numbers(std::string_view baseline, std::string_view variant, double tolerance) {
  std::size_t i = 0, j = 0;
  while (i < baseline.size() && j < variant.size()) {
    const auto before = number_at(baseline, i), after = number_at(variant, j);
    if (before && after) {
      if (!agree(before->value, after->value, tolerance))
        return fmt::format("line {}: {} and {} differ by more than {:g} of them",
                           line_at(baseline, i), baseline.substr(i, before->length),
                           variant.substr(j, after->length), tolerance);
      i += before->length;
      j += after->length;
    } else if (!before && !after && baseline[i] == variant[j]) {
      ++i, ++j;
    } else {
      return say_difference(baseline, i, variant, j);
    }
  }
  if (i == baseline.size() && j == variant.size()) return "";
  return say_difference(baseline, i, variant, j);
}

}  // namespace

std::string compare_outputs(const std::string& baseline, const std::string& variant,
                            const Equivalence& how) {
  if (baseline == variant) return "";
  if (how.tolerance > 0) return compare_numbers(baseline, variant, how.tolerance);
  const auto [one, other] =
      std::mismatch(baseline.begin(), baseline.end(), variant.begin(), variant.end());
  return say_difference(baseline, static_cast<std::size_t>(one - baseline.begin()), variant,
                        static_cast<std::size_t>(other - variant.begin()));
}

}  // namespace bottleneck
