// The report as text for a terminal: the first screen within 24 lines (DESIGN section 7), more with
// `verbose`. Pure: what the terminal can do comes in as TerminalStyle. Whatever stands in a name,
// no control character and no line wider than `width` comes out.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "src/core/report.h"

namespace bottleneck {

/// The text of lines of source by file (as in HotCode::file) and number; what could not be read is
/// not there.
using SourceLines = std::map<std::pair<std::string, int>, std::string>;

struct TerminalStyle {
  bool color = false;
  int width = 120;       ///< columns
  bool verbose = false;  ///< -v: the top 20 functions on- and off-CPU, phases, probes, measurements
  bool annotate = false;   ///< --annotate: hot loops by source line and instruction
  SourceLines sources;     ///< for --annotate
  bool unicode = true;     ///< false: ASCII alone, for locales that are not UTF-8
  std::string saved_file;  ///< where the report was saved, for the line `next`; "" = nowhere
};

std::string render_terminal(const Report&, const TerminalStyle&);

/// `doctor`: what each probe can see here and how to get more.
std::string render_doctor(const Machine&, const std::vector<ProbeState>&, const TerminalStyle&);

}  // namespace bottleneck
