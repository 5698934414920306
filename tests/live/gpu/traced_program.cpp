#include "tests/live/gpu/traced_program.h"

#include "tests/cli/launched_program.h"
#include "tests/unit/launch/temporary_folder.h"

namespace bottleneck {

std::vector<nlohmann::json> Traced::operations() const {
  if (!gpu().contains("operations")) return {};
  const nlohmann::json& columns = gpu().at("operations");
  std::vector<nlohmann::json> rows(columns.at("rows").get<std::size_t>());
  for (const auto& [name, column] : columns.items())
    for (std::size_t i = 0; i < rows.size() && column.is_array(); ++i) rows[i][name] = column[i];
  return rows;
}

int Traced::count(const std::string& kind) const {
  int sum = 0;
  for (const auto& one : operations())
    if (one.at("kind") == kind) sum += one.value("count", 1);
  return sum;
}

double Traced::bytes(const std::string& kind) const {
  double sum = 0;
  for (const auto& one : operations())
    if (one.at("kind") == kind) sum += one.value("bytes", 0.0);
  return sum;
}

std::string Traced::probe(const std::string& name, const std::string& field) const {
  for (const auto& row : report.at("probes"))
    if (row.at("name") == name) return row.value(field, "");
  return "there is no such probe";
}

std::string Traced::notes() const { return report.at("profile").at("notes").dump(); }

Traced run_traced(const std::string& program, const std::string& settings,
                  const std::string& options) {
  const TemporaryFolder folder;
  const Outcome outcome =
      run_line("mkdir tmp; TMPDIR=$PWD/tmp " + settings + " $B run -q --no-calibrate " + options +
                   " --json r.json -- " + program + "; status=$?; ls tmp > left; exit $status",
               folder.path());
  Traced traced;
  traced.status = outcome.status;
  traced.report = nlohmann::json::parse(folder.read("r.json"), nullptr, false);
  if (!folder.read("left").empty()) traced.status = 1000;  // the folder of the traces was left
  return traced;
}

}  // namespace bottleneck
