// What beside a report has a page, an export or a screen of its own, written by hand and with
// something in every field: a machine's ceilings, a comparison, all demos. With a `name` that is
// not "" each stands wherever a name, a path or an output of others can; then one is 100 kB long.
#pragma once

#include <string>
#include <vector>

#include "reports/demo.h"
#include "reports/machine.h"
#include "src/core/comparison.h"

namespace bottleneck {

/// Markup that runs, ends of elements and strings, control and direction characters, no UTF-8.
extern const std::string hostile_name;

/// A run whose every place, wait, thread and process is called so, and its findings and advice.
Report a_report_of_hostile_names();

MachineReport a_machine(const std::string& name);
/// A regression: beyond the gate, and its interval excludes 1.
Comparison a_comparison(const std::string& name);
/// One right, one wrong and cut, one that could not run, one left out.
std::vector<TriedDemo> some_demos(const std::string& name);

}  // namespace bottleneck
