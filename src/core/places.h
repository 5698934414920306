// Where samples hit and why threads were blocked: places in code and reasons to wait, shared by all
// cells of a timeline (timeline.h).
#pragma once

#include <string>

#include "src/core/waits.h"

namespace bottleneck {

/// What a CPU was doing at a sampled place.
enum class Activity {
  user,
  syscall,         ///< kernel on behalf of a system call (`call` says which)
  page_fault,      ///< anonymous memory, copy on write
  file_fault,      ///< fault on a file mapping
  process,         ///< fork, exec, exit, mmap and their faults
  context_switch,  ///< the scheduler itself
  interrupt,       ///< others' interrupts on our time
  unknown_kernel,  ///< kernel time whose place could not be seen (tier B2: kernel samples are
                   ///< withheld)
};

/// What running this code means for the accounting (published runtime table, src/core/runtimes.h).
enum class Role { work, spin, lock };

/// A place in code, shared by all samples that hit it. `line` 0 and "" mean unknown.
struct Location {
  std::string module;    ///< file of the code, "[kernel]", "[jit]", "[anon]"
  std::string function;  ///< demangled; the innermost inlined one
  std::string file;
  int line = 0;
  std::string caller;  ///< nearest frame in the program's own executable where this is library code
  Activity activity = Activity::user;
  std::string call;           ///< system call for Activity::syscall
  Peer peer = Peer::unknown;  ///< of the descriptor of that call, where known
  Role role = Role::work;
  bool after_syscall = false;  ///< user instruction right after `syscall`: its time is the kernel's
  bool no_file = false;        ///< code that is in no file (JIT)
};

/// A reason to be blocked, shared by all waits that have it.
struct Wait {
  WaitKind kind = WaitKind::unknown;
  std::string call;    ///< system call; "" = page fault or unknown
  std::string object;  ///< file path, "tcp 10.0.0.1:80", "futex"; "" unknown
  std::string kernel_function;
  Peer peer = Peer::unknown;
  int location = -1;  ///< user code that waits, index into Profile::locations; -1 unknown
};

}  // namespace bottleneck
