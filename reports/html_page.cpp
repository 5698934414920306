#include "reports/describe.h"
#include "reports/gpu_details.h"
#include "reports/html.h"
#include "reports/html_sections.h"
#include "reports/sections.h"

namespace bottleneck {
namespace {

constexpr int title_columns = 160;

/// Nothing is fetched and nothing runs, even if a name should ever slip through as markup.
void add_head(Markup& page, const Report& report) {
  const Headline headline = describe_verdict(report, arrange_page_bars(report.shares));
  page.add(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta "
      "http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
      "'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n<meta name=\"viewport\" "
      "content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" "
      "content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n<title>");
  page.text(headline.name + ", " + headline.said, title_columns).add(" – ");
  page.text(quote_command(report.profile.target.command), title_columns);
  page.add("</title>\n<style>").add(page_style).add("</style>\n</head>\n");
}

void add_header(Markup& page, const Profile& profile) {
  page.add("<header>\n<p class=\"tool\">bottleneck</p>\n<p>");
  page.code(quote_command(profile.target.command)).add("</p>\n");
  page.element("p", describe_facts(profile)).add("</header>\n");
}

}  // namespace

std::string render_html(const Report& report) {
  Markup page;
  add_head(page, report);
  page.add("<body>\n");
  add_header(page, report.profile);
  page.add("<main>\n");
  add_verdict_section(page, report);
  add_advice_section(page, report);
  add_proof_section(page, report);
  add_evidence_section(page, report);
  add_gpu_section(page, report);
  add_course_section(page, report);
  add_code_section(page, report);
  add_quality_section(page, report);
  add_environment_section(page, report.profile);
  page.add("</main>\n<footer><p>Made by bottleneck. This page runs no script and fetches nothing.");
  page.add("</p></footer>\n</body>\n</html>\n");
  return page.bytes();
}

}  // namespace bottleneck
