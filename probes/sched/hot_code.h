// Sorts the sampled places of user code by loop: reads the functions around them, decodes them, and
// hands out the loops with most samples with their instructions and registers. Its place: at the
// end of a run, between Places and the Profile. It judges nothing.
#pragma once

#include <string>
#include <vector>

#include "probes/sched/places.h"
#include "probes/sched/register_samples.h"
#include "src/core/hot_code.h"

namespace bottleneck::sched {

/// Loops and functions that are told one by one; the rest is pooled. Source: DESIGN section 2, 5 MB
/// on disk.
inline constexpr std::size_t most_hot_code = 24;
/// Of the samples of user code: less than this cannot become a line on any screen.
inline constexpr double least_hot_share = 0.01;
/// Code read and decoded at the end, the hottest first: it takes some 40 ms (research/pmuless.md
/// section 3: 6.3 million instructions a second).
inline constexpr std::size_t most_code_bytes = 400'000;
inline constexpr std::size_t most_function_bytes = 300'000;
/// Of one body; a larger loop (an interpreter's) is pooled with the code that has no loop.
inline constexpr std::size_t most_body = 600;
/// All samples that are handed out, of all bodies together.
inline constexpr std::size_t most_samples_in_all = 16'000;

struct HotCodes {
  std::vector<HotCode> all;        ///< most samples first; RegisterSample::thread is a tid still
  std::vector<int> of_place;       ///< by place: index into `all`, or -1
  std::vector<std::string> notes;  ///< which files were not decoded, and why
};

HotCodes find_hot_code(const std::vector<Place>& places, const RegisterSamples& samples,
                       const Tasks& tasks, Symbols& symbols, std::int64_t start_ns);

}  // namespace bottleneck::sched
