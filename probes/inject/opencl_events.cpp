// From the device's clock and events to records: commands that have not ended wait in a ring, and
// get their times when a later call finds them finished.
#include <cstring>

#include <pthread.h>

#include "probes/inject/opencl_layer.h"

namespace bottleneck::inject {
namespace {

/// Commands that a program may have under way; those beyond have no time.
constexpr std::size_t most_pending = 1 << 15;
/// Looked at by one call. Those at the front have most likely ended.
constexpr std::size_t looked_at_by_each = 4;
constexpr std::size_t looked_at_after_wait = 4096;
/// Events are asked in batches, so that all of them help to set the clock before any is written.
constexpr std::size_t batch = 64;
/// Device clocks drift against the host's, PoCL's (CLOCK_MONOTONIC_RAW) by 50 us a second: the
/// offset is of the last one to two windows. Source: research/gpu.md section 4.
constexpr std::uint64_t clock_window_ns = 1'000'000'000;

struct Pending {
  cl_event event;
  GpuRecord* record;
  std::uint64_t issued_ns;  ///< host time before the call: not later than the event's "queued"
  std::uint32_t device;
};

struct Times {
  cl_ulong at[4];  ///< queued, submitted, started, ended, on the device's clock
  bool known;
};

/// Host time = device time + offset. Each command says "not less than": the largest one is nearest.
struct DeviceClock {
  std::int64_t best = INT64_MIN;
  std::int64_t before = INT64_MIN;  ///< of the window before
  std::uint64_t window_begin_ns = 0;

  void learn(std::uint64_t issued_ns, cl_ulong queued) {
    if (issued_ns - window_begin_ns > clock_window_ns) {
      before = best;
      best = INT64_MIN;
      window_begin_ns = issued_ns;
    }
    const auto bound = static_cast<std::int64_t>(issued_ns) - static_cast<std::int64_t>(queued);
    if (bound > best) best = bound;
  }
  std::uint64_t to_host(cl_ulong device_ns) const {
    return device_ns + static_cast<std::uint64_t>(best > before ? best : before);
  }
};

pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
Pending ring[most_pending];
std::size_t first = 0;
std::size_t count = 0;
DeviceClock clocks[gpu_most_devices];

/// Whether the command has ended; `times` are its own then, if it has any.
bool ask(const Pending& pending, Times& times) {
  cl_int status = CL_COMPLETE;
  const cl_int answer = opencl_next.clGetEventInfo(pending.event, CL_EVENT_COMMAND_EXECUTION_STATUS,
                                                   sizeof status, &status, nullptr);
  if (answer == CL_SUCCESS && status > CL_COMPLETE) return false;
  times.known = answer == CL_SUCCESS && status == CL_COMPLETE;
  for (cl_uint i = 0; i < 4 && times.known; ++i)
    times.known =
        opencl_next.clGetEventProfilingInfo(pending.event, CL_PROFILING_COMMAND_QUEUED + i,
                                            sizeof(cl_ulong), &times.at[i], nullptr) == CL_SUCCESS;
  times.known = times.known && times.at[2] != 0 && times.at[3] >= times.at[2];
  return true;
}

void write(const Pending& pending, const Times& times) {
  GpuRecord* record = pending.record;
  if (times.known) {
    const DeviceClock& clock = clocks[pending.device % gpu_most_devices];
    record->queued = pending.issued_ns;
    record->submitted = clock.to_host(times.at[1]);
    record->start = clock.to_host(times.at[2]);
    record->end = clock.to_host(times.at[3]);
  } else {
    record->flags |= record_no_time;
  }
  GpuWriter::commit(record);
}

/// Those at the front that have ended, at most a batch; returns how many.
std::size_t take_finished(std::size_t most, Pending* taken, Times* times) {
  std::size_t have = 0;
  while (have < most && have < batch && count > 0) {
    if (!ask(ring[first], times[have])) break;
    taken[have++] = ring[first];
    first = (first + 1) % most_pending;
    --count;
  }
  return have;
}

void write_batch(const Pending* taken, const Times* times, std::size_t have) {
  for (std::size_t i = 0; i < have; ++i)
    if (times[i].known)
      clocks[taken[i].device % gpu_most_devices].learn(taken[i].issued_ns, times[i].at[0]);
  for (std::size_t i = 0; i < have; ++i) write(taken[i], times[i]);
}

}  // namespace

void add_pending(cl_event event, GpuRecord* record, std::uint64_t issued_ns, std::uint32_t device) {
  pthread_mutex_lock(&mutex);
  const bool room = count < most_pending;
  if (room) ring[(first + count++) % most_pending] = {event, record, issued_ns, device};
  pthread_mutex_unlock(&mutex);
  if (room) return;
  record->flags |= record_no_time;
  GpuWriter::commit(record);
  opencl_next.clReleaseEvent(event);
}

void write_finished(bool thoroughly) {
  Pending taken[batch];
  Times times[batch];
  std::size_t left = thoroughly ? looked_at_after_wait : looked_at_by_each;
  while (left > 0) {
    pthread_mutex_lock(&mutex);
    const std::size_t have = take_finished(left, taken, times);
    write_batch(taken, times, have);
    pthread_mutex_unlock(&mutex);
    // Without the lock: the last reference may run callbacks of the program.
    for (std::size_t i = 0; i < have; ++i) opencl_next.clReleaseEvent(taken[i].event);
    left -= have;
    if (have < batch) return;
  }
}

void write_last() {
  write_finished(true);
  pthread_mutex_lock(&mutex);
  for (; count > 0; --count, first = (first + 1) % most_pending) {
    Times times{};
    if (!ask(ring[first], times)) times.known = false;
    write_batch(&ring[first], &times, 1);
  }
  pthread_mutex_unlock(&mutex);
}

void forget_pending_after_fork() {
  mutex = PTHREAD_MUTEX_INITIALIZER;
  first = count = 0;
}

}  // namespace bottleneck::inject
