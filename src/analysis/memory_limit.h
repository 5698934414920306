// Whether a run died at a memory limit: then neither its time nor the time's classes are the
// problem. Its place: after the shares are settled, before the verdict's words. Being near a
// control group's limit alone proves nothing (page cache fills it), and a run that exits 0 never
// died; where memory ends without a limit or a kill it says nothing.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "src/core/report.h"

namespace bottleneck {

/// Of the limit, by the last look at the process: from here on it may be what ended the run. A
/// container that doubles holds s and asks for 2 s more. Source: the growth of arrays in libstdc++,
/// which is by 2; CPython, Java, Go and Rust grow by that or less.
inline constexpr double least_part_of_limit = 1.0 / 3;
/// From here on there is little else that it could be. Source: a choice; 0.1 of a limit is what a
/// program of 1 GB/s takes between two looks (200 ms) at a limit of 2 GB.
inline constexpr double strong_part_of_limit = 0.9;
/// The same of address space, for a program that merely exits with a status: what is reserved and
/// never used counts there, so it has to be near. A container that grows by a half asks for the
/// rest from two thirds on.
inline constexpr double reserved_part = 2.0 / 3;

struct LimitDeath {
  std::string ended_by;  ///< "rlimit_data", "rlimit_as", "oom_kill"
  Confidence confidence = Confidence::fair;
  std::string sentence;  ///< "it did not finish: it died at its memory limit, 287 of 300 MB (...)"
  std::string reason;    ///< of the confidence word
};

/// Nothing: it did not fail, or not of that.
std::optional<LimitDeath> find_limit_death(const Profile&);

/// The verdict becomes memory_capacity, limit. The shares stay what they were.
void settle_verdict(Verdict&, const std::map<Bottleneck, double>& shares, const LimitDeath&);

/// The finding of memory_capacity carries the evidence; one without time of its own is added.
void add_support(std::vector<Finding>&, const LimitDeath&);

}  // namespace bottleneck
