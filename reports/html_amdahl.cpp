// Amdahl's curve of the baseline with what was predicted and measured: how much the whole gains
// when the slice of the verdict's class gets faster. A drawing of plain shapes, no script.
#include <algorithm>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "reports/html_sections.h"
#include "reports/proof.h"
#include "reports/units.h"

namespace bottleneck {
namespace {

// In the drawing's own units.
constexpr double left = 48, right = 560, top = 12, bottom = 220;
constexpr double largest_factor = 64;  // of the slice, at the right edge
constexpr double largest_gain = 100;   // a share of 1 has no asymptote

double amdahl(double p, double s) { return 1 / std::max(1 / largest_gain, (1 - p) + p / s); }

/// The factor of the slice at which the whole gains this much.
double factor_for(double p, double gain) {
  const double rest = 1 / gain - (1 - p);
  if (rest <= 0) return largest_factor;
  return std::clamp(p / rest, 1.0, largest_factor);
}

struct Chart {
  double p;
  double most;  ///< the speedup at the upper edge
  double x(double factor) const {
    return left + (right - left) * std::log2(factor) / std::log2(largest_factor);
  }
  double y(double gain) const {
    const double height = std::log2(std::max(gain, 0.5) * 2) / std::log2(most * 2);
    return bottom - (bottom - top) * std::min(height, 1.0);
  }
};

void add_label(Markup& page, double x, double y, const std::string& text) {
  page.add("<text x=\"").number(x).add("\" y=\"").number(y).add("\">");
  page.text(text, longest_cell).add("</text>\n");
}

void add_axes(Markup& page, const Chart& chart) {
  page.line("axis", left, bottom, right, bottom);
  page.line("axis", left, top, left, bottom);
  constexpr double label_below = 16, label_left = 42;
  for (double factor = 1; factor <= largest_factor; factor *= 4)
    add_label(page, chart.x(factor) - 4, bottom + label_below, fmt::format("{:.0f}×", factor));
  for (double gain = 1; gain <= chart.most; gain *= 2) {
    page.line("grid", left, chart.y(gain), right, chart.y(gain));
    add_label(page, left - label_left, chart.y(gain) + 4, fmt::format("{:.0f}×", gain));
  }
}

void add_curve(Markup& page, const Chart& chart) {
  constexpr int steps = 48;
  page.add("<polyline class=\"curve\" points=\"");
  for (int i = 0; i <= steps; ++i) {
    const double factor = std::pow(largest_factor, static_cast<double>(i) / steps);
    page.number(chart.x(factor)).add(",").number(chart.y(amdahl(chart.p, factor))).add(" ");
    if (amdahl(chart.p, factor) > chart.most) break;  // it leaves the drawing here
  }
  page.add("\"/>\n");
}

/// Below the curve, which rises; of two names in a row one lies lower, for points may lie close.
void add_name(Markup& page, double x, double y, const std::string& name, bool lower) {
  constexpr double beside = 9, below = 14;
  const bool at_the_edge = x > right - 120;
  page.add("<text class=\"name\" text-anchor=\"");
  at_the_edge ? page.add("end") : page.add("start");
  page.add("\" x=\"").number(at_the_edge ? x - beside : x + beside).add("\" y=\"");
  page.number(y + (lower ? 2 * below : below)).add("\">").text(name, longest_cell);
  page.add("</text>\n");
}

/// What was predicted, and what was measured where it was.
struct Point {
  std::string name;
  Quantity predicted;
  std::optional<Quantity> measured;
};

void add_point(Markup& page, const Chart& chart, const Point& one, bool lower) {
  const double x = chart.x(factor_for(chart.p, one.predicted.value));
  page.line("promise", x, chart.y(one.predicted.low), x, chart.y(one.predicted.high));
  if (one.measured)
    page.line("interval", x, chart.y(one.measured->low), x, chart.y(one.measured->high));
  page.add("<circle class=\"");
  one.measured ? page.add("measured") : page.add("predicted");
  const double y = chart.y(one.measured ? one.measured->value : one.predicted.value);
  page.add("\" r=\"5\" cx=\"").number(x).add("\" cy=\"").number(y).add("\"/>\n");
  add_name(page, x, y, one.name, lower);
}

/// Nothing without points. `label` is read aloud, `caption` stands below.
void add_chart(Markup& page, double p, const std::vector<Point>& points, const std::string& label,
               const std::string& caption) {
  if (points.empty() || p <= 0) return;
  Chart chart{p, 2};
  for (const Point& one : points) {
    const double high = std::max(one.predicted.high, one.measured ? one.measured->high : 0);
    chart.most = std::min(largest_gain, std::max(chart.most, high * 1.1));
  }
  page.add("<figure>\n<svg class=\"amdahl\" viewBox=\"0 0 600 250\" role=\"img\" aria-label=\"");
  page.text(label).add("\">\n");
  add_axes(page, chart);
  add_curve(page, chart);
  bool lower = false;
  for (const Point& one : points) {
    add_point(page, chart, one, lower);
    lower = !lower;
  }
  page.add("</svg>\n<figcaption>").text(caption).add("</figcaption>\n</figure>\n");
}

std::string describe_curve(const std::string& share, const std::string& of) {
  return fmt::format(
      "Amdahl's curve: what the whole gains (upwards) when the {} of the time that is {} gets so "
      "much faster (to the right). ",
      share, of);
}

}  // namespace

void add_amdahl_chart(Markup& page, const Report& report) {
  if (!report.demo || report.demo->steps.empty()) return;
  const DemoStep& first = report.demo->steps.front();
  std::vector<Point> points;
  for (const Verification& one : report.verifications)
    if (one.baseline == first.variant && is_tried_prediction(one))
      points.push_back({one.variant, *one.predicted, one.measured});
  const double p = std::clamp(first.share, 0.0, 1.0);
  add_chart(page, p, points,
            fmt::format("Amdahl's curve for {} of the time, with {} measured points; the table "
                        "above has the figures",
                        format_percent(p), points.size()),
            describe_curve(format_percent(p), name_step_class(first)) +
                "A bar is what was promised of a variant, the dot what was measured, the line "
                "through it its 95 % interval.");
}

void add_advice_curve(Markup& page, const Report& report) {
  constexpr std::size_t most_points = 4;
  constexpr double rounding = 1.01;
  const Verdict& verdict = report.verdict;
  const Bottleneck kind = verdict.top.empty() ? verdict.kind : verdict.top.front();
  const auto found = report.shares.find(kind);
  if (found == report.shares.end() || !verdict.ended_by.empty()) return;
  const double p = std::clamp(found->second, 0.0, 1.0);
  const std::string share = describe_share(arrange_page_bars(report.shares), kind, p);
  std::vector<Point> points;
  for (std::size_t i = 0; i < report.recommendations.size() && points.size() < most_points; ++i) {
    const Recommendation& one = report.recommendations[i];
    const Quantity& speedup = one.prediction.speedup;
    // More than this slice can give: it shrinks others as well, and is no point of this curve.
    if (one.promise != "speedup" ||
        speedup.value > amdahl(p, largest_gain * largest_gain) * rounding)
      continue;
    points.push_back({fmt::format("{} {}", i + 1, to_string(one.remedy)), speedup, std::nullopt});
  }
  add_chart(page, p, points,
            fmt::format("Amdahl's curve for {} of the time, with {} predictions; the list above "
                        "has the figures",
                        share, points.size()),
            describe_curve(share, std::string(to_string(kind))) +
                "A ring is what the advice of that number is predicted to give, the bar its "
                "interval; nothing of it was measured. Advice that shrinks more than this slice "
                "is not drawn.");
}

}  // namespace bottleneck
