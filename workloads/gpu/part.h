// The part of a workload that talks to an accelerator: one shared object for each interface (CUDA,
// OpenCL), opened at run time, so that a program whose machine has only one of them starts. The
// first whose device answers is taken: CUDA, then OpenCL. What it cannot do is said in words.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "workloads/harness/harness.h"

/// Of open_part, all that a part shows: two parts in one process must not meet.
#define WORKLOAD_PART __attribute__((visibility("default")))

namespace workload::gpu {

struct Part {
  std::string missing;       ///< why no device answers; "" one does
  std::string device;        ///< "CUDA: NVIDIA H100, driver 13.0"
  bool host_memory = false;  ///< it computes in the host's memory: nothing has to be moved
  bool simulated = false;    ///< a stand-in for a driver, whose times are made up
  std::map<std::string, std::function<Result(const Setting&)>> variants;  ///< that it can do
};

/// What the shared object of a part exports as open_part: fills all of it.
using Open = void (*)(Part&);
inline constexpr char open_name[] = "open_part";

/// Of the workload of that name; looked for once. Where nothing answers, `missing` has all reasons.
const Part& find_part(const std::string& workload);

/// Device, simulated and missing of the workload, from its part.
void ask_part(Workload&);

/// With the `run` of the part. `useless`: as Variant::useless, asked of the part that was found.
Variant on_device(const std::string& workload, Variant,
                  const std::function<std::string(const Part&)>& useless = {});

}  // namespace workload::gpu
