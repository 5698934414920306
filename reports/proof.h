// What stands in the cells of predicted and measured: the same words on the terminal and the page.
// Between a Verification and the renderers.
#pragma once

#include <string>

#include "src/core/report.h"

namespace bottleneck {

std::string describe_predicted(const Verification&);  ///< "3.1× [2.4 – 4.2]", "at most 2.0×"
std::string describe_measured(const Verification&);   ///< "3.6× [3.5 – 3.7]", "completes, 12 MB"
/// "held", "no effect", "not exceeded" of a bound, "gain" where nothing was promised.
std::string describe_outcome(const Verification&);
/// A bound is none, and what was not measured says nothing.
bool is_tried_prediction(const Verification&);
bool is_miss(const Verification&);  ///< of what was promised

/// "the diagnosis is right: memory_latency", or what is wrong.
std::string describe_right(const Demo&);
std::string name_step_class(const DemoStep&);
/// The step of that variant, or null.
const DemoStep* step_of(const Demo&, const std::string& variant);

}  // namespace bottleneck
