// The drawings of a comparison, plain shapes without a script: where the ratio and its interval lie
// between "the same" and the gate, and every run that counts.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "reports/comparison.h"
#include "reports/html_sections.h"
#include "reports/units.h"

namespace bottleneck {
namespace {

// In the drawings' own units, 600 wide.
constexpr double left = 60, right = 580;

void add_label(Markup& page, double x, double y, const std::string& text) {
  page.add("<text text-anchor=\"middle\" x=\"").number(x).add("\" y=\"").number(y).add("\">");
  page.text(text, longest_cell).add("</text>\n");
}

/// Ratios have equal distances: twice as long lies as far from 1 as half as long.
class RatioScale {
 public:
  RatioScale(const Quantity& ratio, double gate) {
    constexpr double room = 1.15;
    const double far = std::max({1 + gate, ratio.high, 1 / std::max(ratio.low, 1e-6)});
    most_ = std::log(std::min(far, 1e6)) * room;
  }
  double x(double ratio) const {
    const double place = std::log(std::clamp(ratio, 1e-6, 1e6)) / most_;
    return left + (right - left) * (std::clamp(place, -1.0, 1.0) + 1) / 2;
  }

 private:
  double most_;
};

void add_run_row(Markup& page, const ComparedSide& side, double y, double x0, double per_s) {
  constexpr std::size_t shown_runs = 200;
  constexpr double half = 12;
  for (std::size_t i = 0; i < side.wall_s.size() && i < shown_runs; ++i) {
    page.add("<circle class=\"run\" r=\"5\" cx=\"").number(x0 + per_s * side.wall_s[i]);
    page.add("\" cy=\"").number(y).add("\"/>\n");
  }
  const double median = x0 + per_s * side.median_s;
  page.line("interval", median, y - half, median, y + half);
}

}  // namespace

void add_ratio_chart(Markup& page, const Comparison& all) {
  if (!all.ratio || all.ratio->low <= 0) return;
  constexpr double axis = 46, tall = 12;
  const RatioScale scale(*all.ratio, all.gate);
  page.add("<figure>\n<svg class=\"scale\" viewBox=\"0 0 600 100\" role=\"img\" aria-label=\"");
  page.text(
      fmt::format("head / base is {}; the gate is at {:.3g}", describe_ratio(all), 1 + all.gate));
  page.add("\">\n");
  page.line("axis", left, axis, right, axis);
  const std::pair<double, std::string> marks[] = {
      {1 / (1 + all.gate), "gate, faster"}, {1, "the same"}, {1 + all.gate, "gate, slower"}};
  double last = 0;
  constexpr double apart = 125;  // of two labels in one line, as large as on a phone
  bool lower = false;
  for (const auto& [ratio, label] : marks) {
    const double x = scale.x(ratio);
    page.line("gate", x, axis - 2 * tall, x, axis + tall);
    lower = x - last < apart && !lower;
    constexpr double below = 14, line = 19;
    add_label(page, x, axis + tall + below + (lower ? line : 0), label);
    last = x;
  }
  page.line("promise", scale.x(all.ratio->low), axis, scale.x(all.ratio->high), axis);
  const double middle = scale.x(all.ratio->value);
  page.add("<circle class=\"measured\" r=\"6\" cx=\"").number(middle).add("\" cy=\"");
  page.number(axis).add("\"/>\n");
  add_label(page, std::clamp(middle, left + apart / 4, right - apart / 4), axis - tall - 8,
            fmt::format("{:.3f}", all.ratio->value));
  page.add("</svg>\n<figcaption>");
  page.text(fmt::format(
      "head / base: the dot is the ratio of the medians, the bar its {:.3g} % interval. To the "
      "right head takes longer.",
      100 * all.confidence));
  page.add("</figcaption>\n</figure>\n");
}

void add_runs_chart(Markup& page, const Comparison& all) {
  double longest = 0;
  for (const ComparedSide* side : {&all.base, &all.head})
    for (const double wall_s : side->wall_s) longest = std::max(longest, wall_s);
  if (longest <= 0 || all.base.wall_s.empty() || all.head.wall_s.empty()) return;
  constexpr double base_y = 20, head_y = 56, axis = 78, text_below = 16;
  const double per_s = (right - left) / longest;
  page.add("<figure>\n<svg class=\"scale\" viewBox=\"0 0 600 100\" role=\"img\" aria-label=\"");
  page.text("Each run that counts of base and head; the table above has the medians");
  page.add("\">\n");
  page.line("axis", left, axis, right, axis);
  add_label(page, left, axis + text_below, "0 s");
  add_label(page, right - 16, axis + text_below, format_seconds(longest));
  add_label(page, left / 2, base_y + 4, "base");
  add_label(page, left / 2, head_y + 4, "head");
  add_run_row(page, all.base, base_y, left, per_s);
  add_run_row(page, all.head, head_y, left, per_s);
  page.add("</svg>\n<figcaption>A dot is a run that counts, a line the median.</figcaption>\n");
  page.add("</figure>\n");
}

}  // namespace bottleneck
