// What a remedy changes in the recorded operations of devices before they are replayed
// (gpu_replay.h): lengths of copies, chunks on streams, operations that are not made any more,
// calls that do not wait. Each returns whether it changed anything. Its place: between the
// recording and gpu_gains, which knows bandwidths, intervals and words.
#pragma once

#include <vector>

#include "src/analysis/gpu_replay.h"

namespace bottleneck {

/// Copies with a pageable end take bytes / bandwidth, where that is less; 0: that way is not known.
struct PinnedRates {
  double h2d = 0;
  double d2h = 0;
};
bool pin_copies(const GpuTimeline&, const PinnedRates&, ReplayProgram&);

/// Rounds of copies in, kernels, copies out become `chunks` parts on streams: copies of one part
/// behind the kernels of another.
struct Chunking {
  int chunks = 16;
  int engines = 2;           ///< 1: both directions take turns
  double both_ways = 1;      ///< bandwidth of each direction while both copy
  double issue_cost = 5e-6;  ///< host time of each call
};
bool chunk_rounds(const Chunking&, ReplayProgram&);

/// Copies to the device of what had been there before, by its hash.
bool drop_repeats(const GpuTimeline&, ReplayProgram&);
/// Nobody knows what was copied: all inputs but those of the first round (if they may go), all
/// results but those of the last.
bool drop_rounds(bool inputs, ReplayProgram&);

/// Kernels that follow each other without a wait are started by one call, `node_s` apart. By row of
/// the timeline: those that are `fused` become part of the one before and take no time of their
/// own.
bool batch_launches(double node_s, ReplayProgram&, const std::vector<bool>& fused = {});

/// Where the device works in the host's memory: copies take `left` of their time.
bool map_copies(const GpuTimeline&, double left, ReplayProgram&);

/// Waits after which nothing came back since the one before.
bool drop_waits(ReplayProgram&);

}  // namespace bottleneck
