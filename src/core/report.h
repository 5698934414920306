// What is said about a Profile: verdict, findings, recommendations. Made by src/analysis, shown by
// reports/. Pure values; the JSON face of DESIGN section 2 is these, in src/core/json.h.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "src/core/classes.h"
#include "src/core/demo.h"
#include "src/core/gpu_use.h"
#include "src/core/loop_evidence.h"
#include "src/core/profile.h"
#include "src/core/recommendation.h"
#include "src/core/verification.h"

namespace bottleneck {

struct RuledOut {
  Bottleneck kind;
  std::string why;  ///< "0.0 s blocked", "no waits"
};

/// One class with its share of the wall-clock time, and what speaks for and against it.
struct Finding {
  Bottleneck kind = Bottleneck::unattributed;
  Detail detail = Detail::none;
  double share = 0;  ///< of wall-clock time; all findings and unattributed sum to 1
  Confidence confidence = Confidence::weak;
  std::vector<std::string> supports;
  std::vector<std::string> contradicts;
  std::string
      note;  ///< what stands behind the bar on the first screen: "37 000 page faults"; may be ""
  Where where;
};

struct Phase {
  double start_s = 0;
  double wall_s = 0;
  std::map<Bottleneck, double> shares;  ///< of the phase; sums to 1
};

struct ParallelismReport {
  Parallelism word = Parallelism::serial;
  double average = 0;       ///< mean number of working threads while at least one works
  double serial_share = 0;  ///< of wall time: one thread works, none starves or straggles
  std::vector<double>
      seconds_at;   ///< h_k: seconds with exactly k working, k = 0..n (last: n or more)
  std::string why;  ///< the figures behind the word
};

struct Verdict {
  bool mixed = false;  ///< `top` has the two or three that matter
  Bottleneck kind = Bottleneck::unattributed;
  Detail detail = Detail::none;
  double share = 0;  ///< of wall time
  Parallelism parallelism = Parallelism::serial;
  Confidence confidence = Confidence::weak;
  std::vector<Bottleneck> top;  ///< by share, largest first, never empty
  Where where;
  std::vector<RuledOut> ruled_out;
  std::string sentence;  ///< in a programmer's words, after the share
  bool idle = false;     ///< waits for work more than half of the time: a second bar, no advice
  /// It died at a memory limit: "rlimit_data", "rlimit_as" or "oom_kill"; the sentence says so and
  /// no share of the time goes before it. "" it did not.
  std::string ended_by;
  bool by_phase = false;             ///< judged by its longest phase, not by the whole run
  std::vector<std::string> reasons;  ///< of the confidence word
};

/// A hot loop (or function without one): what its samples say, and the class that its time has.
struct HotLoop {
  int code = 0;      ///< index into Profile::hot_code
  double share = 0;  ///< of the CPU time in user code
  Bottleneck kind = Bottleneck::compute;
  Detail detail = Detail::unsplit;
  Confidence confidence = Confidence::weak;
  std::string because;      ///< what was seen that makes it this class
  std::string contradicts;  ///< what speaks against it; "" nothing known
  LoopEvidence evidence;
  /// Bytes/s that its access mix reaches at most, for one of the threads that run at once; 0: no
  /// such figure. A published one where it was not measured on this machine.
  double memory_ceiling = 0;
  bool ceiling_measured = false;
};

struct Report {
  Profile profile;
  Verdict verdict;
  std::map<Bottleneck, double>
      shares;  ///< every class that could be observed, and unattributed; sums to 1
  std::vector<Finding> findings;   ///< by share, largest first; those of 0 left out
  std::vector<HotLoop> hot_loops;  ///< one for each Profile::hot_code, in its order
  std::vector<GpuUse> gpu;         ///< of each device that did anything
  std::vector<Phase> phases;
  ParallelismReport parallelism;
  std::map<Bottleneck, double> busy_shares;     ///< of the busy time alone; only where verdict.idle
  std::vector<Recommendation> recommendations;  ///< by predicted gain
  std::vector<Verification> verifications;      ///< of reruns; empty: nothing was rerun
  std::optional<Demo> demo;                     ///< of `bottleneck demo`
};

}  // namespace bottleneck
