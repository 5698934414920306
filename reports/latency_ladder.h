// The latency ladder: "latency numbers every programmer should know" beside what this machine
// measured, with times scaled so that a person can feel them. Between the ceilings and their
// renderer (machine.h). What was not measured here stays the textbook's figure, and says so.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "src/core/measurement.h"

namespace bottleneck {

struct Rung {
  std::string_view what;
  std::optional<double> textbook_s;  ///< none: not in the well-known table
  std::optional<double> here_s;      ///< none: not measured on this machine
  bool first = false;                ///< stands in the first part, not only with -v
};

/// All rungs, in the textbook's order; those that have neither figure are left out.
std::vector<Rung> climb_ladder(const std::vector<Measurement>& ceilings);

/// As if 1 ns were 1 s: 1.9e-9 -> "1.9 s", 120e-9 -> "2 min", 150e-6 -> "1.7 days".
std::string format_human_time(double seconds);

}  // namespace bottleneck
