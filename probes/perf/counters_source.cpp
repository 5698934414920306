#include "probes/perf/counters_source.h"

#include <array>
#include <cerrno>

#include <linux/perf_event.h>
#include <perfmon/pfmlib_perf_event.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace bottleneck {
namespace {

/// libpfm4 is initialized at the first use only: it costs milliseconds, and most virtual machines
/// never get there.
bool encode(const std::string& event, bool exclude_kernel, perf_event_attr& attributes) {
  static const bool ready = pfm_initialize() == PFM_SUCCESS;
  if (!ready) return false;
  pfm_perf_encode_arg_t request{};
  request.attr = &attributes;
  request.size = sizeof request;
  const int levels = exclude_kernel ? PFM_PLM3 : PFM_PLM3 | PFM_PLM0;
  return pfm_get_os_event_encoding(event.c_str(), levels, PFM_OS_PERF_EVENT, &request) ==
         PFM_SUCCESS;
}

class KernelCounters : public CounterSource {
 public:
  int open(const CounterRequest& request) override {
    perf_event_attr attributes{};
    if (!encode(request.event, request.exclude_kernel, attributes)) return -ENOENT;
    attributes.size = sizeof attributes;
    attributes.disabled = 1;
    attributes.inherit = request.with_children ? 1 : 0;
    attributes.enable_on_exec = request.with_children ? 1 : 0;
    attributes.exclude_kernel = request.exclude_kernel ? 1 : 0;
    attributes.exclude_hv = 1;
    // Members of a group are on the PMU at the same time, so that their ratio is right under
    // multiplexing. But each is read by itself: inherited events do not go with PERF_FORMAT_GROUP
    // (perf_event_open(2)), so each has its coverage.
    attributes.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING;
    const long fd = syscall(SYS_perf_event_open, &attributes, request.pid, -1, request.group,
                            PERF_FLAG_FD_CLOEXEC);
    return fd < 0 ? -errno : static_cast<int>(fd);
  }

  std::optional<CounterReading> read(int handle) override {
    std::array<std::uint64_t, 3> values{};
    if (::read(handle, values.data(), sizeof values) != static_cast<ssize_t>(sizeof values))
      return std::nullopt;
    return CounterReading{values[0], values[1], values[2]};
  }

  void start(int handle) override { ioctl(handle, PERF_EVENT_IOC_ENABLE, 0); }
  void stop(int handle) override { ioctl(handle, PERF_EVENT_IOC_DISABLE, 0); }
  void close(int handle) override { ::close(handle); }
};

}  // namespace

std::unique_ptr<CounterSource> make_kernel_counters() { return std::make_unique<KernelCounters>(); }

}  // namespace bottleneck
