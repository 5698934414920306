// Failure of what was asked. Thrown, never returned; caught in two places only: around each probe
// (the other probes go on) and in main. What is merely absent here is not an Error but Unavailable
// (measurement.h).
#pragma once

#include <stdexcept>
#include <string>

namespace bottleneck {

/// Exit statuses of our own (the target's status is passed on otherwise).
/// Source: GNU coreutils `timeout`, `env`; 2 for usage as in most Unix tools.
enum ExitStatus : int {
  exit_ok = 0,
  exit_failed = 1,
  exit_usage = 2,
  exit_timed_out = 124,
  exit_own_failure = 125,
  exit_not_executable = 126,
  exit_not_found = 127,
};

/// A failure in four parts. Printed as: error: what / why ... / so ... / fix ...
struct Error : std::runtime_error {
  Error(std::string what_failed, std::string why_failed, std::string consequence,
        std::string remedy, int status = exit_own_failure)
      : std::runtime_error(what_failed),
        what(std::move(what_failed)),
        why(std::move(why_failed)),
        so(std::move(consequence)),
        fix(std::move(remedy)),
        exit_status(status) {}

  std::string what;  ///< what failed, in one line
  std::string why;   ///< errno text and the file or call that was seen
  std::string so;    ///< the consequence for the user
  std::string fix;   ///< a line to paste, or what to change
  int exit_status;   ///< what our process ends with
};

}  // namespace bottleneck
