#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <string.h>

#include "reports/bars.h"
#include "reports/sections.h"
#include "reports/units.h"
#include "reports/visible.h"
#include "src/core/words.h"

namespace bottleneck {
namespace {

// How many lines each part may have: with the blank ones between them 24, whatever the report
// holds.
constexpr double largest_bound_shown = 20;
constexpr int verdict_lines = 3;
constexpr int bar_rows = 6;
// If idle, two bars: fewer lines for the verdict and the advice make room for the second.
constexpr int idle_verdict_lines = 2;
constexpr int idle_total_rows = 3;
constexpr int idle_busy_rows = 4;
constexpr int idle_advice_rows = 2;
constexpr int ruled_out_lines = 2;
constexpr int advice_rows = 3;
constexpr int sure_lines = 2;

constexpr int label_columns = 18;  // the longest class name and two blanks
constexpr int longest_bar = 40;

std::string describe_end(const Run& run) {
  if (run.timed_out) return fmt::format("stopped by --timeout, exit {}", run.exit_status);
  if (run.interrupted) return fmt::format("interrupted, exit {}", run.exit_status);
  if (run.signal == 0) return fmt::format("exit {}", run.exit_status);
  const char* name = sigabbrev_np(run.signal);
  return name ? fmt::format("killed by SIG{}", name)
              : fmt::format("killed by signal {}", run.signal);
}

/// With -n: "3.21 s wall, median of 5 (3.11 s – 3.40 s)".
std::string describe_wall(const Profile& profile, const Run& run) {
  if (profile.runs.size() < 2) return format_seconds(run.wall_s) + " wall";
  const auto [least, most] =
      std::minmax_element(profile.runs.begin(), profile.runs.end(),
                          [](const Run& a, const Run& b) { return a.wall_s < b.wall_s; });
  return fmt::format("{} wall, median of {} ({} – {})", format_seconds(run.wall_s),
                     profile.runs.size(), format_seconds(least->wall_s),
                     format_seconds(most->wall_s));
}

std::string describe_cpus(const Profile& profile, const Run& run) {
  if (run.wall_s <= 0) return fmt::format("{} CPUs", profile.machine.cpus());
  const int cpus = profile.machine.cpus();
  return fmt::format("{:.1f} of {} CPU{} busy", (run.user_s + run.system_s) / run.wall_s, cpus,
                     cpus == 1 ? "" : "s");
}

void add_head(Screen& screen, const Profile& profile) {
  constexpr int shortest_command = 12;
  const std::string title = "bottleneck  ";
  std::string facts = "no run in this profile";
  if (!profile.runs.empty()) {
    const Run& run = profile.this_run();
    facts = fmt::format("{} · {} · {}", describe_wall(profile, run), describe_cpus(profile, run),
                        describe_end(run));
  }
  const int left = screen.width() - width_of(title) - width_of(facts) - 2;
  const std::string command = make_visible(quote_command(profile.target.command));
  screen.add({{title, Hue::faint},
              {pad_to(command, std::max(shortest_command, left)), Hue::bold},
              {"  " + facts}});
}

std::string name_verdict(const Verdict& verdict) {
  std::string words;
  if (verdict.mixed) {
    words = "mixed:";
    for (std::size_t i = 0; i < verdict.top.size(); ++i) {
      words += fmt::format("{} {}", i == 0 ? "" : " +", to_string(verdict.top[i]));
    }
  } else {
    words = to_string(verdict.kind);
  }
  if (verdict.detail != Detail::none) words += fmt::format(", {}", to_string(verdict.detail));
  return words + fmt::format(", {}", to_string(verdict.parallelism));
}

int percent_of(const std::vector<BarRow>& rows, Bottleneck kind, double share) {
  for (const BarRow& row : rows) {
    if (row.label == to_string(kind)) return row.percent;
  }
  return static_cast<int>(std::lround(share * 100));
}

void add_verdict(Screen& screen, const Report& report, const std::vector<BarRow>& rows) {
  const Verdict& verdict = report.verdict;
  if (verdict.idle) {
    const auto sleep = report.shares.find(Bottleneck::sleep);
    const double share = sleep == report.shares.end() ? verdict.share : sleep->second;
    const std::string words = fmt::format("  idle {} %, waiting for work     ",
                                          percent_of(rows, Bottleneck::sleep, share));
    screen.add_wrapped({words, Hue::bold}, verdict.sentence.empty() ? " " : verdict.sentence,
                       idle_verdict_lines);
    return;
  }
  std::string said;
  if (!verdict.mixed) {
    said = fmt::format("{} % ", percent_of(rows, verdict.kind, verdict.share));
  }
  said += verdict.sentence.empty() ? "of the time" : verdict.sentence;
  const std::string words = "  " + name_verdict(verdict) + "     ";
  if (width_of(words) <= screen.width() / 2) {
    screen.add_wrapped({words, Hue::bold}, said, verdict_lines);
  } else {
    screen.add({{words, Hue::bold}});
    screen.add_wrapped({"    "}, said, verdict_lines - 1);
  }
}

std::string note_of(const Report& report, Bottleneck kind) {
  for (const Finding& finding : report.findings) {
    if (finding.kind == kind) return finding.note;
  }
  return "";
}

void add_bars(Screen& screen, const Report& report, const std::vector<BarRow>& rows, bool notes) {
  constexpr int percent_columns = 9;
  constexpr int shortest_bar = 4;
  const int cells = std::clamp((screen.width() - 2 - label_columns - percent_columns) * 2 / 3,
                               shortest_bar, longest_bar);
  for (const BarRow& row : rows) {
    const bool named = row.label == to_string(row.kind);
    screen.add({{"  " + pad_to(row.label, label_columns - 1)},
                {draw_bar(row.share, cells), Hue::bar},
                {fmt::format(" {:5} %     ", row.percent)},
                {notes && named ? note_of(report, row.kind) : "", Hue::faint}});
  }
}

const Finding* finding_of_verdict(const Report& report) {
  for (const Finding& finding : report.findings) {
    if (finding.kind == report.verdict.kind) return &finding;
  }
  return nullptr;
}

void add_where(Screen& screen, const Report& report) {
  const Where& where = report.verdict.where;
  const std::string place = name_place(where);
  if (place.empty()) {
    screen.add({{"  where  ", Hue::faint}, {"not known", Hue::plain}});
    return;
  }
  std::string text;
  if (!where.function.empty() && !where.file.empty()) text = name_function(where.function) + "  ";
  text += place;
  const bool launched =
      !report.profile.processes.empty() && where.process == report.profile.processes.front().name;
  if (!where.process.empty() && !launched && where.process != place)
    text += "  in " + where.process;
  if (where.share > 0) text += "   " + format_percent(where.share);
  std::string why;
  if (const Finding* finding = finding_of_verdict(report)) {
    for (const std::string& one : finding->supports) why += (why.empty() ? "   " : "; ") + one;
  }
  screen.add({{"  where  ", Hue::faint}, {text}, {why, Hue::faint}});
}

void add_ruled_out(Screen& screen, const Verdict& verdict) {
  std::string text;
  for (const RuledOut& one : verdict.ruled_out) {
    text += fmt::format("{}{}: {}", text.empty() ? "" : " · ", to_string(one.kind), one.why);
  }
  if (text.empty()) text = "nothing could be ruled out";
  screen.add_wrapped({"  not    ", Hue::faint}, text, ruled_out_lines);
}

std::string describe_gain(const Recommendation& advice) {
  const Quantity& speedup = advice.prediction.speedup;
  std::string range = format_factor(speedup.high);
  if (speedup.low < speedup.high) {
    const std::string low = format_factor(speedup.low);
    range = fmt::format("{} – {}", low.substr(0, low.find("×")), range);
  }
  switch (advice.claim) {
    case Claim::bound:
      // Beyond this the figure says only that the slice is nearly the whole run.
      if (speedup.high > largest_bound_shown) return "nearly all of it";
      return "at most " + format_factor(speedup.high);
    case Claim::conditional:
      return "if independent " + range;
    case Claim::expected:
      return "expect " + range;
    case Claim::verified:
      return "verified " + range;
  }
  return "";
}

void add_advice(Screen& screen, const Report& report) {
  constexpr int place_needs = 100;  // on a narrow screen the action says more than its place
  const int place_columns = screen.width() >= place_needs ? 22 : 0;
  const std::string label = "  do     ";
  if (report.recommendations.empty()) {
    screen.add({{label, Hue::faint},
                {report.verdict.idle ? "nothing: waiting for work is no fault of the program"
                                     : "nothing that would give 1.05× or more"}});
    return;
  }
  const int most = report.verdict.idle ? idle_advice_rows : advice_rows;
  int gain_columns = 0;
  for (const Recommendation& advice : report.recommendations) {
    gain_columns = std::max(gain_columns, width_of("  " + describe_gain(advice)));
  }
  int number = 0;
  for (const Recommendation& advice : report.recommendations) {
    if (++number > most) break;
    const std::string left = fmt::format(
        "{}  {:<12} {}  {}", number, to_string(advice.family),
        pad_to(cut_to(make_visible(name_place(advice.where)), place_columns - 2), place_columns),
        make_visible(advice.action));
    screen.add({{number == 1 ? label : "         ", Hue::faint},
                {pad_to(left, screen.width() - 9 - gain_columns)},
                {"  " + describe_gain(advice), Hue::bold}});
  }
}

/// What could not be seen, so that nobody takes silence for a measurement.
std::string describe_missing(const Profile& profile) {
  constexpr std::string_view counters = "perf.counters";
  std::string text;
  bool counters_named = profile.tier == Tier::A;
  const auto add = [&](std::string_view what) {
    text += fmt::format("{}no {}", text.empty() ? "" : ", ", what);
  };
  for (const ProbeState& probe : profile.probes) {
    if (probe.name == counters) counters_named = true;
    if (probe.status != ProbeStatus::unavailable) continue;
    add(probe.name == counters ? "hardware counters" : probe.name);
  }
  if (!counters_named) add("hardware counters");
  return text.empty() ? "" : text + " here: bottleneck doctor";
}

void add_sure(Screen& screen, const Report& report) {
  const Verdict& verdict = report.verdict;
  std::string text = fmt::format("{} (", to_string(verdict.confidence));
  for (const std::string& reason : verdict.reasons) text += reason + ", ";
  text += fmt::format("tier {}", to_string(report.profile.tier));
  const std::string missing = describe_missing(report.profile);
  if (!missing.empty()) text += "; " + missing;
  screen.add_wrapped({"  sure?  ", Hue::faint}, text + ")", sure_lines);
}

void add_next(Screen& screen, const Profile& profile, const TerminalStyle& style) {
  const std::string command = quote_command(profile.target.command);
  std::string next = "bottleneck run -v -- " + command;
  if (style.verbose) {
    next = "bottleneck run --json report.json -- " + command;
  } else if (!style.saved_file.empty()) {
    next = fmt::format("bottleneck report {} -v", quote_command({style.saved_file}));
  }
  screen.add({{"  next   ", Hue::faint}, {next}});
}

}  // namespace

void add_first_screen(Screen& screen, const Report& report, const TerminalStyle& style) {
  const bool idle = report.verdict.idle;
  const std::vector<BarRow> rows = arrange_bars(report.shares, idle ? idle_total_rows : bar_rows);
  add_head(screen, report.profile);
  screen.add_blank();
  add_verdict(screen, report, rows);
  screen.add_blank();
  add_bars(screen, report, rows, true);
  if (idle) {
    screen.add_text("  of the busy time alone");
    add_bars(screen, report, arrange_bars(report.busy_shares, idle_busy_rows), false);
  }
  screen.add_blank();
  add_where(screen, report);
  add_ruled_out(screen, report.verdict);
  screen.add_blank();
  add_advice(screen, report);
  screen.add_blank();
  add_sure(screen, report);
  add_next(screen, report.profile, style);
}

}  // namespace bottleneck
