// Runs base and head of a change side by side until it is decided whether head is slower
// (src/analysis/compare.h), then profiles each once to say what changed. The part of `bottleneck
// compare` that touches the world; two saved reports are compared without it.
#pragma once

#include <functional>
#include <string>

#include "probes/system.h"
#include "src/core/comparison.h"
#include "src/core/run.h"
#include "src/launch/collect.h"

namespace bottleneck {

struct CompareOptions {
  Target base, head;
  int pairs = 10;  ///< before the first look
  double budget_s = 60;
  double gate = 0.05;
  double timeout_s = 0;  ///< of one run; 0: three times the first of base, at least 10 s
  bool profile = true;
  ProbeOptions probes;
};

/// Errors: throws Error where one of them cannot be started (127, 126, 125).
Comparison run_comparison(const CompareOptions&, const System&,
                          const std::function<void(const std::string& step)>& progress);

}  // namespace bottleneck
