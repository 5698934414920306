#include "src/cli/page.h"

#include "reports/html.h"
#include "reports/web/charts.h"
#include "src/cli/sources.h"

namespace bottleneck {

std::string make_page(const Report& report, bool foreign) {
  return render_html(report, {charts_script(), read_sources(report.profile, foreign)});
}

std::string make_page(const MachineReport& report) { return render_html(report, charts_script()); }
std::string make_page(const Comparison& all) { return render_html(all, charts_script()); }
std::string make_page(const std::vector<TriedDemo>& all) {
  return render_html(all, charts_script());
}

}  // namespace bottleneck
