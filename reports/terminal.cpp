#include "reports/terminal.h"

#include "reports/gpu_details.h"
#include "reports/sections.h"

namespace bottleneck {

std::string render_terminal(const Report& report, const TerminalStyle& style) {
  Screen screen(style);
  if (report.demo) add_demo_screen(screen, report, style);
  if (report.demo && style.verbose) screen.add_blank();
  if (!report.demo || style.verbose) add_first_screen(screen, report, style);
  if (style.annotate) add_annotation(screen, report, style.sources);
  if (style.verbose) {
    add_hot_loops(screen, report);
    add_code_details(screen, report.profile);
    add_gpu_details(screen, report);
    add_run_details(screen, report);
    add_probe_table(screen, report.profile.probes);
    add_measurements(screen, report.profile.measurements);
  }
  return screen.text();
}

}  // namespace bottleneck
