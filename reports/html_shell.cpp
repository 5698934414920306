#include "reports/html_shell.h"

#include "reports/html_sections.h"

namespace bottleneck {
namespace {

constexpr int title_columns = 160;

/// No report that a page cannot carry: with --json it is saved whole.
constexpr std::size_t largest_report = 200'000;

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

void add_head(Markup& page, const PageFace& face, const PageScript& script) {
  page.add("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
  add_policy(page, script);
  page.add(
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta "
      "name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" "
      "content=\"no-referrer\">\n<title>");
  page.text(face.title, title_columns).add(" – ").text(face.subject, title_columns);
  page.add("</title>\n<style>").add(page_style).add(chart_style).add("</style>\n</head>\n");
}

void add_header(Markup& page, const PageFace& face) {
  page.add("<header>\n<p class=\"tool\">bottleneck</p>\n<p>");
  page.code(face.code).add("</p>\n").element("p", face.facts).add("</header>\n");
}

}  // namespace

std::string frame_page(const PageFace& face, const Markup& main, const JsonText& data,
                       const PageScript& script) {
  Markup page;
  add_head(page, face, script);
  page.add("<body>\n");
  add_header(page, face);
  page.add("<main>\n")
      .add(main)
      .add(
          "</main>\n<footer><p>Made by bottleneck. This page fetches nothing: its "
          "Content-Security-Policy forbids it.</p></footer>\n");
  page.data(data);
  if (script.text.empty()) return page.add("</body>\n</html>\n").bytes();
  std::string text = page.bytes();
  text += "<script>";
  text += script.text;
  return text + "</script>\n</body>\n</html>\n";
}

JsonText page_data(const JsonText& charts, const std::string& report) {
  JsonText json;
  json.open("{").key("charts").raw(charts.bytes());
  if (report.size() <= largest_report) json.key("report").raw(report);
  json.close("}");
  return json;
}

}  // namespace bottleneck
