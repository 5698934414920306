#include <fmt/format.h>

#include "reports/demo.h"
#include "reports/proof.h"
#include "reports/screen.h"
#include "reports/sections.h"
#include "reports/table.h"
#include "reports/units.h"

namespace bottleneck {
namespace {

std::string count_held(const DemoRow& row) {
  if (row.predictions == 0) return "none";
  return fmt::format("{} of {}", row.held, row.predictions);
}

}  // namespace

DemoRow demo_row(const Report& report, double seconds) {
  const Demo& demo = *report.demo;
  DemoRow row;
  row.name = demo.name;
  row.right = demo.right;
  row.seconds = seconds;
  if (!demo.steps.empty()) row.said = name_step_class(demo.steps.front());
  if (report.verdict.mixed) row.said = "mixed: " + row.said;
  if (!demo.right) row.said = demo.wrong;
  for (const Verification& one : report.verifications) {
    if (is_tried_prediction(one)) {
      ++row.predictions;
      if (one.outcome == Outcome::held) ++row.held;
    }
    row.best += fmt::format("{}{} {}, {} predicted: {}", row.best.empty() ? "" : "; ", one.variant,
                            describe_measured(one), describe_predicted(one), describe_outcome(one));
  }
  if (row.best.empty()) row.best = demo.notes.empty() ? "nothing recommended" : demo.notes.back();
  return row;
}

std::string render_demo_line(const DemoRow& row, const TerminalStyle& style) {
  Screen screen(style);
  screen.add({{fmt::format("{:<17}", row.name), Hue::bold},
              {row.right ? "right  " : "WRONG  ", row.right ? Hue::good : Hue::poor},
              {row.said + "   "},
              {row.best, Hue::faint}});
  return screen.text();
}

std::string render_demo_left_out(const std::string& name, const std::string& why,
                                 const TerminalStyle& style) {
  Screen screen(style);
  screen.add(
      {{fmt::format("{:<17}", name), Hue::bold}, {"left out, not tried: " + why, Hue::faint}});
  return screen.text();
}

std::string render_demo_table(const std::vector<DemoRow>& rows, const TerminalStyle& style) {
  Screen screen(style);
  std::vector<std::vector<std::string>> cells;
  int right = 0, predictions = 0, held = 0;
  double seconds = 0;
  for (const DemoRow& row : rows) {
    cells.push_back({row.name, row.right ? "right" : "WRONG", row.said, count_held(row), row.best,
                     format_seconds(row.seconds)});
    right += row.right ? 1 : 0;
    predictions += row.predictions;
    held += row.held;
    seconds += row.seconds;
  }
  add_table(
      screen, "All demos",
      {{"name"}, {""}, {"the diagnosis"}, {"held"}, {"measured and predicted"}, {"took", true}},
      cells);
  screen.add_blank();
  screen.add_text(fmt::format("{} of {} verdicts right, {} of {} predictions held, {}", right,
                              rows.size(), held, predictions, format_seconds(seconds)));
  return screen.text();
}

}  // namespace bottleneck
