#include <algorithm>

#include <fmt/format.h>

#include "reports/bars.h"
#include "reports/describe.h"
#include "reports/sections.h"
#include "reports/visible.h"
#include "src/core/words.h"

namespace bottleneck {
namespace {

// How many lines each part may have: with the blank ones between them 24, whatever the report
// holds.
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

void add_head(Screen& screen, const Profile& profile) {
  constexpr int shortest_command = 12;
  const std::string title = "bottleneck  ";
  const std::string facts = describe_facts(profile);
  const int left = screen.width() - width_of(title) - width_of(facts) - 2;
  const std::string command = make_visible(quote_command(profile.target.command));
  screen.add({{title, Hue::faint},
              {pad_to(command, std::max(shortest_command, left)), Hue::bold},
              {"  " + facts}});
}

void add_verdict(Screen& screen, const Report& report, const std::vector<BarRow>& rows) {
  const Headline headline = describe_verdict(report, rows);
  const std::string words = "  " + headline.name + "     ";
  if (report.verdict.idle) {
    screen.add_wrapped({words, Hue::bold}, headline.said.empty() ? " " : headline.said,
                       idle_verdict_lines);
  } else if (width_of(words) <= screen.width() / 2) {
    screen.add_wrapped({words, Hue::bold}, headline.said, verdict_lines);
  } else {
    screen.add({{words, Hue::bold}});
    screen.add_wrapped({"    "}, headline.said, verdict_lines - 1);
  }
}

void add_bars(Screen& screen, const Report& report, const std::vector<BarRow>& rows, bool notes) {
  constexpr int percent_columns = 9;
  constexpr int shortest_bar = 4;
  const int cells = std::clamp((screen.width() - 2 - label_columns - percent_columns) * 2 / 3,
                               shortest_bar, longest_bar);
  for (const BarRow& row : rows) {
    const bool named = row.is_class();
    screen.add({{"  " + pad_to(row.label, label_columns - 1)},
                {draw_bar(row.share, cells), Hue::bar},
                {fmt::format(" {:5} %     ", row.percent)},
                {notes && named ? note_of(report, row.kind) : "", Hue::faint}});
  }
}

void add_where(Screen& screen, const Report& report) {
  const std::string place = describe_where(report, report.verdict.where);
  if (place.empty()) {
    screen.add({{"  where  ", Hue::faint}, {"not known", Hue::plain}});
    return;
  }
  std::string why;
  if (const Finding* finding = finding_of(report, report.verdict.kind)) {
    for (const std::string& one : finding->supports) why += (why.empty() ? "   " : "; ") + one;
  }
  screen.add({{"  where  ", Hue::faint}, {place}, {why, Hue::faint}});
}

void add_ruled_out(Screen& screen, const Verdict& verdict) {
  std::string text;
  for (const RuledOut& one : verdict.ruled_out) {
    text += fmt::format("{}{}: {}", text.empty() ? "" : " · ", to_string(one.kind), one.why);
  }
  if (text.empty()) text = "nothing could be ruled out";
  screen.add_wrapped({"  not    ", Hue::faint}, text, ruled_out_lines);
}

void add_advice(Screen& screen, const Report& report) {
  constexpr int place_needs = 100;  // on a narrow screen the action says more than its place
  const int place_columns = screen.width() >= place_needs ? 22 : 0;
  const std::string label = "  do     ";
  if (report.recommendations.empty()) {
    screen.add({{label, Hue::faint}, {describe_no_advice(report.verdict)}});
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

void add_sure(Screen& screen, const Report& report) {
  screen.add_wrapped({"  sure?  ", Hue::faint}, describe_sure(report), sure_lines);
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
