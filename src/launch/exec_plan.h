// What the child needs for exec, made before fork, since between fork and exec nothing may
// allocate: arguments, environment, and the files to try in the order of PATH. Also: what a failed
// exec means, in four parts. Unlike execvp it never hands a script without #! to a shell behind the
// user's back.
#pragma once

#include <string>
#include <vector>

#include "src/core/error.h"
#include "src/core/profile.h"

namespace bottleneck {

struct ExecPlan {
  std::vector<std::string> environment_text;
  std::vector<std::string>
      candidates;                ///< paths to try; relative ones are relative to Target::directory
  std::vector<char*> arguments;  ///< null-terminated, into the Target
  std::vector<char*> environment;  ///< null-terminated
};

/// Needs: the Target outlives the plan; its command is not empty.
ExecPlan plan_exec(Target&);

/// The file that exec will find, as seen from our own directory; "" none.
std::string find_program(const Target&, const ExecPlan&);

/// `path` is the candidate that gave `error_number`. 127: not found; 126: found, but cannot be
/// executed.
Error exec_error(const Target&, const std::string& path, int error_number);

Error directory_error(const Target&, int error_number);

}  // namespace bottleneck
