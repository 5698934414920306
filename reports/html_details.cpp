// How the run went over time, how many threads worked, and in which code and waits the time was.
#include <algorithm>

#include <fmt/format.h>

#include "reports/explain.h"
#include "reports/html_sections.h"
#include "reports/units.h"

namespace bottleneck {
namespace {

constexpr std::size_t shown_rows = 20;  // as on the terminal
/// Tables of up to so many rows are open at first: what fits on a screen hides nothing.
constexpr std::size_t open_rows = 12;

void add_phases(Markup& page, const std::vector<Phase>& phases) {
  if (phases.empty()) {
    page.element("p", "No phases were told apart.");
    return;
  }
  page.open_scrolling("Phases").add(
      "<table class=\"full\">\n<caption>Phases: where the hot functions "
      "change</caption>\n<thead><tr><th scope=\"col\" "
      "class=\"number\">start</th><th scope=\"col\" class=\"number\">wall</th><th scope=\"col\">"
      "shares</th></tr></thead>\n<tbody>\n");
  for (std::size_t i = 0; i < phases.size() && i < shown_rows; ++i) {
    const std::string shares = describe_shares(phases[i].shares);
    page.add("<tr><td class=\"number\">").text(format_seconds(phases[i].start_s));
    page.add("</td><td class=\"number\">").text(format_seconds(phases[i].wall_s));
    page.add("</td><td class=\"wide\">");
    add_stacked_bar(page, arrange_page_bars(phases[i].shares), shares);
    page.text(shares).add("</td></tr>\n");
  }
  page.add("</tbody>\n</table>\n</div>\n");
  page.more(phases.size() - std::min(phases.size(), shown_rows));
}

void add_meter_row(Markup& page, const std::string& label, double seconds, double all) {
  const double share = all > 0 ? seconds / all : 0;
  page.add("<tr><th scope=\"row\">").text(label).add("</th><td class=\"number\">");
  page.text(format_seconds(seconds)).add("</td><td class=\"number\">");
  page.text(format_percent(share)).add("</td><td class=\"wide\">");
  if (share > 0) {
    page.add("<span class=\"meter\" style=\"width:").number(share * 100).add("%\"></span>");
  }
  page.add("</td></tr>\n");
}

void add_working_threads(Markup& page, const std::vector<double>& seconds_at) {
  double all = 0;
  for (const double seconds : seconds_at) all += seconds;
  page.open_scrolling("Working threads")
      .add(
          "<table class=\"full\">\n<caption>How many threads worked at "
          "once</caption>\n<thead><tr><th scope=\"col\">threads"
          "</th><th scope=\"col\" class=\"number\">time</th><th scope=\"col\" "
          "class=\"number\">share</th>"
          "<th scope=\"col\" class=\"wide\">bar</th></tr></thead>\n<tbody>\n");
  std::size_t shown = 0;
  std::size_t left_out = 0;
  for (std::size_t k = 0; k < seconds_at.size(); ++k) {
    const bool last = k > 0 && k + 1 == seconds_at.size();
    const bool wanted = seconds_at.size() <= shown_rows || seconds_at[k] > 0;
    if (!wanted) continue;
    if (++shown > shown_rows) {
      ++left_out;
      continue;
    }
    add_meter_row(page, fmt::format("{}{}", k, last ? " or more" : ""), seconds_at[k], all);
  }
  page.add("</tbody>\n</table>\n</div>\n").more(left_out);
}

void add_parallelism(Markup& page, const ParallelismReport& parallelism) {
  page.add("<h3>Parallelism: ").text(to_string(parallelism.word)).add("</h3>\n<p>");
  page.text("That is: ").text(explain(parallelism.word)).add(". ");
  page.text(fmt::format("{:.2f} threads work while any does; exactly one works {} of the time. {}",
                        parallelism.average, format_percent(parallelism.serial_share),
                        parallelism.why));
  page.add("</p>\n");
  if (!parallelism.seconds_at.empty()) add_working_threads(page, parallelism.seconds_at);
}

}  // namespace

void add_folding(Markup& page, const Listing& listing) {
  if (listing.rows.size() <= open_rows) {
    page.add("<details open>");
  } else {
    page.add("<details>");
  }
  page.add("<summary>").text(listing.title);
  page.text(fmt::format(" ({})", listing.all)).add("</summary>\n");
  add_listing(page, listing, Caption::said_above);
  page.add("</details>\n");
}

void add_course_section(Markup& page, const Report& report, const TimelineChart& chart) {
  page.add("<section aria-labelledby=\"course\">\n<h2 id=\"course\">Over time</h2>\n");
  add_timeline_figure(page, chart);
  add_phases(page, report.phases);
  add_parallelism(page, report.parallelism);
  page.add("</section>\n");
}

void add_code_section(Markup& page, const Report& report, const Charts& charts,
                      const SourceLines& sources) {
  const Profile& profile = report.profile;
  page.add("<section aria-labelledby=\"code\">\n<h2 id=\"code\">Code, waits and threads</h2>\n");
  add_flame_figure(page, profile, charts);
  add_folding(page, list_hot_loops(report, shown_rows));
  add_source_lines(page, report, sources);
  add_folding(page, list_threads(profile, shown_rows));
  page.add("</section>\n");
}

}  // namespace bottleneck
