#include "reports/describe.h"
#include "reports/gpu_details.h"
#include "reports/html.h"
#include "reports/html_sections.h"
#include "reports/sections.h"
#include "src/core/json.h"

namespace bottleneck {
namespace {

constexpr int title_columns = 160;

/// No report that a page cannot carry: with --json it is saved whole.
constexpr std::size_t largest_face = 200'000;

/// Nothing is fetched, and nothing runs but the one script of ours, even if a name should ever slip
/// through as markup. Styles may stand in the page: without a source to load from they move nothing
/// in or out.
void add_policy(Markup& page, const PageScript& script) {
  page.add(
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
      "'unsafe-inline'; ");
  if (!script.text.empty()) page.add("script-src '").text(script.hash).add("'; ");
  page.add("base-uri 'none'; form-action 'none'\">\n");
}

void add_head(Markup& page, const Report& report, const PageScript& script) {
  const Headline headline = describe_verdict(report, arrange_page_bars(report.shares));
  page.add("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
  add_policy(page, script);
  page.add(
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta "
      "name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" "
      "content=\"no-referrer\">\n<title>");
  page.text(headline.name + ", " + headline.said, title_columns).add(" – ");
  page.text(quote_command(report.profile.target.command), title_columns);
  page.add("</title>\n<style>").add(page_style).add(chart_style).add("</style>\n</head>\n");
}

void add_header(Markup& page, const Profile& profile) {
  page.add("<header>\n<p class=\"tool\">bottleneck</p>\n<p>");
  page.code(quote_command(profile.target.command)).add("</p>\n");
  page.element("p", describe_facts(profile)).add("</header>\n");
}

void add_sections(Markup& page, const Report& report, const Charts& charts,
                  const SourceLines& sources) {
  add_verdict_section(page, report);
  add_evidence_section(page, report);
  add_advice_section(page, report);
  add_proof_section(page, report);
  add_quality_section(page, report);
  add_roofline_section(page, report, charts.roofline);
  add_gpu_section(page, report);
  add_course_section(page, report, charts.timeline);
  add_code_section(page, report, charts, sources);
  add_before_after_section(page, report);
  add_environment_section(page, report.profile);
}

void add_data(Markup& page, const Report& report, const Charts& charts) {
  JsonText json;
  json.open("{").key("charts");
  add_charts(json, charts);
  const std::string face = face_to_json(report);
  if (face.size() <= largest_face) json.key("report").raw(face);
  json.close("}");
  page.data(json);
}

}  // namespace

std::string render_html(const Report& report, const PageParts& parts) {
  const Charts charts = make_charts(report);
  Markup page;
  add_head(page, report, parts.script);
  page.add("<body>\n");
  add_header(page, report.profile);
  page.add("<main>\n");
  add_sections(page, report, charts, parts.sources);
  page.add(
      "</main>\n<footer><p>Made by bottleneck. This page fetches nothing: its "
      "Content-Security-Policy forbids it.</p></footer>\n");
  add_data(page, report, charts);
  if (parts.script.text.empty()) return page.add("</body>\n</html>\n").bytes();
  std::string text = page.bytes();
  text += "<script>";
  text += parts.script.text;
  return text + "</script>\n</body>\n</html>\n";
}

std::string render_html(const Report& report) { return render_html(report, PageParts{}); }

}  // namespace bottleneck
