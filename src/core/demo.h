// What `bottleneck demo` adds to the Report of a workload's baseline: which workload, whether the
// diagnosis named its planted bottleneck, and what was diagnosed of each variant on the way. Plain
// values; made by src/prove, shown by reports/. The predictions and reruns are Verifications.
#pragma once

#include <string>
#include <vector>

#include "src/core/classes.h"
#include "src/core/remedies.h"

namespace bottleneck {

/// One variant as profiled.
struct DemoStep {
  std::string variant;
  std::string line;   ///< what it does differently
  std::string after;  ///< the variant that it changes
  bool profiled = false;
  Bottleneck kind = Bottleneck::unattributed;
  Detail detail = Detail::none;
  double share = 0;
  double wall_s = 0;                ///< of the profiled run
  std::vector<Remedy> recommended;  ///< by predicted gain
};

struct Demo {
  std::string name;
  std::string line;
  std::string unit;
  std::size_t size = 0;
  std::string limit;                  ///< the workload's own bounds, in its words
  std::vector<std::string> expected;  ///< classes that are right for the baseline
  bool control = false;               ///< nothing is to be gained: a promise would be wrong
  bool right = false;                 ///< the diagnosis of the baseline is one of `expected`
  std::string wrong;                  ///< what is wrong where it is not right
  bool interrupted = false;           ///< ended early: what was measured is kept
  std::vector<DemoStep> steps;        ///< the baseline first
  std::vector<std::string> notes;     ///< what was not rerun and why; noise
  std::string device;                 ///< the accelerator that it worked on; "" none
  bool simulated = false;             ///< that is a stand-in: every figure here is made up
};

}  // namespace bottleneck
