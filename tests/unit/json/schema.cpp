#include "tests/unit/json/schema.h"

#include <fstream>

#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

namespace bottleneck {

using nlohmann::json;

json read_schema() {
  std::ifstream file(SCHEMA_FILE);
  return json::parse(file);
}

std::string schema_problem_of(const json& file) {
  static const json text = read_schema();
  static valijson::Schema schema;
  [[maybe_unused]] static const bool parsed = [] {
    const valijson::adapters::NlohmannJsonAdapter adapter(text);
    valijson::SchemaParser(valijson::SchemaParser::kDraft7).populateSchema(adapter, schema);
    return true;
  }();
  valijson::Validator validator;
  valijson::ValidationResults results;
  const valijson::adapters::NlohmannJsonAdapter target(file);
  if (validator.validate(schema, target, &results)) return "";
  std::string problem;
  for (valijson::ValidationResults::Error error; results.popError(error);) {
    for (const std::string& step : error.context) problem += step;
    problem += ": " + error.description + "\n";
  }
  return problem.empty() ? "invalid" : problem;
}

}  // namespace bottleneck
