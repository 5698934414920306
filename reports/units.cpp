#include "reports/units.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

#include <fmt/format.h>

namespace bottleneck {
namespace {

struct Scale {
  double factor;
  const char* name;
};

/// One decimal below ten, else none: more would pretend a precision that no sampler has.
std::string format_short(double value) {
  constexpr double one_decimal_below = 9.95;
  return std::abs(value) < one_decimal_below ? fmt::format("{:.1f}", value)
                                             : fmt::format("{:.0f}", value);
}

/// By the largest scale of which there is at least one after rounding; scales go upwards.
std::string format_scaled(double value, std::span<const Scale> scales) {
  constexpr double rounds_up_to_one = 0.9995;
  const Scale* fitting = &scales.front();
  for (const Scale& scale : scales) {
    if (std::abs(value) >= scale.factor * rounds_up_to_one) fitting = &scale;
  }
  return fmt::format("{} {}", format_short(value / fitting->factor), fitting->name);
}

constexpr Scale byte_scales[] = {{1e3, "kB"}, {1e6, "MB"}, {1e9, "GB"}, {1e12, "TB"}};
constexpr Scale hertz_scales[] = {{1, "Hz"}, {1e3, "kHz"}, {1e6, "MHz"}, {1e9, "GHz"}};
constexpr Scale flop_scales[] = {{1e6, "MFLOP/s"}, {1e9, "GFLOP/s"}, {1e12, "TFLOP/s"}};
constexpr Scale short_times[] = {{1e-9, "ns"}, {1e-6, "µs"}, {1e-3, "ms"}};

std::string format_long_time(double seconds) {
  const auto whole = static_cast<std::int64_t>(std::llround(seconds));
  if (whole < 7200) return fmt::format("{} min {} s", whole / 60, whole % 60);
  return fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
}

}  // namespace

std::string format_seconds(double seconds) {
  constexpr double in_minutes_from = 119.5;
  constexpr double in_seconds_from = 0.9995;
  constexpr double shortest = 0.5e-9;
  const double size = std::abs(seconds);
  if (size < shortest) return "0 s";
  if (size < in_seconds_from) return format_scaled(seconds, short_times);
  if (size < 9.995) return fmt::format("{:.2f} s", seconds);
  if (size < 99.95) return fmt::format("{:.1f} s", seconds);
  if (size < in_minutes_from) return fmt::format("{:.0f} s", seconds);
  return format_long_time(seconds);
}

std::string format_bytes(double bytes) {
  constexpr double scaled_from = 9999.5;  // "8000 B" says more than "8.0 kB"
  if (std::abs(bytes) < scaled_from) return fmt::format("{:.0f} B", bytes);
  return format_scaled(bytes, byte_scales);
}

std::string format_count(double count) {
  constexpr double exact_below = 1e15;
  if (std::abs(count) >= exact_below) return fmt::format("{:.2e}", count);
  if (count != std::floor(count)) return fmt::format("{:.3g}", count);
  std::string digits = fmt::format("{:.0f}", std::abs(count));
  for (auto at = static_cast<int>(digits.size()) - 3; at > 0; at -= 3) {
    digits.insert(static_cast<std::size_t>(at), " ");
  }
  return count < 0 ? "-" + digits : digits;
}

std::string format_percent(double share) {
  const double percent = share * 100;
  constexpr double no_decimal_from = 0.95;
  if (percent != 0 && std::abs(percent) < 0.05) return "< 0.1 %";
  if (percent != 0 && std::abs(percent) < no_decimal_from) return fmt::format("{:.1f} %", percent);
  return fmt::format("{:.0f} %", percent);
}

std::string format_factor(double factor) {
  constexpr double no_decimal_from = 9.95;
  constexpr double two_decimals_below = 1.095;  // "1.0×" would say that nothing is gained
  if (factor < two_decimals_below) return fmt::format("{:.2f}×", factor);
  if (factor < no_decimal_from) return fmt::format("{:.1f}×", factor);
  return fmt::format("{:.0f}×", factor);
}

std::string format_quantity(const Quantity& quantity) {
  switch (quantity.unit) {
    case Unit::seconds:
      return format_seconds(quantity.value);
    case Unit::bytes:
      return format_bytes(quantity.value);
    case Unit::count:
      return format_count(quantity.value);
    case Unit::hertz:
      return format_scaled(quantity.value, hertz_scales);
    case Unit::bytes_per_second:
      return format_bytes(quantity.value) + "/s";
    case Unit::ratio:
      return format_percent(quantity.value);
    case Unit::flop_per_second:
      return format_scaled(quantity.value, flop_scales);
  }
  return "";
}

std::vector<int> round_to_hundred(const std::vector<double>& shares) {
  const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
  std::vector<int> percents;
  for (const double share : shares) percents.push_back(static_cast<int>(std::floor(share * 100)));
  std::vector<std::size_t> order(shares.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto remainder = [&](std::size_t i) { return shares[i] * 100 - percents[i]; };
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return remainder(a) > remainder(b); });
  auto missing = std::lround(sum * 100) - std::accumulate(percents.begin(), percents.end(), 0);
  for (const std::size_t i : order) {
    if (missing-- <= 0) break;
    ++percents[i];
  }
  return percents;
}

}  // namespace bottleneck
