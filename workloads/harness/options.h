// The command line of a reference workload as a value. Its place: between main and harness.cpp; it
// knows which variants there are, and starts nothing. Wrong use is a Usage, told apart from work
// that fails.
#pragma once

#include <stdexcept>
#include <string>

#include "workloads/harness/harness.h"

namespace workload {

/// Wrong use: exit status 2.
struct Usage : std::runtime_error {
  using std::runtime_error::runtime_error;
};

enum class Mode { run, prepare, describe, limit, check, help };

struct Options {
  Mode mode = Mode::run;
  Setting setting;
  const Variant* variant = nullptr;  ///< never null for Mode::run
};

/// Errors: throws Usage.
Options parse_options(const Workload&, int argc, char** argv);

std::string help_text(const Workload&);

/// Why the variant cannot run here; "" it can.
std::string why_missing(const Variant&);
/// Why --describe leaves it out; "" it does not.
std::string why_left_out(const Variant&);
/// Why the workload has no accelerator to work on; "" it has, or needs none.
std::string why_missing(const Workload&);

/// What --describe prints at that size: one JSON object in one line.
std::string describe(const Workload&, std::size_t size, int threads);

}  // namespace workload
