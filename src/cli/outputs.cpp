#include "src/cli/outputs.h"

#include <algorithm>
#include <filesystem>

#include "reports/exports.h"
#include "src/cli/page.h"
#include "src/core/error.h"
#include "src/core/json.h"

namespace bottleneck {

namespace {

/// Findings are named as the files lie below the working directory, as CI has its checkout.
std::string write_sarif(const Report& report) {
  std::error_code failed;
  const std::string here = std::filesystem::current_path(failed).string();
  return export_sarif(report, {failed ? "" : here, BOTTLENECK_VERSION});
}

}  // namespace

bool write_or_say(OutputFile& file, const std::function<std::string()>& render) {
  if (!file.wanted()) return true;
  try {
    file.write(render());
    return true;
  } catch (const Error& error) {
    show_error(error);
  } catch (const std::exception& error) {
    show_error({"the report could not be saved", error.what(), "what else was asked for is made",
                "please report this, with the output of: bottleneck doctor"});
  }
  return false;
}

Outputs::Outputs(const std::string& json, const std::string& html)
    : Outputs(OutputPaths{json, html, "", "", "", "", "", ""}, false) {}

Outputs::Outputs(const OutputPaths& to, bool foreign) : json_path_(to.json) {
  using Render = std::function<std::string(const Report&)>;
  const std::vector<std::pair<std::string, Render>> all{
      {to.json, report_to_json},
      {to.html, [foreign](const Report& report) { return make_page(report, foreign); }},
      {to.trace, export_trace},
      {to.pprof, export_pprof},
      {to.folded, export_folded},
      {to.sarif, write_sarif},
      {to.markdown, export_markdown},
      {to.junit, export_junit}};
  for (const auto& [path, render] : all)
    if (!path.empty()) forms_.push_back({OutputFile(path), render});
}

bool Outputs::to_stdout() const {
  return std::any_of(forms_.begin(), forms_.end(),
                     [](const Form& form) { return form.file.to_stdout(); });
}

std::string Outputs::saved_file() const {
  return json_path_ == "-" || json_path_ == "/dev/stdout" ? "" : json_path_;
}

bool Outputs::write(const Report& report) {
  bool written = true;
  for (Form& form : forms_)
    written = write_or_say(form.file, [&] { return form.render(report); }) && written;
  return written;
}

}  // namespace bottleneck
