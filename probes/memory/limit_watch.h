// A process's own memory limits (RLIMIT_DATA, RLIMIT_AS) and how near it came to them. A process
// may set its limits itself after exec, and take them back before it ends, so they are read again
// at the looks of the probe "memory" (memory_probe.h). Peak and limit are of one process: the one
// that had most. It does not judge whether a run died of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "probes/system.h"
#include "src/core/measurement.h"

namespace bottleneck {

/// Bytes that count against the two limits. Nothing: not readable.
struct LimitedBytes {
  std::optional<double> data;           ///< VmData: writable private memory
  std::optional<double> address_space;  ///< VmPeak, its own high-water mark, else VmSize
};
/// From the text of /proc/PID/status.
LimitedBytes limited_bytes(std::string_view status);

class LimitWatch {
 public:
  LimitWatch() = default;
  /// Reads the limits of the target as it starts.
  LimitWatch(const System&, pid_t root);

  /// One process at this look; its limits are read only by read_limits.
  void see(pid_t, const LimitedBytes&);
  /// Ends a look: reads the limits of the processes that had most.
  void read_limits();
  /// The launched process is a zombie: its limits can still be read.
  void end();
  /// memory.rlimit_as, memory.rlimit_data, memory.peak_address_space, memory.peak_data.
  std::vector<Measurement> measurements() const;

 private:
  /// One of the two limits.
  struct Watched {
    const char* key;
    const char* limit_name;
    const char* peak_name;
    const char* peak_source;
    std::optional<std::uint64_t> limit{};  ///< the tightest since the process had most
    std::optional<double> peak{};
    pid_t owner = 0;
    pid_t largest = 0;  ///< at this look
    double most = -1;
  };
  static void end_look(Watched&, const std::optional<std::string>& limits);

  System system_;
  pid_t root_ = 0;
  bool readable_ = false;
  Watched data_{"Max data size", "memory.rlimit_data", "memory.peak_data",
                "/proc/PID/status VmData"};
  Watched space_{"Max address space", "memory.rlimit_as", "memory.peak_address_space",
                 "/proc/PID/status VmPeak"};
};

}  // namespace bottleneck
