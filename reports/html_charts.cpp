// The places that the script draws in, each with a table of the same figures, and the roofline's
// section.
#include <algorithm>

#include <fmt/format.h>

#include "reports/html_sections.h"
#include "reports/units.h"

namespace bottleneck {
namespace {

constexpr std::size_t shown_rows = 20;  // as on the terminal
constexpr std::size_t shown_timeline_rows = 70;
constexpr std::size_t shown_kinds = 4;

std::string per_second(double value, const char* unit) {
  return fmt::format("{:.3g} {}", value / 1e9, unit);
}

Listing list_roofs(std::string title, const RooflineChart& chart) {
  Listing listing{std::move(title), {{"ceiling"}, {"at most", true}}, {}, 0};
  for (const Roof& roof : chart.roofs) {
    listing.rows.push_back({roof.name, roof.bytes_per_s > 0
                                           ? per_second(roof.bytes_per_s, "GB/s")
                                           : per_second(roof.flops_per_s, "GFLOP/s")});
  }
  listing.all = listing.rows.size();
  return listing;
}

Listing list_points(const RooflineChart& chart) {
  Listing listing{"Hot loops, per second of one CPU",
                  {{"loop"},
                   {"class"},
                   {"of user time", true},
                   {"arithmetic", true},
                   {"beyond L2", true},
                   {"FLOP per byte", true}},
                  {},
                  chart.points.size()};
  for (const RooflinePoint& point : chart.points) {
    const bool moves = point.traffic > 0;
    listing.rows.push_back(
        {point.name, std::string(to_string(point.kind)), format_percent(point.share),
         per_second(point.flops_per_s, "GFLOP/s"),
         moves ? per_second(point.traffic, "GB/s") : "no stream seen",
         moves ? fmt::format("{:.3g}", point.flops_per_s / point.traffic) : "–"});
  }
  return listing;
}

std::string describe_sums(const TimelineChart& chart, const TimelineRow& row, double all) {
  std::string text;
  for (std::size_t i = 0; i < row.sums.size() && i < shown_kinds; ++i) {
    const auto& [kind, seconds] = row.sums[i];
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ",
                        chart.kinds.at(static_cast<std::size_t>(kind)).name,
                        format_percent(seconds / all));
  }
  return text;
}

Listing list_rows(const TimelineChart& chart) {
  Listing listing{"Timeline as a table",
                  {{"row"}, {"time", true}, {"of the run", true}, {"what it was"}},
                  {},
                  chart.rows.size()};
  for (const TimelineRow& row : chart.rows) {
    if (listing.rows.size() == shown_timeline_rows) break;
    double all = 0;
    for (const auto& [kind, seconds] : row.sums) all += seconds;
    listing.rows.push_back({row.name, format_seconds(all),
                            chart.end_s > 0 ? format_percent(all / chart.end_s) : "–",
                            all > 0 ? describe_sums(chart, row, all) : "nothing was seen"});
  }
  return listing;
}

bool is_empty(const TimelineChart& chart) {
  return std::all_of(chart.rows.begin(), chart.rows.end(),
                     [](const TimelineRow& row) { return row.cells.empty(); });
}

void add_small_table(Markup& page, const Listing& listing) {
  page.add("<details>\n<summary>").text(listing.title).add("</summary>\n");
  add_listing(page, listing, Caption::said_above);
  page.add("</details>\n");
}

}  // namespace

void add_roofline_section(Markup& page, const Report& report, const RooflineChart& chart) {
  page.add("<section aria-labelledby=\"roof\">\n<h2 id=\"roof\">Hot loops under this machine's ");
  page.add("roofs</h2>\n");
  if (chart.points.empty()) {
    page.element("p", report.hot_loops.empty()
                          ? "No hot loop was found in user code, so there is nothing to place."
                          : "No hot loop does floating-point arithmetic at a rate that could be "
                            "measured, so there is nothing to place.");
  }
  if (chart.roofs.empty())
    page.element("p", "The ceilings were not measured here: bottleneck machine does.");
  const bool drawn = !chart.points.empty() && !chart.roofs.empty();
  if (drawn) page.add("<figure>\n<div class=\"chart\" id=\"roofline\" hidden></div>\n");
  if (!chart.points.empty()) add_listing(page, list_points(chart));
  if (drawn) {
    page.add("<figcaption>Each dot is a hot loop, as large as its share of the time: the higher, ");
    page.add("the more arithmetic a second; the further to the right, the more of it for each ");
    page.add("byte that comes from beyond L2. A line is what this machine can do.</figcaption>\n");
  }
  if (!chart.roofs.empty()) add_small_table(page, list_roofs("Ceilings of one CPU", chart));
  if (drawn) page.add("</figure>\n");
  page.add("</section>\n");
}

void add_roofs_figure(Markup& page, Literal id, std::string title, const RooflineChart& chart,
                      std::string_view caption) {
  if (chart.roofs.empty()) return;
  const bool drawn = std::any_of(chart.roofs.begin(), chart.roofs.end(),
                                 [](const Roof& one) { return one.flops_per_s > 0; });
  page.add("<figure>\n");
  if (drawn) page.add("<div class=\"chart\" id=\"").add(id).add("\" hidden></div>\n");
  page.add("<figcaption>").text(caption).add("</figcaption>\n");
  add_small_table(page, list_roofs(std::move(title), chart));
  page.add("</figure>\n");
}

void add_timeline_figure(Markup& page, const TimelineChart& chart) {
  if (is_empty(chart)) {
    page.element("p", "No timeline: what threads did by the instant was not seen.");
    return;
  }
  page.add("<figure>\n<div class=\"chart\" id=\"timeline\" hidden></div>\n<figcaption>");
  page.text(
      fmt::format("What each thread was on a CPU for, in steps of {}: the colour is what most "
                  "of a step was, the height how much of it. \"nobody works\" is what the "
                  "run then waited for.",
                  format_seconds(chart.column_s)));
  page.add("</figcaption>\n");
  const Listing listing = list_rows(chart);
  add_small_table(page, listing);
  page.add("</figure>\n");
}

void add_flame_figure(Markup& page, const Profile& profile, const Charts& charts) {
  if (!charts.on_cpu.nodes.empty() || !charts.blocked.nodes.empty()) {
    page.add("<figure>\n<div class=\"chart\" id=\"flame\" hidden></div>\n<figcaption>");
    page.text(fmt::format(
        "Thread time, nested: process, thread, the caller in the program's own code where it is "
        "known, function, line. Whole call chains are not kept in a report. Frames below {:.2g} % "
        "of "
        "all stand together as \"other\".",
        100 * std::max(charts.on_cpu.folded_below, charts.blocked.folded_below)));
    page.add("</figcaption>\n");
  }
  add_folding(page, list_on_cpu(profile, shown_rows));
  add_folding(page, list_blocked(profile, shown_rows));
  if (!charts.on_cpu.nodes.empty() || !charts.blocked.nodes.empty()) page.add("</figure>\n");
}

}  // namespace bottleneck
