#include "src/cli/page.h"

#include "reports/html.h"
#include "reports/web/charts.h"
#include "src/cli/sources.h"

namespace bottleneck {

std::string make_page(const Report& report, bool foreign) {
  return render_html(report, {charts_script(), read_sources(report.profile, foreign)});
}

}  // namespace bottleneck
