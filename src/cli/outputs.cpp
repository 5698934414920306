#include "src/cli/outputs.h"

#include "reports/html.h"
#include "src/cli/commands.h"
#include "src/core/error.h"
#include "src/core/json.h"

namespace bottleneck {
namespace {

bool write_one(OutputFile& file, const Report& report, std::string (*render)(const Report&)) {
  if (!file.wanted()) return true;
  try {
    file.write(render(report));
    return true;
  } catch (const Error& error) {
    show_error(error);
  } catch (const std::exception& error) {
    show_error({"the report could not be saved", error.what(), "what else was asked for is made",
                "please report this, with the output of: bottleneck doctor"});
  }
  return false;
}

}  // namespace

Outputs::Outputs(const std::string& json, const std::string& html)
    : json_path_(json), json_(json), html_(html) {}

bool Outputs::write(const Report& report) {
  const bool json_written = write_one(json_, report, report_to_json);
  return write_one(html_, report, render_html) && json_written;
}

}  // namespace bottleneck
