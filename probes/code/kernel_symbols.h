// Names of kernel functions from /proc/kallsyms. Loading costs about 0.1 s of system time, so the
// table is cached per boot under XDG_CACHE_HOME (mode 0600: it holds kernel addresses) and may be
// loaded by a SCHED_IDLE thread meanwhile.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "probes/system.h"

namespace bottleneck {

class KernelSymbols {
 public:
  /// Takes the cache if it is of this boot and of these modules, else reads /proc/kallsyms and
  /// writes the cache (a cache that cannot be written is no error). Errors: none; see `known`.
  static KernelSymbols load(const System&, const std::string& cache_directory);

  /// False where the kernel hides its addresses (kptr_restrict, all zero) or /proc is not there.
  bool known() const { return !addresses_.empty(); }

  /// The function that `address` lies in, without ".isra.0" and the like; "" unknown.
  std::string_view name_of(std::uint64_t address) const;

 private:
  std::vector<std::uint64_t> addresses_;
  std::vector<std::uint32_t> offsets_;  ///< into names_
  std::string names_;
};

/// XDG_CACHE_HOME/bottleneck, else HOME/.cache/bottleneck; "" where neither is set.
std::string cache_directory();

}  // namespace bottleneck
