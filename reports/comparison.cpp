#include "reports/comparison.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "reports/sections.h"
#include "reports/units.h"
#include "reports/visible.h"

namespace bottleneck {
namespace {

// How many lines each part may have: 24 in all.
constexpr std::size_t class_rows = 3, function_rows = 3, shown_notes = 2, shown_obstacles = 2;
constexpr int name_columns = 44, number_columns = 11;

Hue hue_of(CompareVerdict verdict) {
  if (verdict == CompareVerdict::regression) return Hue::poor;
  return verdict == CompareVerdict::ok || verdict == CompareVerdict::improvement ? Hue::good
                                                                                 : Hue::bold;
}

std::string right(const std::string& text, int columns) {
  return std::string(static_cast<std::size_t>(std::max(0, columns - width_of(text))), ' ') + text;
}

void add_side(Screen& screen, const char* label, const ComparedSide& side) {
  const std::string time = side.wall_s.empty() ? "no time" : format_seconds(side.median_s);
  std::string runs =
      fmt::format("{} run{}", side.wall_s.size(), side.wall_s.size() == 1 ? "" : "s");
  if (side.rejected > 0) runs += fmt::format(", {} rejected", side.rejected);
  screen.add({{fmt::format("  {:<6} ", label), Hue::faint},
              {right(time, 9) + "  ", Hue::bold},
              {pad_to(runs, 24)},
              {pad_to(describe_side(side), 34)},
              {quote_command(side.command), Hue::faint}});
}

void add_changes(Screen& screen, const char* title, const std::vector<SecondsChange>& changes,
                 bool functions) {
  if (changes.empty()) return;
  screen.add({{"  " + pad_to(title, name_columns), Hue::faint},
              {right("base", number_columns) + right("head", number_columns) +
                   right("change", number_columns),
               Hue::faint}});
  for (const SecondsChange& one : changes) {
    const std::string name = functions ? name_function(one.name) : one.name;
    const std::string place = one.file.empty() ? "" : name_place({"", "", one.file, one.line, 0});
    screen.add({{"  " + pad_to(make_visible(name), name_columns)},
                {right(format_seconds(one.base_s), number_columns)},
                {right(format_seconds(one.head_s), number_columns)},
                {right(describe_change_s(one.change_s()), number_columns), Hue::bold},
                {"   " + place, Hue::faint}});
  }
}

void add_doubts(Screen& screen, const Comparison& all) {
  for (std::size_t i = 1; i < std::min(all.obstacles.size(), shown_obstacles); ++i)
    screen.add({{"  and    ", Hue::faint}, {all.obstacles[i]}});
  if (!all.outputs_differ.empty())
    screen.add({{"  output ", Hue::faint}, {"differs: " + all.outputs_differ}});
  for (std::size_t i = 0; i < std::min(all.notes.size(), shown_notes); ++i)
    screen.add({{"  note   ", Hue::faint}, {all.notes[i]}});
}

std::string next_step(const Comparison& all, const TerminalStyle& style) {
  if (!all.interleaved)
    return all.pairs >= 5 && all.obstacles.empty()
               ? "bottleneck compare --base CMD --head CMD   # side by side, in one job"
               : "bottleneck run -n 10 --json FILE -- PROGRAM   # for both, on one machine";
  if (all.verdict == CompareVerdict::inconclusive)
    return "the same with a larger --budget, or on a quieter machine";
  return style.saved_file.empty() ? "bottleneck run -v -- " + quote_command(all.head.command)
                                  : "jq .functions " + quote_command({style.saved_file});
}

}  // namespace

std::string describe_ratio(const Comparison& all) {
  if (!all.ratio) return "not measured";
  return fmt::format("{:.3f} [{:.3f} – {:.3f}]", all.ratio->value, all.ratio->low, all.ratio->high);
}

std::string describe_cpu_ratio(const Comparison& all) {
  if (!all.cpu_ratio) return "";
  return fmt::format("{:.2f}× [{:.2f} – {:.2f}] of base's: no verdict, it sees no waiting",
                     all.cpu_ratio->value, all.cpu_ratio->low, all.cpu_ratio->high);
}

std::string describe_side(const ComparedSide& side) {
  if (!side.profiled) return "";
  return (side.mixed ? std::string("mixed") : name_class(side.kind, side.detail)) + ", " +
         std::string(to_string(side.parallelism));
}

std::string describe_power(const Comparison& all) {
  std::string text = fmt::format("{} pairs", all.pairs);
  text += all.interleaved ? fmt::format(", interleaved, in {}", format_seconds(all.spent_s))
                          : ", not interleaved";
  if (all.smallest)
    text += fmt::format("; a slowdown of {:.1f} % would have been found", 100 * *all.smallest);
  if (all.most_looks > 1)
    text +=
        fmt::format("; look {} of at most {}, together right in 95 %", all.looks, all.most_looks);
  return text;
}

std::string describe_change_s(double seconds) {
  const std::string size = format_seconds(std::abs(seconds));
  return size == "0 s" ? size : (seconds < 0 ? "-" : "+") + size;
}

std::vector<SecondsChange> pick_changes(const std::vector<SecondsChange>& all, double base_s,
                                        std::size_t most) {
  constexpr double least_change = 0.01;
  std::vector<SecondsChange> picked;
  for (const SecondsChange& one : all)
    if (picked.size() < most && std::abs(one.change_s()) >= least_change * base_s)
      picked.push_back(one);
  return picked;
}

std::string render_comparison(const Comparison& all, const TerminalStyle& style) {
  Screen screen(style);
  const double base_s = all.base.profiled_s;
  screen.add({{"bottleneck compare  ", Hue::faint},
              {all.interleaved ? "base and head side by side" : "two saved reports"}});
  screen.add_blank();
  screen.add_wrapped({fmt::format("  {}     ", to_string(all.verdict)), hue_of(all.verdict)},
                     all.why, 2);
  screen.add_blank();
  add_side(screen, "base", all.base);
  add_side(screen, "head", all.head);
  screen.add({{"  ratio  ", Hue::faint},
              {right("", 2) + describe_ratio(all) +
               fmt::format("   head / base; gate {:.3g} %", 100 * all.gate)},
              {all.cpu_ratio ? "   CPU time " + describe_cpu_ratio(all) : "", Hue::faint}});
  screen.add_blank();
  const auto classes = pick_changes(all.classes, base_s, class_rows);
  const auto functions = pick_changes(all.functions, base_s, function_rows);
  add_changes(screen, "what changed, of the wall-clock time", classes, false);
  add_changes(screen, "functions, seconds on a CPU", functions, true);
  if (all.base.profiled && classes.empty() && functions.empty())
    screen.add({{"  "}, {"no class and no function changed by 1 % of the run", Hue::faint}});
  if (all.base.profiled) screen.add_blank();
  add_doubts(screen, all);
  screen.add_wrapped({"  sure?  ", Hue::faint}, describe_power(all), 2);
  screen.add({{"  next   ", Hue::faint}, {next_step(all, style)}});
  return screen.text();
}

}  // namespace bottleneck
