// The forms of a comparison that CI systems read: Markdown and JUnit.
#include <fmt/format.h>

#include "reports/comparison.h"
#include "reports/markdown.h"
#include "reports/sections.h"
#include "reports/units.h"

namespace bottleneck {
namespace {

constexpr std::size_t most_rows = 10;

const char* mark_of(CompareVerdict verdict) {
  switch (verdict) {
    case CompareVerdict::ok:
      return "✅";
    case CompareVerdict::improvement:
      return "🚀";
    case CompareVerdict::regression:
      return "❌";
    case CompareVerdict::inconclusive:
    case CompareVerdict::incomparable:
      return "⚠️";
  }
  return "";
}

std::string side_row(const char* label, const ComparedSide& side) {
  return markdown_table(
      {{"", false}, {"median", true}, {"runs", true}, {"limit", false}, {"command", false}},
      {{label, side.wall_s.empty() ? "–" : format_seconds(side.median_s),
        fmt::format("{}", side.wall_s.size()), prose(describe_side(side)),
        code_span(quote_command(side.command))}});
}

/// Both sides in one table: the rows of two with the head of one.
std::string both_sides(const Comparison& all) {
  const std::string base = side_row("base", all.base), head = side_row("head", all.head);
  const std::size_t last = head.rfind("\n|");
  return base + head.substr(last + 1);
}

std::string changes(const char* title, const std::vector<SecondsChange>& picked) {
  std::vector<std::vector<std::string>> rows;
  for (const SecondsChange& one : picked) {
    std::string name = one.module.empty() ? one.name : name_function(one.name);
    if (!one.file.empty()) name += "  " + name_place({"", "", one.file, one.line, 0});
    rows.push_back({code_span(name), format_seconds(one.base_s), format_seconds(one.head_s),
                    describe_change_s(one.change_s())});
  }
  return markdown_table({{title, false}, {"base", true}, {"head", true}, {"change", true}}, rows);
}

}  // namespace

std::string comparison_to_markdown(const Comparison& all) {
  std::string text = markdown_marker;
  text += fmt::format("### {} bottleneck: {}\n\n{}\n\n", mark_of(all.verdict),
                      to_string(all.verdict), prose(all.why));
  text +=
      fmt::format("**head / base: {}**, gate {:.3g} %\n\n", describe_ratio(all), 100 * all.gate);
  if (all.cpu_ratio) text += fmt::format("CPU time: {}\n\n", describe_cpu_ratio(all));
  text += both_sides(all) + "\n";
  const auto classes = pick_changes(all.classes, all.base.profiled_s, most_rows);
  const auto functions = pick_changes(all.functions, all.base.profiled_s, most_rows);
  if (!classes.empty()) text += changes("what changed", classes) + "\n";
  if (!functions.empty())
    text += "<details><summary>functions, seconds on a CPU</summary>\n\n" +
            changes("function", functions) + "\n</details>\n\n";
  for (std::size_t i = 0; i < std::min<std::size_t>(all.obstacles.size(), most_rows); ++i)
    text += "- " + prose(all.obstacles[i]) + "\n";
  if (!all.outputs_differ.empty())
    text += "- the outputs differ: " + prose(all.outputs_differ) + "\n";
  for (std::size_t i = 0; i < std::min<std::size_t>(all.notes.size(), most_rows); ++i)
    text += "- " + prose(all.notes[i]) + "\n";
  return text + "\n" + prose(describe_power(all)) + "\n";
}

std::string comparison_to_junit(const Comparison& all, bool strict) {
  const bool said_nothing =
      all.verdict == CompareVerdict::inconclusive || all.verdict == CompareVerdict::incomparable;
  const bool fails = all.verdict == CompareVerdict::regression || (said_nothing && strict);
  const bool skipped = said_nothing && !strict;
  std::string text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  text += fmt::format(
      "<testsuites>\n<testsuite name=\"bottleneck compare\" tests=\"1\" failures=\"{}\" "
      "errors=\"0\" "
      "skipped=\"{}\" time=\"{:.3f}\">\n",
      fails ? 1 : 0, skipped ? 1 : 0, all.spent_s);
  text += fmt::format("<testcase classname=\"bottleneck\" name=\"{}\" time=\"{:.6f}\">\n",
                      xml_text(quote_command(all.head.command), 200), all.head.median_s);
  const std::string message =
      fmt::format("{}: {}", to_string(all.verdict), all.why.empty() ? "no reason" : all.why);
  if (fails)
    text += fmt::format("<failure message=\"{}\" type=\"{}\"></failure>\n", xml_text(message),
                        to_string(all.verdict));
  if (skipped) text += fmt::format("<skipped message=\"{}\"/>\n", xml_text(message));
  text += "<system-out>";
  text += xml_text(
      fmt::format("{}; head / base {}; {}", message, describe_ratio(all), describe_power(all)));
  for (const SecondsChange& one : pick_changes(all.functions, all.base.profiled_s, most_rows))
    text += "\n" + xml_text(fmt::format("{} {}", describe_change_s(one.change_s()), one.name));
  return text + "</system-out>\n</testcase>\n</testsuite>\n</testsuites>\n";
}

}  // namespace bottleneck
