// What to do and what it gives; and for each class what speaks for and against it.
#include <algorithm>

#include <fmt/format.h>

#include "reports/describe.h"
#include "reports/explain.h"
#include "reports/html_sections.h"
#include "reports/units.h"
#include "src/core/words.h"

namespace bottleneck {
namespace {

constexpr std::size_t shown_advice = 20;

std::string describe_interval(const Quantity& speedup) {
  if (speedup.low == speedup.high) return format_factor(speedup.value);
  return fmt::format("{} [{} – {}]", format_factor(speedup.value), format_factor(speedup.low),
                     format_factor(speedup.high));
}

void add_list_fact(Markup& page, Literal label, const std::vector<std::string>& items,
                   std::string_view if_none) {
  if (items.empty()) {
    page.fact(label, if_none);
    return;
  }
  page.add("<dt>").add(label).add("</dt><dd>").list(items).add("</dd>\n");
}

std::string describe_prediction(const Recommendation& advice) {
  const std::string what = advice.promise == "completes"
                               ? "it completes, where this run died"
                               : describe_interval(advice.prediction.speedup) + " speedup";
  return fmt::format("{}, {}", what, to_string(advice.claim));
}

void add_recommendation(Markup& page, const Report& report, const Recommendation& advice) {
  const std::string where = describe_where(report, advice.where);
  const Prediction& prediction = advice.prediction;
  page.add("<li>\n<h3>").text(advice.action).add("</h3>\n<p class=\"gain\"><strong>");
  page.text(describe_gain(advice)).add("</strong> <span class=\"note\">");
  page.text(explain(advice.claim)).add("</span></p>\n<dl class=\"facts\">\n");
  page.fact("family", to_string(advice.family));
  page.fact("where", where.empty() ? "not known" : where);
  page.fact("why", advice.why.empty() ? "not said" : advice.why);
  add_list_fact(page, "how", advice.how, "not said");
  page.fact("predicted", describe_prediction(advice));
  page.fact("by", prediction.model.empty() ? "not said" : prediction.model);
  add_list_fact(page, "assumes", prediction.assumptions, "nothing");
  if (!advice.next_limit.empty()) page.fact("limited next by", advice.next_limit);
  page.add("</dl>\n</li>\n");
}

void add_finding(Markup& page, const Report& report, const std::vector<BarRow>& rows,
                 const Finding& finding) {
  const std::string where = describe_where(report, finding.where);
  std::string name(to_string(finding.kind));
  if (finding.detail != Detail::none) name += fmt::format(", {}", to_string(finding.detail));
  page.add("<article>\n<h3><span class=\"swatch ").text(to_string(finding.kind));
  page.add("\"></span>").text(name).add(" ");
  page.text(describe_share(rows, finding.kind, finding.share)).add("</h3>\n<dl class=\"facts\">\n");
  page.fact("confidence",
            fmt::format("{}: {}", to_string(finding.confidence), explain(finding.confidence)));
  add_list_fact(page, "for it", finding.supports,
                finding.note.empty() ? "only that nothing else explains the time" : finding.note);
  add_list_fact(page, "against it", finding.contradicts, "nothing that was seen");
  if (!where.empty()) page.fact("where", where);
  page.add("</dl>\n</article>\n");
}

/// Those of little time are folded away.
void add_findings(Markup& page, const Report& report) {
  constexpr double folded_below = 0.01;
  const std::vector<BarRow> rows = arrange_page_bars(report.shares);
  const auto add_those = [&](bool small) {
    page.add("<div class=\"cards\">\n");
    for (const Finding& finding : report.findings) {
      if ((finding.share < folded_below) == small) add_finding(page, report, rows, finding);
    }
    page.add("</div>\n");
  };
  if (report.findings.empty()) page.element("p", "none");
  add_those(false);
  const auto small = std::count_if(report.findings.begin(), report.findings.end(),
                                   [](const Finding& one) { return one.share < folded_below; });
  if (small == 0) return;
  page.add("<details>\n<summary>").text(fmt::format("Classes below 1 % ({})", small));
  page.add("</summary>\n");
  add_those(true);
  page.add("</details>\n");
}

}  // namespace

void add_advice_section(Markup& page, const Report& report) {
  page.add("<section aria-labelledby=\"do\">\n<h2 id=\"do\">What to do</h2>\n");
  if (report.recommendations.empty()) {
    page.element("p", describe_no_advice(report.verdict));
  } else {
    page.add("<ol class=\"cards\">\n");
    for (std::size_t i = 0; i < report.recommendations.size() && i < shown_advice; ++i) {
      add_recommendation(page, report, report.recommendations[i]);
    }
    page.add("</ol>\n");
  }
  page.more(report.recommendations.size() - std::min(report.recommendations.size(), shown_advice));
  if (report.verifications.empty()) add_advice_curve(page, report);
  page.add("</section>\n");
}

void add_evidence_section(Markup& page, const Report& report) {
  page.add("<section aria-labelledby=\"evidence\">\n<h2 id=\"evidence\">Evidence</h2>\n");
  add_limits_table(page, report);
  add_findings(page, report);
  page.add("<h3>Ruled out</h3>\n");
  if (report.verdict.ruled_out.empty()) {
    page.element("p", "nothing could be ruled out");
  } else {
    Listing listing{"Ruled out", {{"class"}, {"because"}}, {}, report.verdict.ruled_out.size()};
    for (const RuledOut& one : report.verdict.ruled_out) {
      listing.rows.push_back({std::string(to_string(one.kind)), one.why});
    }
    add_listing(page, listing, Caption::said_above);
  }
  page.add("</section>\n");
}

}  // namespace bottleneck
