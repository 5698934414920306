// What a remedy for a device is predicted to give: its operations are replayed with the change
// (gpu_changes.h), once with careful, once with likely and once with lucky inputs, and the saving
// is held against the wall-clock time of the whole run. Its place: foresee (predict.h) asks it for
// the rows of gpu_advice. Where an input is missing there is no figure (gpu_pinned.h says
// why).
#pragma once

#include <cstdint>
#include <optional>

#include "src/analysis/predict.h"

namespace bottleneck {

/// Seconds from one node of a graph to the next: an assumption, measured nowhere yet. Source:
/// research/gpu.md 5.3.
inline constexpr double graph_node_s = 0.6e-6, graph_node_low_s = 0.3e-6,
                        graph_node_high_s = 1.5e-6;
/// Of each direction's bandwidth while both copy. Source: research/gpu.md 5.3 (nvbandwidth #53).
inline constexpr double both_ways_part = 0.85, both_ways_low = 0.7;
/// What a replay does not know, as a factor to both sides, until hardware has told: prototypes were
/// 2 to 4 % off their model, PoCL 10 to 40 % (gpu.md 4 and 5.4). Source: a choice between them.
inline constexpr double replay_spread = 1.1;

std::optional<Foreseen> foresee_device(const Profile&, const Evidence&, const Advice&);

}  // namespace bottleneck
