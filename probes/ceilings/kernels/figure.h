// One figure of the helper: its name, how long it takes and how it is measured. The topics
// (compute.cpp, bandwidth.cpp, ...) each add theirs to one list; session.h measures what of it is
// asked for. A figure knows neither the budget nor how its number is told.
#pragma once

#include <functional>
#include <limits>
#include <string>
#include <variant>
#include <vector>

#include "src/core/measurement.h"

namespace bottleneck::ceilings {

class Session;

/// Which slices are the machine's own: outside load only ever makes a slice worse.
enum class Best { highest, lowest };

/// By how much two runs differ at least, as a share, though each one's slices agree (placement of
/// pages, state of the device): of what stays in a core. Topics that differ by more say so
/// themselves. Source: a choice, this one and theirs.
constexpr double core_margin = 0.02;

/// Repeats of one figure in its unit.
struct Samples {
  std::vector<double> values;
  Unit unit = Unit::seconds;
  Best best = Best::lowest;
  std::string what;  ///< "read, 1 thread, 384 MB in huge pages"
  /// What no machine of this clock and width can exceed; a value above it is a broken measurement.
  double possible = std::numeric_limits<double>::infinity();
  double least_margin = core_margin;
};

/// Computed from other figures.
struct Derived {
  Quantity quantity;
  std::string what;
};

using Outcome = std::variant<Samples, Derived, Unavailable>;

struct Figure {
  std::string name;
  double quick_s;  ///< time it wants in the quick set; 0 = it is only in the full one
  double full_s;   ///< per round of the full set
  std::function<Outcome(Session&, double seconds)> measure;
};

using Figures = std::vector<Figure>;

struct Surroundings;
void add_compute(Figures&, const Surroundings&);
void add_bandwidth(Figures&, const Surroundings&);
void add_latency(Figures&, const Surroundings&);
void add_kernel(Figures&);
void add_locks(Figures&);
void add_storage(Figures&);
void add_scaling(Figures&, const Surroundings&);  ///< kappa: needs those of the others
void add_gpu(Figures&);
void add_huge_pages(Figures&);  ///< last: they touch memory that takes its time

}  // namespace bottleneck::ceilings
