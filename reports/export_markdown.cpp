#include <fmt/format.h>

#include "reports/describe.h"
#include "reports/exports.h"
#include "reports/listings.h"
#include "reports/markdown.h"
#include "reports/sections.h"
#include "reports/terminal.h"
#include "reports/units.h"
#include "src/core/words.h"

namespace bottleneck {
namespace {

constexpr int most_bars = 8;
constexpr std::size_t most_advice = 10, most_functions = 10;

std::string shares_table(const Report& report, const std::vector<BarRow>& bars) {
  std::vector<std::vector<std::string>> rows;
  for (const BarRow& bar : bars)
    rows.push_back({prose(bar.label), fmt::format("{} %", bar.percent),
                    bar.is_class() ? prose(note_of(report, bar.kind)) : ""});
  return markdown_table({{"wall-clock time", false}, {"share", true}, {"", false}}, rows) + "\n";
}

std::string advice_table(const Report& report) {
  if (report.recommendations.empty()) return prose(describe_no_advice(report.verdict)) + "\n\n";
  std::vector<std::vector<std::string>> rows;
  for (const Recommendation& one : report.recommendations) {
    if (rows.size() == most_advice) break;
    rows.push_back({fmt::format("{}", rows.size() + 1), code_span(name_place(one.where)),
                    prose(one.action), prose(describe_gain(one))});
  }
  return markdown_table({{"", true}, {"where", false}, {"what to do", false}, {"gain", false}},
                        rows) +
         "\n";
}

std::string functions_table(const Profile& profile) {
  const Listing listing = list_on_cpu(profile, most_functions);
  if (listing.rows.empty()) return "";
  std::vector<std::pair<std::string, bool>> titles;
  for (const Column& column : listing.columns) titles.emplace_back(column.title, column.number);
  std::vector<std::vector<std::string>> rows;
  for (const auto& row : listing.rows) {
    rows.emplace_back();
    for (std::size_t i = 0; i < row.size(); ++i)
      rows.back().push_back(listing.columns[i].number ? prose(row[i]) : code_span(row[i]));
  }
  return "<details><summary>functions, seconds on a CPU</summary>\n\n" +
         markdown_table(titles, rows) + "\n</details>\n\n";
}

std::string ruled_out(const Verdict& verdict) {
  std::string text;
  for (const RuledOut& one : verdict.ruled_out)
    text += fmt::format("{}{}: {}", text.empty() ? "" : " · ", prose(to_string(one.kind)),
                        prose(one.why, 120));
  return text.empty() ? "" : "Ruled out: " + text + "\n\n";
}

}  // namespace

std::string export_markdown(const Report& report) {
  const std::vector<BarRow> bars = arrange_bars(report.shares, most_bars);
  const Headline headline = describe_verdict(report, bars);
  std::string text = markdown_marker;
  if (report.profile.gpu.simulated())
    text += "**Simulated GPU: its figures prove plumbing only.**\n\n";
  text += fmt::format("### bottleneck: {}\n\n{}\n\n", prose(headline.name), prose(headline.said));
  text += fmt::format("{}: {}\n\n", code_span(quote_command(report.profile.target.command)),
                      prose(describe_facts(report.profile)));
  text += shares_table(report, bars);
  if (const std::string place = describe_where(report, report.verdict.where); !place.empty())
    text += "Where: " + code_span(place) + "\n\n";
  text += ruled_out(report.verdict) + advice_table(report) + functions_table(report.profile);
  text += "Sure? " + prose(describe_sure(report)) + "\n";
  return text;
}

std::string export_junit(const Report& report) {
  const Run& run = report.profile.this_run();
  const std::string command = xml_text(quote_command(report.profile.target.command), 200);
  const bool failed = run.exit_status != 0;
  std::string text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n";
  text += fmt::format(
      "<testsuite name=\"bottleneck run\" tests=\"2\" failures=\"{}\" errors=\"0\" skipped=\"0\" "
      "time=\"{:.3f}\">\n<testcase classname=\"bottleneck.run\" name=\"{}\" time=\"{:.6f}\">\n",
      failed ? 1 : 0, run.wall_s, command, run.wall_s);
  if (failed)
    text += fmt::format("<failure message=\"{}\" type=\"exit status\"></failure>\n",
                        xml_text(describe_end(run)));
  TerminalStyle plain;
  text += fmt::format(
      "</testcase>\n<testcase classname=\"bottleneck.diagnosis\" name=\"{}\" "
      "time=\"0\">\n<system-out>",
      command);
  const std::string screen = render_terminal(report, plain);
  for (std::size_t from = 0; from < screen.size();) {
    const std::size_t end = std::min(screen.find('\n', from), screen.size());
    text += xml_text(screen.substr(from, end - from)) + "\n";
    from = end + 1;
  }
  return text + "</system-out>\n</testcase>\n</testsuite>\n</testsuites>\n";
}

}  // namespace bottleneck
