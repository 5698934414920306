// `bottleneck demo` on a terminal: the list, and all of them in one table. One demo's own screen is
// that of any report (terminal.h): Report::demo makes the difference. Pure, as all renderers.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reports/terminal.h"
#include "src/core/report.h"
#include "src/core/workload.h"

namespace bottleneck {

std::string render_demo_list(const std::vector<DemoDescription>&, const TerminalStyle&);

/// One demo in one row of the table of all.
struct DemoRow {
  std::string name;
  bool right = false;
  std::string said;     ///< "memory_latency, strided"; what is wrong; why it could not run
  int predictions = 0;  ///< that were held against a rerun, without bounds
  int held = 0;
  std::string best;    ///< "ikj 3.6× of 3.1×"; "" nothing was rerun
  double seconds = 0;  ///< that it took
};

DemoRow demo_row(const Report&, double seconds);
/// "matmul  right  memory_latency, strided · 1 of 1 held · ikj 3.6×, predicted 3.1×"
std::string render_demo_line(const DemoRow&, const TerminalStyle&);
/// One that needs a device where none answers, and why.
std::string render_demo_left_out(const std::string& name, const std::string& why,
                                 const TerminalStyle&);
/// For the page: what is left of a demo when all have run.
struct TriedDemo {
  DemoRow row;                   ///< of one left out: its name alone
  std::optional<Report> report;  ///< nothing: it could not run
  std::string left_out;          ///< why there is nothing to run it on; "" it was tried
};
std::string render_demo_table(const std::vector<DemoRow>&, const TerminalStyle&);

}  // namespace bottleneck
