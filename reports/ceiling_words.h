// The figures of `bottleneck machine` as words and groups, the same on the terminal and the page.
// Between the measured ceilings and their renderers (machine.h, html_machine.cpp).
#pragma once

#include <string>
#include <vector>

#include "reports/listings.h"
#include "reports/machine.h"

namespace bottleneck {

struct CeilingGroup {
  std::string title;
  std::vector<const Measurement*> figures;  ///< each has a value
};
/// By resource; those without a figure are left out.
std::vector<CeilingGroup> group_ceilings(const std::vector<Measurement>&);

/// What matters most: alone and together, each with its spread.
Listing list_main_ceilings(const std::vector<Measurement>&);

/// By its unit, and as its name asks for: "1.6×", "31 600 reads/s".
std::string format_ceiling(const std::string& name, const Quantity&);
/// "91 – 95 GFLOP/s": the unit once where both have the same; "" it is exact.
std::string format_spread(const std::string& name, const Quantity&);

/// Why figures are missing: each reason once, with the names that it stands behind.
struct MissingCeilings {
  std::string names, reason, remedy;
};
std::vector<MissingCeilings> list_missing_ceilings(const std::vector<Measurement>&);

const Quantity* find_ceiling(const std::vector<Measurement>&, const std::string& name);

/// What ends in a number behind `prefix`: the one with the largest value, and that number.
struct NumberedCeiling {
  const Quantity* quantity = nullptr;  ///< null: there is none
  std::string name;
  int number = 0;
};
NumberedCeiling find_best_ceiling(const std::vector<Measurement>&, const std::string& prefix);

/// "2 CPUs: 1 core × 2 threads", "4 CPUs: 4 cores, 2 NUMA nodes"; a quota may leave fewer CPUs.
std::string describe_cpus(const MachineReport&);
/// What makes the figures smaller than the machine is; "" nothing does.
std::string describe_quota(const Machine&);
std::string describe_disturbance(const std::vector<Measurement>&);

}  // namespace bottleneck
