// The report as text for a terminal: the first screen within 24 lines (DESIGN section 7), more with `verbose`.
#pragma once

#include <string>

#include "src/core/report.h"

namespace bottleneck {

struct TerminalStyle {
  bool color = false;
  int width = 120;      ///< columns
  bool verbose = false;  ///< -v: the top 20 functions on- and off-CPU, phases, probes, measurements
};

std::string render_terminal(const Report&, const TerminalStyle&);

/// `doctor`: what each probe can see here and how to get more.
std::string render_doctor(const Machine&, const std::vector<ProbeState>&, const TerminalStyle&);

}  // namespace bottleneck
