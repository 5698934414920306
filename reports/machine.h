// `bottleneck machine` as text: the ceilings that matter most and the latency ladder within 24
// lines, every figure with its spread by resource under `verbose`. Pure, like the other renderers;
// whether a set is kept or a cache was refused comes in as words.
#pragma once

#include <string>
#include <vector>

#include "reports/terminal.h"
#include "src/core/topology.h"

namespace bottleneck {

struct MachineReport {
  Machine machine;
  Topology topology;
  std::vector<Measurement> ceilings;
  bool full = false;  ///< the long set
  double took_s = 0;
  std::string kept;  ///< "kept in ~/.cache/bottleneck/ceilings.json", or why not
};

/// Others used so much of the machine meanwhile that its figures are worse than it is.
bool is_disturbed(const std::vector<Measurement>& ceilings);

std::string render_machine(const MachineReport&, const TerminalStyle&);

}  // namespace bottleneck
