// A Comparison as the file that `bottleneck compare --json` writes; one way: nothing reads it back.
// Beside json.h, which has the reports that are compared.
#pragma once

#include <string>

#include "src/core/comparison.h"

namespace bottleneck {

/// One line per top-level key, as a saved report; the schema is docs/schema/comparison.schema.json.
std::string comparison_to_json(const Comparison&);

}  // namespace bottleneck
