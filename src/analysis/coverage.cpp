#include "src/analysis/coverage.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "src/analysis/core_limits.h"

namespace bottleneck {
namespace {

constexpr auto line = static_cast<std::int64_t>(line_bytes);
/// Steps that are laid side by side: the places within a line repeat after 64 at most.
constexpr std::int64_t steps = 64;
/// Longer steps than this touch so little that the exact share does not matter.
constexpr double longest_step = 1 << 20;
/// Above all strides there are; sums of a few fit into 64 bits.
constexpr double widest_step = 0x1p60;

std::int64_t line_of(std::int64_t address) {
  return address >= 0 ? address / line : (address - line + 1) / line;
}

}  // namespace

double line_coverage(double stride, std::uint64_t address, const std::vector<Touched>& touched) {
  const double step = std::min(std::abs(stride), widest_step);
  if (step <= line_bytes || touched.empty()) return 1;
  const auto bytes = static_cast<std::int64_t>(step);
  const auto place = static_cast<std::int64_t>(address % static_cast<std::uint64_t>(line));
  std::set<std::int64_t> lines;
  for (std::int64_t i = 0; i < steps; ++i) {
    for (const Touched& one : touched) {
      // Operands whole steps apart meet on the same lines: only the place within a step counts.
      const std::int64_t offset = ((one.offset % bytes) + bytes) % bytes;
      const std::int64_t from = place + i * bytes + offset;
      const std::int64_t last = from + std::max<std::int64_t>(1, one.bytes) - 1;
      for (std::int64_t k = line_of(from); k <= line_of(last); ++k) lines.insert(k);
    }
    if (step > longest_step) break;
  }
  const double passed = step * static_cast<double>(step > longest_step ? 1 : steps);
  return std::min(1.0, static_cast<double>(lines.size()) * line_bytes / passed);
}

}  // namespace bottleneck
