// What a reference workload says of itself (`NAME --describe`, workloads/harness/harness.h): sizes,
// what it needs, its variants. Read by json_workload.h; used by src/prove for choosing variants and
// for judging, listed by reports/. The diagnosis never sees it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "src/core/remedies.h"

namespace bottleneck {

struct DemoVariant {
  std::string name;
  std::string line;               ///< what it does differently
  std::string after;              ///< the variant that it changes; "" the baseline
  std::optional<Remedy> remedy;   ///< that it carries out; nothing: none that could be recommended
  std::string claim = "speedup";  ///< "completes", "bound", "none"
  bool takes_piece = false;       ///< --piece BYTES: how large its pieces are
};

struct DemoDescription {
  std::string name, line, unit, executable;
  std::vector<std::string> verdicts;  ///< classes that are right for the baseline, best first
  bool control = false;
  bool prepares = false;  ///< needs --prepare
  std::size_t size = 0;   ///< of what follows
  std::size_t default_size = 0, quick_size = 0, most_size = 0;
  double tolerance = 0;
  std::uint64_t memory_bytes = 0, disk_bytes = 0;  ///< needed at `size`
  std::string limit;                               ///< its own bounds at `size`, in its words
  std::string device;                              ///< the accelerator that it works on; "" none
  std::string missing;     ///< why none that it needs answers; "" it can run
  bool simulated = false;  ///< that accelerator is a stand-in, whose times are made up
  std::vector<std::string> environment;  ///< K=V that all its commands were and are started with
  std::vector<DemoVariant> variants;     ///< the baseline first; each behind its `after`
};

}  // namespace bottleneck
