// Whether others used the CPUs while the helper measured: their time on them, what the hypervisor
// took (steal), and how long pinned threads of ours waited for their CPU (run delay). One share is
// told; figures of a disturbed machine are not thrown away but read with it.
#pragma once

#include <vector>

#include "src/core/measurement.h"

namespace bottleneck::ceilings {

class Disturbance {
 public:
  explicit Disturbance(std::vector<int> cpus);
  /// "machine.disturbed": the share of the CPUs' time since the beginning that was not ours to use.
  Measurement measure() const;

 private:
  struct Times {
    double busy_s = 0;  ///< all that ran on these CPUs, our own included
    double stolen_s = 0;
    double own_s = 0;  ///< of us and our children
    double wall_s = 0;
    double delayed_s = 0;
    bool told = false;  ///< /proc/stat could be read
  };
  Times read() const;

  std::vector<int> cpus_;
  Times start_;
};

}  // namespace bottleneck::ceilings
