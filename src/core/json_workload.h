// JSON about workloads: what one says of itself, read; the list of all, and the reports of several
// demos in one file, written. Between src/prove, src/cli and the nouns of workload.h and report.h.
#pragma once

#include <string>
#include <vector>

#include "src/core/report.h"
#include "src/core/workload.h"

namespace bottleneck {

/// Without `executable`. Errors: throws Error naming the file `name` for text that is not what
/// --describe prints: a foreign remedy, no baseline, a variant behind none, sizes of 0.
DemoDescription workload_from_json(const std::string& text, const std::string& name);

/// {"kind": "demo_list", "demos": [{"name", "line", ...}, ...]}
std::string workloads_to_json(const std::vector<DemoDescription>&);

/// {"kind": "demos", "demos": [report, ...]}; each as report_to_json gives it.
std::string demos_to_json(const std::vector<std::string>& reports);

}  // namespace bottleneck
