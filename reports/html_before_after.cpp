// What was rerun, before and after: wall time, and what limited it.
#include <algorithm>

#include <fmt/format.h>

#include "reports/html_sections.h"
#include "reports/units.h"

namespace bottleneck {
namespace {

constexpr std::size_t shown_pairs = 50;

/// "memory_latency 91 %", of the variant's own profile; "–" where it has none.
std::string limit_of(const Report& report, const std::string& variant) {
  if (!report.demo) return "–";
  for (const DemoStep& step : report.demo->steps) {
    if (step.variant != variant || !step.profiled) continue;
    return fmt::format("{} {}", to_string(step.kind), format_percent(step.share));
  }
  return "–";
}

/// As wide as its time against the longest of the table.
void add_bar_row(Markup& page, const std::string& label, double seconds, double longest,
                 const std::string& limit) {
  page.add("<tr><th scope=\"row\">").text(label, longest_cell).add("</th><td class=\"number\">");
  page.text(format_seconds(seconds)).add("</td><td>").text(limit, longest_cell);
  page.add("</td><td class=\"wide\"><span class=\"meter\" style=\"width:");
  page.number(longest > 0 ? seconds / longest * 100 : 0).add("%\"></span></td></tr>\n");
}

bool has_times(const Verification& one) {
  return one.measured && one.baseline_s > 0 && one.variant_s > 0;
}

}  // namespace

void add_before_after_section(Markup& page, const Report& report) {
  const auto& all = report.verifications;
  double longest = 0;
  for (const Verification& one : all)
    if (has_times(one)) longest = std::max({longest, one.baseline_s, one.variant_s});
  if (longest <= 0) return;
  page.add("<section aria-labelledby=\"before\">\n<h2 id=\"before\">Before and after</h2>\n");
  page.open_scrolling("Wall times")
      .add(
          "<table class=\"full\">\n<thead><tr><th scope=\"col\">variant</th><th scope=\"col\" "
          "class=\"number\">wall time, median</th><th scope=\"col\">what limits it</th><th "
          "scope=\"col\" class=\"wide\">bar</th></tr></thead>\n");
  std::size_t shown = 0;
  std::size_t left_out = 0;
  for (const Verification& one : all) {
    if (!has_times(one)) continue;
    if (++shown > shown_pairs) {
      ++left_out;
      continue;
    }
    page.add("<tbody>\n");
    add_bar_row(page, fmt::format("before: {}", one.baseline), one.baseline_s, longest,
                limit_of(report, one.baseline));
    add_bar_row(page, fmt::format("after: {}", one.variant), one.variant_s, longest,
                one.limit.empty() ? "–" : one.limit);
    page.add("</tbody>\n");
  }
  page.add("</table>\n</div>\n").more(left_out).add("</section>\n");
}

}  // namespace bottleneck
