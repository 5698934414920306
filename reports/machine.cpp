#include "reports/machine.h"

#include <algorithm>
#include <cctype>
#include <cmath>

#include <fmt/format.h>

#include "reports/ceiling_words.h"
#include "reports/latency_ladder.h"
#include "reports/table.h"
#include "reports/units.h"

namespace bottleneck {
namespace {

using Rows = std::vector<std::vector<std::string>>;

constexpr const char* no_figure = "–";

/// "51 GFLOP/s (50 – 52)": the unit once where the spread has the same.
std::string format_cell(const std::string& name, const Quantity* quantity) {
  if (!quantity) return no_figure;
  const std::string value = format_ceiling(name, *quantity);
  std::string spread = format_spread(name, *quantity);
  const std::size_t unit = value.rfind(' ');
  const bool bare_low = std::none_of(
      spread.begin(),
      spread.begin() + static_cast<std::ptrdiff_t>(std::min(spread.find(" – "), spread.size())),
      [](unsigned char c) { return std::isalpha(c) != 0; });
  if (bare_low && unit != value.npos && spread.ends_with(value.substr(unit))) {
    spread.resize(spread.size() - (value.size() - unit));
  }
  return value + (spread.empty() ? "" : fmt::format(" ({})", spread));
}

void add_compute_row(Rows& rows, const std::vector<Measurement>& all) {
  for (const char* width : {"avx512", "avx2", "sse", "scalar"}) {
    const std::string name = fmt::format("compute.flops_f64_{}_", width);
    const Quantity* one = find_ceiling(all, name + "1");
    if (!one) continue;
    rows.push_back({fmt::format("double, {}", width), format_cell(name, one),
                    format_cell(name, find_ceiling(all, name + "all")), "on all CPUs"});
    return;
  }
}

/// The helper says so behind the figure where its arrays were too small for the caches.
bool is_partly_cached(const std::vector<Measurement>& all, const std::string& name) {
  return std::any_of(all.begin(), all.end(), [&](const Measurement& one) {
    return one.name == name && one.source.find("times the last-level cache") != std::string::npos;
  });
}

void add_numbered_row(Rows& rows, const std::vector<Measurement>& all, const char* what,
                      const std::string& prefix, const char* many) {
  const std::string first = prefix + "1";
  const Quantity* one = find_ceiling(all, first);
  if (!one) return;
  const NumberedCeiling best = find_best_ceiling(all, prefix);
  const bool more = best.number > 1;
  std::string note = more ? fmt::format(fmt::runtime(many), best.number) : "";
  if (is_partly_cached(all, first) || is_partly_cached(all, best.name))
    note += note.empty() ? "partly cached" : ", partly cached";
  rows.push_back({what, format_cell(first, one),
                  more ? format_cell(best.name, best.quantity) : no_figure, note});
}

void add_summary(Screen& screen, const std::vector<Measurement>& all) {
  const Listing listing = list_main_ceilings(all);
  add_table(screen, listing.title, listing.columns, listing.rows);
}

void add_ladder(Screen& screen, const std::vector<Measurement>& all, bool whole) {
  Rows rows;
  for (const Rung& rung : climb_ladder(all)) {
    if (!whole && !rung.first) continue;
    const auto say = [](const std::optional<double>& seconds, std::string (*format)(double)) {
      return seconds ? format(*seconds) : std::string(no_figure);
    };
    rows.push_back({std::string(rung.what), say(rung.textbook_s, format_seconds),
                    say(rung.textbook_s, format_human_time), say(rung.here_s, format_seconds),
                    say(rung.here_s, format_human_time),
                    rung.here_s ? "" : "not measured: the textbook's figure"});
  }
  add_table(screen, "Latency ladder, and as if 1 ns were 1 s",
            {{"how long takes"},
             {"textbook", true},
             {"1 ns = 1 s", true},
             {"here", true},
             {"1 ns = 1 s", true},
             {""}},
            rows);
}

void add_head(Screen& screen, const MachineReport& report) {
  screen.add(
      {{"bottleneck machine", Hue::bold},
       {fmt::format("  {} · {} · {} set in {}",
                    report.machine.cpu_model.empty() ? "CPU not known" : report.machine.cpu_model,
                    describe_cpus(report), report.full ? "full" : "quick",
                    format_seconds(report.took_s))}});
  for (const std::string& doubt :
       {describe_quota(report.machine), describe_disturbance(report.ceilings)})
    if (!doubt.empty()) screen.add({{"  " + doubt, Hue::poor}});
}

int count_missing(const std::vector<Measurement>& all) {
  return static_cast<int>(std::count_if(all.begin(), all.end(), [](const Measurement& one) {
    return std::holds_alternative<Unavailable>(one.result);
  }));
}

void add_missing_line(Screen& screen, const MachineReport& report, bool verbose) {
  std::string text;
  if (const int missing = count_missing(report.ceilings); missing > 0) {
    text = fmt::format("{} of {} could not be measured · ", missing, report.ceilings.size());
  }
  text += report.kept;
  if (!verbose) text += fmt::format("{}-v: every figure", report.kept.empty() ? "" : " · ");
  screen.add({{"  " + text, Hue::faint}});
}

void add_reasons(Screen& screen, const std::vector<Measurement>& all) {
  constexpr int most_lines = 4;
  const std::vector<MissingCeilings> missing = list_missing_ceilings(all);
  if (missing.empty()) return;
  screen.add_blank();
  screen.add({{"Not measured", Hue::bold}});
  for (const MissingCeilings& one : missing) {
    screen.add_wrapped({"  ", Hue::plain}, one.names, most_lines);
    screen.add_wrapped({"      why  ", Hue::faint}, one.reason, most_lines);
    if (!one.remedy.empty())
      screen.add_wrapped({"      fix  ", Hue::faint}, one.remedy, most_lines);
  }
}

void add_all_figures(Screen& screen, const std::vector<Measurement>& all) {
  for (const CeilingGroup& group : group_ceilings(all)) {
    Rows rows;
    for (const Measurement* one : group.figures) {
      const Quantity& quantity = std::get<Quantity>(one->result);
      rows.push_back({one->name, format_ceiling(one->name, quantity),
                      format_spread(one->name, quantity), one->source});
    }
    add_table(screen, group.title, {{"name"}, {"value", true}, {"low – high", true}, {"how"}},
              rows);
  }
  add_reasons(screen, all);
}

}  // namespace

Listing list_main_ceilings(const std::vector<Measurement>& all) {
  Rows rows;
  add_compute_row(rows, all);
  add_numbered_row(rows, all, "read memory", "memory.read_", "with {} threads");
  add_numbered_row(rows, all, "triad in memory", "memory.triad_", "with {} threads");
  add_numbered_row(rows, all, "4 KB at random", "storage.random_read_iops_qd", "with {} under way");
  add_numbered_row(rows, all, "read storage", "storage.sequential_read_qd", "with {} under way");
  const std::size_t count = rows.size();
  return {
      "At most", {{"ceiling"}, {"alone", true}, {"together", true}, {""}}, std::move(rows), count};
}

std::string render_machine(const MachineReport& report, const TerminalStyle& style) {
  Screen screen(style);
  add_head(screen, report);
  add_summary(screen, report.ceilings);
  add_ladder(screen, report.ceilings, style.verbose);
  add_missing_line(screen, report, style.verbose);
  if (style.verbose) add_all_figures(screen, report.ceilings);
  return screen.text();
}

}  // namespace bottleneck
