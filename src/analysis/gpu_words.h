// What is said of devices in sentences: whether they were observed at all, the note behind a bar,
// where a class's time was, what lowers the confidence, and that a figure is simulated. Its place:
// beside words.h, places.h and confidence.h, which ask it for the classes of devices.
#pragma once

#include <string>
#include <vector>

#include "src/analysis/derive.h"
#include "src/core/report.h"

namespace bottleneck {

bool is_gpu_class(Bottleneck);

/// A device was used, or something would have seen it.
bool gpus_seen(const Profile&);

/// The process and the kernel (or call) with most of the class's time.
Where find_gpu_where(const Profile&, const Evidence&, Bottleneck);

/// "3 copies, 805 MB at 12.0 GB/s, 100 % of the time pageable".
std::string say_gpu_note(const Profile&, const Evidence&, Bottleneck);

/// Records that are missing, of all: from the first share on fair, from the second on weak. Source:
/// as for samples (confidence.h).
struct GpuDoubt {
  bool weak = false;
  std::string reason;
};
std::vector<GpuDoubt> find_gpu_doubts(const Profile&, const Evidence&, Kind);

/// Each sentence, note and recommendation says that a device was simulated, and what is missing of
/// the timeline becomes a note. Nothing where there is none.
void mark_devices(Report&);

}  // namespace bottleneck
