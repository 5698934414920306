// The seam below the counters: opening, reading and switching one hardware event. The real one is
// libpfm4 and perf_event_open; tests simulate counters that multiplex, read 0 or are refused.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <sys/types.h>

namespace bottleneck {

struct CounterReading {
  std::uint64_t value = 0;
  std::uint64_t enabled_ns = 0;
  std::uint64_t running_ns = 0;  ///< less than enabled: the event had to share a hardware counter
};

struct CounterRequest {
  std::string event;  ///< libpfm4's name: "cycles", "LLC-load-misses"
  pid_t pid = 0;      ///< 0 = the calling thread
  bool exclude_kernel = true;
  bool with_children = false;  ///< inherited, and switched on by exec
  int group = -1;  ///< handle of the event that this one shares its time on the PMU with; -1 = none
};

class CounterSource {
 public:
  virtual ~CounterSource() = default;
  /// A handle, or -errno. The event is off until `start` (or exec). An unknown name is -ENOENT.
  virtual int open(const CounterRequest&) = 0;
  virtual std::optional<CounterReading> read(int handle) = 0;
  virtual void start(int handle) = 0;
  virtual void stop(int handle) = 0;
  virtual void close(int handle) = 0;
};

std::unique_ptr<CounterSource> make_kernel_counters();

}  // namespace bottleneck
