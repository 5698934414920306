// The top of the page: what the first screen of the terminal says, and the bar.
#include <fmt/format.h>

#include "reports/describe.h"
#include "reports/explain.h"
#include "reports/html_sections.h"
#include "reports/sections.h"
#include "reports/units.h"

namespace bottleneck {
namespace {

/// Class of the style sheet.
std::string_view color_of(const BarRow& row) {
  return row.is_class() ? to_string(row.kind) : "others";
}

std::string describe_bars(const std::vector<BarRow>& rows) {
  std::string text;
  for (const BarRow& row : rows) {
    text += fmt::format("{}{} {} %", text.empty() ? "" : ", ", row.label, row.percent);
  }
  return text;
}

void add_legend(Markup& page, const Report& report, const std::vector<BarRow>& rows, bool notes) {
  page.add(
      "<table class=\"legend\">\n<thead><tr><th scope=\"col\">class</th><th scope=\"col\" "
      "class=\"number\">share</th><th scope=\"col\">what it is</th></tr></thead>\n<tbody>\n");
  for (const BarRow& row : rows) {
    page.add("<tr><th scope=\"row\"><span class=\"swatch ").text(color_of(row));
    page.add("\"></span>").text(row.label).add("</th><td class=\"number\">");
    page.text(fmt::format("{} %", row.percent)).add("</td><td>");
    page.text(row.is_class() ? explain(row.kind) : "small classes, listed below");
    const std::string note = notes && row.is_class() ? note_of(report, row.kind) : "";
    if (!note.empty()) page.add(" <span class=\"note\">").text(note).add("</span>");
    page.add("</td></tr>\n");
  }
  page.add("</tbody>\n</table>\n");
}

/// Classes without a row: those that round to nothing, and those that nobody could see here.
void add_rest(Markup& page, const Report& report, const std::vector<BarRow>& rows) {
  std::string small;
  std::string unseen;
  for (const Bottleneck kind : all_bottlenecks()) {
    const auto share = report.shares.find(kind);
    std::string& text = share == report.shares.end() ? unseen : small;
    if (kind == Bottleneck::unattributed || row_of(rows, kind)) continue;
    text += fmt::format("{}{}", text.empty() ? "" : ", ", to_string(kind));
    if (share != report.shares.end()) text += " " + format_percent(share->second);
  }
  if (!small.empty()) page.element("p", "Looked for, and next to nothing: " + small + ".");
  if (!unseen.empty()) page.element("p", "Could not be observed here: " + unseen + ".");
}

void add_figure(Markup& page, const Report& report, const std::vector<BarRow>& rows) {
  page.add("<figure>\n<figcaption>The wall-clock time; the shares add up to 100 %</figcaption>\n");
  add_stacked_bar(page, rows, describe_bars(rows));
  add_legend(page, report, rows, true);
  page.add("</figure>\n");
  add_rest(page, report, rows);
  if (!report.verdict.idle) return;
  const std::vector<BarRow> busy = arrange_page_bars(report.busy_shares);
  page.add("<figure>\n<figcaption>Of the busy time alone</figcaption>\n");
  add_stacked_bar(page, busy, describe_bars(busy));
  add_legend(page, report, busy, false);
  page.add("</figure>\n");
}

std::string describe_advice(const Report& report) {
  if (report.recommendations.empty()) return describe_no_advice(report.verdict);
  const Recommendation& first = report.recommendations.front();
  const std::string more = report.recommendations.size() > 1
                               ? fmt::format("; {} in all", report.recommendations.size())
                               : "";
  return fmt::format("{}: {}{}", first.action, describe_gain(first), more);
}

void add_answers(Markup& page, const Report& report) {
  const std::string where = describe_where(report, report.verdict.where);
  std::string ruled_out;
  for (const RuledOut& one : report.verdict.ruled_out) {
    ruled_out +=
        fmt::format("{}{}: {}", ruled_out.empty() ? "" : " · ", to_string(one.kind), one.why);
  }
  page.add("<dl class=\"facts\">\n");
  page.fact("where", where.empty() ? "not known" : where);
  page.fact("not", ruled_out.empty() ? "nothing could be ruled out" : ruled_out);
  page.fact("do", describe_advice(report));
  page.fact("sure?", describe_sure(report));
  page.add("</dl>\n");
}

}  // namespace

std::vector<BarRow> arrange_page_bars(const std::map<Bottleneck, double>& shares) {
  return arrange_bars(shares, bottleneck_count + 1);
}

std::string describe_share(const std::vector<BarRow>& rows, Bottleneck kind, double share) {
  const BarRow* row = row_of(rows, kind);
  return row ? fmt::format("{} %", row->percent) : format_percent(share);
}

void add_stacked_bar(Markup& page, const std::vector<BarRow>& rows, std::string_view label) {
  page.add("<div class=\"bar\" role=\"img\" aria-label=\"").text(label).add("\">");
  for (const BarRow& row : rows) {
    if (row.share <= 0) continue;
    page.add("<span class=\"part ").text(color_of(row)).add("\" style=\"flex-grow:");
    page.number(row.share).add("\"><span>").text(row.label).add(" ");
    page.text(fmt::format("{} %", row.percent)).add("</span></span>");
  }
  page.add("</div>\n");
}

void add_verdict_section(Markup& page, const Report& report) {
  const std::vector<BarRow> rows = arrange_page_bars(report.shares);
  const Headline headline = describe_verdict(report, rows);
  page.add("<section aria-labelledby=\"verdict\">\n<h1 id=\"verdict\">").text(headline.name);
  page.add("</h1>\n<p class=\"said\">").text(headline.said).add("</p>\n");
  add_answers(page, report);
  add_figure(page, report, rows);
  page.add("</section>\n");
}

}  // namespace bottleneck
