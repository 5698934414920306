// What each device did and what the host did meanwhile, as spans: folded rows are spread out, the
// device's idle gaps are split without thresholds by what happened before the next operation
// (research/gpu.md 5.2). Its place: between the saved GpuTimeline and everything that adds up its
// time. It names no class: gpu_rules does.
#pragma once

#include <vector>

#include "src/analysis/gpu_spans.h"
#include "src/core/profile.h"

namespace bottleneck {

/// One operation of a device in time; a folded row is several of these, evenly spread.
struct GpuPiece {
  int operation = 0;  ///< index into GpuTimeline::operations
  double start = 0;
  double end = 0;
  double queued = -1;  ///< when the call that launched it began; -1 unknown
  double count = 1;    ///< of the row's operations that it stands for
  double length() const { return end - start; }
};

/// The time in which a device had nothing to do although the call for its next operation had begun.
struct GpuGap {
  Span span;
  int operation = 0;  ///< the next one
  bool in_graph = false;
  double count = 1;  ///< gaps that it stands for, as the piece behind it does
};

struct GpuActivity {
  std::vector<GpuPiece> pieces;  ///< by start
  Spans h2d, d2h, kernel, other, any;
  Span window;               ///< from the first start to the last end
  std::vector<GpuGap> gaps;  ///< launches and graphs
  Spans host;                ///< idle for want of a call: the host's part of the gaps
};

bool is_copy(GpuKind);
bool is_kernel(GpuKind);       ///< or a whole graph
bool is_device_work(GpuKind);  ///< all that occupies a device
/// It ran, and when is known.
bool has_time(const GpuOperation&);
/// The host's thread does not return from the call before the operation has ended.
bool blocks_host(const GpuOperation&);

/// From when the thread that made the call was in it until it returned, for a call that waits.
Span span_of_call(const GpuOperation&, const GpuPiece&);

/// A folded row is spread out into at most so many pieces: enough that the gaps between them are
/// where they were. Source: a choice, for speed.
inline constexpr int most_pieces_of_one = 64;
/// The row itself, or evenly spread pieces of a folded one, which are busy as long as it was.
std::vector<GpuPiece> pieces_of(const GpuOperation&, int index, int most = most_pieces_of_one);

/// For each device of the timeline.
std::vector<GpuActivity> activities_of(const GpuTimeline&);

/// Where threads of that process waited in a call for a device; process -1: of all.
Spans waits_of(const GpuTimeline&, int process);
/// In other calls of the driver.
Spans calls_of(const GpuTimeline&, int process);

/// For each operation whether its data had been on the device before: sent before, or read back
/// from it. False where it is not known what was copied.
std::vector<bool> find_repeats(const GpuTimeline&);

}  // namespace bottleneck
