// The page of `bottleneck demo --all`: what was predicted and measured of each, in one table, and
// below it a section for each demo.
#include <algorithm>

#include <fmt/format.h>

#include "reports/describe.h"
#include "reports/html.h"
#include "reports/html_sections.h"
#include "reports/html_shell.h"
#include "reports/proof.h"
#include "reports/units.h"
#include "src/core/json.h"
#include "src/core/json_workload.h"

namespace bottleneck {
namespace {

using Demos = std::vector<TriedDemo>;

std::string describe_all(const Demos& all) {
  int tried = 0, right = 0, predictions = 0, held = 0;
  for (const TriedDemo& one : all) {
    tried += one.left_out.empty() ? 1 : 0;
    right += one.row.right ? 1 : 0;
    predictions += one.row.predictions;
    held += one.row.held;
  }
  return fmt::format("{} of {} verdicts right, {} of {} predictions held", right, tried, held,
                     predictions);
}

std::string describe_times(const Demos& all) {
  double seconds = 0;
  std::size_t left_out = 0;
  for (const TriedDemo& one : all) {
    seconds += one.row.seconds;
    left_out += one.left_out.empty() ? 0 : 1;
  }
  std::string text = fmt::format("{} demos in {}", all.size() - left_out, format_seconds(seconds));
  if (left_out > 0) text += fmt::format("; {} not tried, for want of a device", left_out);
  return text;
}

void add_row(Markup& page, const TriedDemo& demo, std::size_t number,
             const std::vector<std::string>& cells) {
  page.add("<tr><th scope=\"row\">");
  if (demo.report) {
    page.add("<a href=\"#demo-").text(std::to_string(number)).add("\">");
    page.text(demo.row.name, longest_cell).add("</a>");
  } else {
    page.text(demo.row.name, longest_cell);
  }
  page.add("</th>");
  for (const std::string& cell : cells) page.add("<td>").text(cell, longest_cell).add("</td>");
  page.add("</tr>\n");
}

/// A row for each rerun; one that says why where nothing was rerun.
void add_rows(Markup& page, const TriedDemo& demo, std::size_t number) {
  if (!demo.left_out.empty())
    return add_row(page, demo, number, {"not tried: " + demo.left_out, "–", "–", "–", "–"});
  const std::string diagnosis =
      fmt::format("{}: {}", demo.row.right ? "right" : "WRONG", demo.row.said);
  if (!demo.report || demo.report->verifications.empty())
    return add_row(page, demo, number,
                   {diagnosis, demo.report ? demo.row.best : "not run", "–", "–", "–"});
  for (const Verification& one : demo.report->verifications)
    add_row(page, demo, number,
            {diagnosis, one.variant, describe_predicted(one), describe_measured(one),
             describe_outcome(one)});
}

void add_table(Markup& page, const Demos& all) {
  page.open_scrolling("All demos")
      .add(
          "<table class=\"full\">\n<caption>Each variant against the one that it changes: promised "
          "before, then measured</caption>\n<thead><tr><th scope=\"col\">demo</th><th "
          "scope=\"col\">the diagnosis</th><th scope=\"col\">variant</th><th "
          "scope=\"col\">predicted</th><th scope=\"col\">measured</th><th "
          "scope=\"col\">verdict</th></tr></thead>\n");
  for (std::size_t i = 0; i < all.size(); ++i) {
    page.add("<tbody>\n");
    add_rows(page, all[i], i);
    page.add("</tbody>\n");
  }
  page.add("</table>\n</div>\n");
}

/// "memory_latency 91 %, compute 7 %, unattributed 2 %".
std::string describe_bars(const std::vector<BarRow>& rows) {
  std::string text;
  for (const BarRow& row : rows)
    text += fmt::format("{}{} {} %", text.empty() ? "" : ", ", row.label, row.percent);
  return text;
}

void add_demo(Markup& page, const Report& report, std::size_t number) {
  const std::vector<BarRow> rows = arrange_page_bars(report.shares);
  const Headline headline = describe_verdict(report, rows);
  const std::string where = describe_where(report, report.verdict.where);
  const std::string id = fmt::format("demo-{}", number), shares = describe_bars(rows);
  page.add("<section aria-labelledby=\"").text(id).add("\">\n<h2 id=\"").text(id).add("\">");
  page.text(report.demo->name, longest_cell).add("</h2>\n<p><strong>").text(headline.name);
  page.add("</strong> ").text(headline.said).add("</p>\n<figure>\n");
  add_stacked_bar(page, rows, shares);
  page.add("<figcaption>").text(shares).add("</figcaption>\n</figure>\n<dl class=\"facts\">\n");
  page.fact("where", where.empty() ? "not known" : where);
  page.fact("run", describe_facts(report.profile));
  page.add("</dl>\n");
  add_proof(page, report);
  page.add("</section>\n");
}

std::string data_of(const Demos& all) {
  std::vector<std::string> faces;
  for (const TriedDemo& one : all)
    if (one.report) faces.push_back(face_to_json(*one.report));
  return json_for_page(demos_to_json(faces));
}

PageFace face_of(const Demos& all) {
  const bool simulated = std::any_of(all.begin(), all.end(), [](const TriedDemo& one) {
    return one.report && one.report->demo->simulated;
  });
  return {describe_all(all), "bottleneck demo --all", "bottleneck demo --all",
          describe_times(all) + (simulated ? " · SIMULATED" : "")};
}

}  // namespace

std::string render_html(const std::vector<TriedDemo>& all, const PageScript& script) {
  Markup page;
  page.add("<section aria-labelledby=\"verdict\">\n<h1 id=\"verdict\">").text(describe_all(all));
  page.add("</h1>\n<p class=\"said\">").text("Each was diagnosed like any program, without being ");
  page.text("known; what the diagnosis recommends was predicted, then rerun.").add("</p>\n");
  add_table(page, all);
  page.add("</section>\n");
  for (std::size_t i = 0; i < all.size(); ++i)
    if (all[i].report) add_demo(page, *all[i].report, i);
  page.add("<div id=\"save\" hidden></div>\n");
  JsonText none;
  none.open("{").close("}");
  return frame_page(face_of(all), page, page_data(none, data_of(all)), script);
}

}  // namespace bottleneck
