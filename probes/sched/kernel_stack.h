// What a kernel call chain says: the system call, whether it is a fault, the function that waits.
// By names of kernel functions (probes/code/kernel_symbols.h); each address is looked up once.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>

#include "probes/code/kernel_symbols.h"
#include "src/core/profile.h"

namespace bottleneck::sched {

/// What a kernel call chain says of the place; `function` is the leaf, or the telling function of a
/// wait.
struct KernelPlace {
  Activity activity = Activity::unknown_kernel;
  std::string call;      ///< "read"; "" where it is no system call
  std::string function;  ///< "" unknown
  bool io_wait =
      false;  ///< sleeps in io_schedule: the kernel itself counts it as waiting for storage
  bool in_call = false;  ///< inside or just leaving a system call, whichever it is
  bool wakes = false;    ///< was waking another thread (pipe write, futex wake, send)
};

class KernelStack {
 public:
  void set_symbols(KernelSymbols symbols);
  bool known() const { return symbols_.known(); }

  /// Where a sample hit. `chain` leaf first.
  KernelPlace sampled(std::span<const std::uint64_t> chain);
  /// Why a thread was switched out.
  KernelPlace switched_out(std::span<const std::uint64_t> chain);

 private:
  enum class Meaning : std::uint8_t {
    nothing,
    entry_syscall,
    entry_fault,
    file_fault,
    scheduler,
    io_schedule,
    telling,
    wake
  };
  struct Named {
    Meaning meaning = Meaning::nothing;
    std::string name;
    std::string call;  ///< the system call that this function implements; "" none
  };
  const Named& look(std::uint64_t address);
  static Named describe(std::string_view name);
  KernelPlace read(std::span<const std::uint64_t> chain);

  KernelSymbols symbols_;
  std::unordered_map<std::uint64_t, Named> seen_;
};

/// True for the calls that create, replace or end processes and threads.
bool is_process_call(std::string_view call);

}  // namespace bottleneck::sched
