// The page of a report: which sections, in which order.
#include "reports/describe.h"
#include "reports/gpu_details.h"
#include "reports/html.h"
#include "reports/html_sections.h"
#include "reports/html_shell.h"
#include "reports/sections.h"
#include "src/core/json.h"

namespace bottleneck {
namespace {

PageFace face_of(const Report& report) {
  const Headline headline = describe_verdict(report, arrange_page_bars(report.shares));
  const std::string command = quote_command(report.profile.target.command);
  return {headline.name + ", " + headline.said, command, command, describe_facts(report.profile)};
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

}  // namespace

std::string render_html(const Report& report, const PageParts& parts) {
  const Charts charts = make_charts(report);
  Markup page;
  add_sections(page, report, charts, parts.sources);
  JsonText drawn;
  add_charts(drawn, charts);
  return frame_page(face_of(report), page, page_data(drawn, face_to_json(report)), parts.script);
}

std::string render_html(const Report& report) { return render_html(report, PageParts{}); }

}  // namespace bottleneck
