// The launcher's end of the tier-C transport (segment.h): makes the memory, and takes samples out
// of it. The other end is code in the target, so nothing in it is trusted: a record that was cut by
// a kill is skipped after a while, sizes and counts are ours, and it cannot be shrunk under us.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "probes/inject/segment.h"
#include "probes/perf/records.h"
#include "src/core/fd.h"

namespace bottleneck::inject {

struct InjectedSample {
  std::uint32_t pid = 0;  ///< in the target's PID namespace
  std::uint32_t tid = 0;
  std::int64_t time_ns = 0;
  std::uint32_t periods = 1;
  perf::Sample sample;  ///< never in the kernel; registers and user chain
};

/// Pure: one record's bytes. nullopt: its numbers make no sense.
std::optional<InjectedSample> decode(const segment_record& record);

class Segment {
 public:
  /// Errors: throws Error if the memory cannot be made.
  explicit Segment(std::uint32_t period_ns);
  ~Segment();
  Segment(const Segment&) = delete;
  Segment& operator=(const Segment&) = delete;

  /// The path under which a child of ours can open it while we live: /proc/PID/fd/N.
  std::string path() const;
  /// Takes out what is whole. Units: now_ns of CLOCK_MONOTONIC, for records that never become
  /// whole.
  void drain(std::int64_t now_ns, const std::function<void(InjectedSample&&)>& take);

  std::uint64_t lost() const;           ///< ring full, or never became whole
  std::uint64_t processes() const;      ///< in which the sampler has started
  std::uint64_t without_timer() const;  ///< threads without samples

 private:
  Fd file_;
  segment_header* header_ = nullptr;
  segment_record* records_ = nullptr;
  std::uint64_t tail_ = 0;  ///< ours; the copy in the header is for the writers
  std::uint64_t skipped_ = 0;
  std::int64_t stuck_since_ns_ = -1;
};

}  // namespace bottleneck::inject
