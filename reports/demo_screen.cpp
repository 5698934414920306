#include <algorithm>

#include <fmt/format.h>

#include "reports/demo.h"
#include "reports/describe.h"
#include "reports/proof.h"
#include "reports/sections.h"
#include "reports/table.h"
#include "reports/units.h"
#include "reports/visible.h"
#include "src/core/words.h"

namespace bottleneck {
namespace {

// With the table's rows 24 lines where there are at most six variants.
constexpr int verdict_lines = 2;
constexpr int why_lines = 2;
constexpr int most_misses = 2;
constexpr int most_notes = 2;
constexpr int limit_lines = 3;

/// In front of every figure that a stand-in for a driver made up.
std::string mark(const Report& report) { return report.demo->simulated ? "SIMULATED " : ""; }

void add_head(Screen& screen, const Demo& demo, const Profile& profile) {
  const std::string facts =
      fmt::format("{} · tier {}", describe_facts(profile), to_string(profile.tier));
  const std::string title =
      fmt::format("{}demo {}, size {} ({})", demo.simulated ? "SIMULATED " : "", demo.name,
                  demo.size, demo.unit);
  const int left = screen.width() - width_of("bottleneck  ") - width_of(facts) - 2;
  screen.add({{"bottleneck  ", Hue::faint},
              {pad_to(make_visible(title), std::max(12, left)), Hue::bold},
              {"  " + facts}});
}

void add_verdict(Screen& screen, const Report& report) {
  constexpr int bar_rows = 6;
  const Headline headline = describe_verdict(report, arrange_bars(report.shares, bar_rows));
  screen.add_wrapped({"  " + headline.name + "     ", Hue::bold}, headline.said, verdict_lines);
  const std::string place = describe_where(report, report.verdict.where);
  screen.add({{"  where  ", Hue::faint}, {place.empty() ? "not known" : place}});
}

std::string time_of(const Demo& demo, const Verification& one) {
  if (one.variant_s > 0) return format_seconds(one.variant_s);
  const DemoStep* step = step_of(demo, one.variant);
  return step && step->profiled ? format_seconds(step->wall_s) : "–";
}

/// The baseline's own row: as rerun, else as profiled.
std::vector<std::string> first_row(const Report& report) {
  const DemoStep& first = report.demo->steps.front();
  double wall_s = first.wall_s;
  for (const Verification& one : report.verifications)
    if (one.baseline == first.variant && one.baseline_s > 0) wall_s = one.baseline_s;
  const Run& run = report.profile.this_run();
  const std::string end = run.exit_status == 0 ? "" : describe_end(run);
  return {first.variant, format_seconds(wall_s), "", end, "", name_step_class(first)};
}

void add_variants(Screen& screen, const Report& report) {
  const Demo& demo = *report.demo;
  std::vector<std::vector<std::string>> rows;
  if (!demo.steps.empty()) rows.push_back(first_row(report));
  int pairs = 0;
  for (const Verification& one : report.verifications) {
    const bool further = !demo.steps.empty() && one.baseline != demo.steps.front().variant;
    rows.push_back({one.variant + (further ? " after " + one.baseline : ""), time_of(demo, one),
                    describe_predicted(one), describe_measured(one), describe_outcome(one),
                    one.limit.empty() ? "–" : one.limit});
    pairs = std::max(pairs, one.pairs);
  }
  const std::string title =
      pairs == 0 ? "  nothing was rerun"
                 : fmt::format(
                       "  promised before, then measured: each against the one that it "
                       "changes, {} interleaved pairs",
                       pairs);
  const std::string made_up = mark(report);
  add_table(screen, title,
            {{"variant"},
             {made_up + "wall", true},
             {made_up + "predicted"},
             {made_up + "measured"},
             {"verdict"},
             {"what limits now"}},
            rows);
}

void add_reasons(Screen& screen, const Report& report, bool all) {
  int shown = 0;
  for (const Verification& one : report.verifications) {
    if (!is_miss(one) && !all) continue;
    if (++shown > most_misses && !all) break;
    screen.add_wrapped({shown == 1 ? "  why    " : "         ", Hue::faint},
                       one.variant + ": " + one.why, why_lines);
  }
  shown = 0;
  for (const std::string& note : report.demo->notes) {
    if (++shown > most_notes && !all) break;
    screen.add_wrapped({shown == 1 ? "  note   " : "         ", Hue::faint}, note, why_lines);
  }
}

std::string next_command(const Report& report, const TerminalStyle& style) {
  if (!style.saved_file.empty())
    return fmt::format("bottleneck report {} -v", quote_command({style.saved_file}));
  const auto& command = report.profile.target.command;
  return "bottleneck run -- " + quote_command(command);
}

}  // namespace

void add_demo_screen(Screen& screen, const Report& report, const TerminalStyle& style) {
  const Demo& demo = *report.demo;
  add_head(screen, demo, report.profile);
  screen.add_blank();
  add_verdict(screen, report);
  add_variants(screen, report);
  screen.add_blank();
  add_reasons(screen, report, style.verbose);
  if (demo.interrupted)
    screen.add(
        {{"  cut    ", Hue::faint}, {"interrupted: what was measured until then", Hue::poor}});
  screen.add_wrapped({demo.right ? "  right  " : "  WRONG  ", demo.right ? Hue::good : Hue::poor},
                     describe_right(demo), why_lines);
  screen.add_wrapped({"  limit  ", Hue::faint}, demo.limit, limit_lines);
  if (!demo.device.empty()) screen.add({{"  device ", Hue::faint}, {make_visible(demo.device)}});
  screen.add({{"  next   ", Hue::faint}, {next_command(report, style)}});
}

std::string render_demo_list(const std::vector<DemoDescription>& all, const TerminalStyle& style) {
  Screen screen(style);
  screen.add({{"bottleneck demo NAME", Hue::bold},
              {"   diagnoses it blind, predicts what its next variant gives, reruns, compares"}});
  std::vector<std::vector<std::string>> rows;
  for (const DemoDescription& one : all) {
    rows.push_back(
        {one.name, std::to_string(one.default_size),
         fmt::format("{}{}{}", one.line, one.missing.empty() ? "" : " (no device here: --simulate)",
                     style.verbose ? "; size in " + one.unit : "")});
  }
  add_table(screen, "", {{"name"}, {"size", true}, {"what it is"}}, rows);
  screen.add_blank();
  screen.add({{"  next   ", Hue::faint}, {"bottleneck demo --all --quick"}});
  return screen.text();
}

}  // namespace bottleneck
