// docs/schema/report.schema.json, and what a validator that knows nothing of ours says of a file.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace bottleneck {

nlohmann::json read_schema();

/// Nothing if it is valid, else what is wrong.
std::string schema_problem_of(const nlohmann::json& file);

}  // namespace bottleneck
