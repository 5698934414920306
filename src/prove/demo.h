// One demo from its description to its proof: profile variant k, take from its recommendations the
// one that the next variant carries out, freeze the prediction, rerun interleaved, verify. Its
// place: below `bottleneck demo`. The diagnosis is told nothing: the profile is that of any
// program; what the workload says of itself is used for choosing variants and for judging.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "src/core/report.h"
#include "src/launch/collect.h"

namespace bottleneck {

struct DemoVariant {
  std::string name, line, after;
  std::optional<Remedy> remedy;
  std::string claim = "speedup";  ///< "completes", "none"
};

/// What `NAME --describe` prints (workloads/harness/harness.h).
struct DemoDescription {
  std::string name, line, unit, executable;
  std::vector<std::string> verdicts;
  bool control = false;
  bool prepares = false;  ///< needs --prepare
  std::size_t default_size = 0, quick_size = 0, most_size = 0;
  double tolerance = 0;
  std::uint64_t memory_bytes = 0, disk_bytes = 0;  ///< needed at the size asked for
  std::string limit;
  std::vector<DemoVariant> variants;
};

/// Every workload beside the executable (lib/bottleneck/workloads), by name. Errors: throws Error
/// where the folder is missing.
std::vector<DemoDescription> find_demos();
/// Errors: throws Error for a size of 0, above what the workload takes, or with too little memory
/// or disk for it.
DemoDescription describe_demo(const std::string& name, std::size_t size);

struct DemoOptions {
  std::size_t size = 0;  ///< 0: default, or quick
  bool all_variants = false;
  bool quick = false;  ///< the recommended variant only, 5 pairs
  std::string freeze;  ///< directory for frozen predictions; "" the cache's
  int blocks = 0;      ///< 0: 5 quick, else up to 10
};

/// The baseline's Report with Report::demo and Report::verifications. An interrupt ends it with
/// what was measured.
Report run_demo(const DemoDescription&, const DemoOptions&, const System&,
                const std::function<void(const std::string& step)>& progress);

}  // namespace bottleneck
