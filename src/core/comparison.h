// What the head of a change takes against its base, and what of it changed: the result of
// `bottleneck compare`. Plain values: measured by src/prove or read from two saved reports, decided
// by src/analysis/compare.h, shown by reports/. It judges no prediction: that is a Verification.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/core/classes.h"
#include "src/core/measurement.h"

namespace bottleneck {

enum class CompareVerdict {
  ok,            ///< a slowdown as large as the gate is excluded
  regression,    ///< slower by more than the gate, and not by chance
  improvement,   ///< faster by more than the gate, and not by chance
  inconclusive,  ///< neither can be said of so few or so noisy runs
  incomparable,  ///< the two were not measured alike
};
inline constexpr int compare_verdict_count = static_cast<int>(CompareVerdict::incomparable) + 1;
std::string_view to_string(CompareVerdict);

/// Base or head: what was measured of it.
struct ComparedSide {
  std::vector<std::string> command;
  std::vector<double> wall_s;  ///< of the runs that count
  double median_s = 0;
  int rejected = 0;
  int exit_status = 0;
  bool profiled = false;  ///< the rest is of one profiled run
  double profiled_s = 0;
  bool mixed = false;
  Bottleneck kind = Bottleneck::unattributed;
  Detail detail = Detail::none;
  Parallelism parallelism = Parallelism::serial;
};

/// Wall-clock seconds of a class, or seconds on a CPU of a function, in the two profiled runs.
struct SecondsChange {
  std::string name;    ///< of the class, or of the function as in Location::function
  std::string module;  ///< of the function
  std::string file;
  int line = 0;  ///< of head, where it is there
  double base_s = 0;
  double head_s = 0;
  double change_s() const { return head_s - base_s; }
};

struct Comparison {
  CompareVerdict verdict = CompareVerdict::inconclusive;
  std::string why;  ///< of the verdict, in one sentence
  ComparedSide base, head;
  double gate = 0.05;             ///< 0.05: head may take 1.05 times as long
  std::optional<Quantity> ratio;  ///< median of head / median of base; above 1 head is slower
  /// The same of the CPU time, user and system, of each run with its children: told beside, never
  /// judged. It hardly minds who else is on the machine, and sees no waiting.
  std::optional<Quantity> cpu_ratio;
  /// Of the interval at each look at the data: all looks together are right in 95 % of the cases.
  double confidence = 0.95;
  int looks = 1;                   ///< that were taken
  int most_looks = 1;              ///< that the confidence pays for
  std::optional<double> smallest;  ///< slowdown that such runs find four times in five: 0.03 is 3 %
  int pairs = 0;
  bool interleaved = false;  ///< measured side by side; else from two saved reports
  double spent_s = 0;
  double budget_s = 0;
  bool interrupted = false;
  std::vector<std::string> obstacles;    ///< why they cannot be compared
  std::string outputs_differ;            ///< "" they say the same, or it was not kept
  std::vector<std::string> notes;        ///< noise, what could not be profiled
  std::vector<SecondsChange> classes;    ///< by the size of the change; every class of either side
  std::vector<SecondsChange> functions;  ///< likewise, at most most_compared_functions
};

inline constexpr std::size_t most_compared_functions = 20;

}  // namespace bottleneck
