// From CUPTI's activity records to ours (gpu_record.h). Reads only the beginnings that all versions
// share; a record of a kind that it does not know is counted as such. Calls nothing but
// cuptiGetCallbackName.
#pragma once

#include "probes/inject/cupti_library.h"
#include "probes/inject/gpu_writer.h"

namespace bottleneck::inject::cupti {

/// What has come so far.
struct Seen {
  std::uint64_t operations;  ///< on a device
  std::uint64_t calls;       ///< of the runtime or the driver
};

void write_record(const Activity&, const Library&, GpuWriter&, Seen&);

}  // namespace bottleneck::inject::cupti
