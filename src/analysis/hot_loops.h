// What is known of each piece of hot code when its time is classed: its evidence (examine), and the
// ceiling of this machine for its mix of reads and writes. Its place: between the saved HotCode and
// the rows of the rules table. It decides nothing: loop_rules.h does.
#pragma once

#include <vector>

#include "src/analysis/loop_evidence.h"
#include "src/core/profile.h"
#include "src/core/report.h"

namespace bottleneck {

struct LoopFacts {
  LoopEvidence evidence;
  CoreLimits core;
  bool loop = false;
  bool interpreted = false;       ///< code of an interpreter (src/core/runtimes.h)
  double ceiling = 0;             ///< bytes/s of this mix for one of the threads that run at once
  bool ceiling_measured = false;  ///< on this machine; else a published figure
  double traffic_share() const { return ceiling > 0 ? evidence.traffic / ceiling : 0; }
};

/// Bytes/s through the memory bus that `threads` threads reach together with this mix.
struct Ceiling {
  double bytes_per_s = 0;
  bool measured = false;
};
Ceiling memory_ceiling(const Profile&, const LoopEvidence&, int threads);

/// The names of the ceilings that this mix is held against: of one thread, and of all.
std::vector<std::string> ceilings_of_mix(const Profile&, const LoopEvidence&);

class HotLoops {
 public:
  explicit HotLoops(const Profile&);

  /// Of the hot code that the location belongs to; null: of none, or nothing is known of it.
  const LoopFacts* at(int location) const;
  const std::vector<LoopFacts>& all() const { return facts_; }

 private:
  std::vector<LoopFacts> facts_;  ///< by Profile::hot_code
  std::vector<int> of_location_;
};

/// CPU seconds of all threads in the program's own code, those that spin or queue left out.
double own_work_s(const Profile&);

/// Of its streams, from the lowest to the highest address, in bytes.
double widest_sweep(const LoopEvidence&);

/// The hot code as the report shows it, classed.
std::vector<HotLoop> describe_hot_loops(const Profile&, const HotLoops&);

}  // namespace bottleneck
