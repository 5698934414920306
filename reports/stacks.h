// The places of a profile as short stacks, for the formats that other tools read. No call chains
// are kept in a profile: process, the caller in the program's own code where that is known, the
// function, and what the kernel did for it. Between the Profile and export_*.cpp.
#pragma once

#include <string>
#include <vector>

#include "src/core/profile.h"

namespace bottleneck {

struct StackFrame {
  std::string name;  ///< as in the profile: not yet made visible
  std::string file;
  int line = 0;
  std::string module;
  bool operator==(const StackFrame&) const = default;
  auto operator<=>(const StackFrame&) const = default;
};

/// Of one thread at one place, or blocked for one reason.
struct Stack {
  std::vector<StackFrame> frames;  ///< the process first
  int thread = 0;                  ///< index into Profile::threads; -1 unknown
  double cpu_s = 0;
  double blocked_s = 0;
  std::uint64_t samples = 0;
};

/// On a CPU, then blocked; each by thread and place.
std::vector<Stack> collect_stacks(const Profile&);

/// The frame of this place alone: the function, or what stands for it.
std::string name_frame(const Location&);

}  // namespace bottleneck
