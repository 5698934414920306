// Which share of the cache lines that a sweep passes is touched, where its steps are longer than a
// line. Below streams.h; arithmetic on offsets alone.
#pragma once

#include <cstdint>
#include <vector>

namespace bottleneck {

/// From here on a sweep touches whole lines; the rest is rounding at its ends. A choice.
inline constexpr double nearly_all_lines = 0.95;

struct Touched {
  std::int64_t offset = 0;  ///< bytes from the first operand of the sweep
  std::uint16_t bytes = 0;
};

/// 0..1; 1 where the stride is unknown (0) or at most a line. `address`: one of the first operand.
double line_coverage(double stride, std::uint64_t address, const std::vector<Touched>&);

}  // namespace bottleneck
