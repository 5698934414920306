// The instructions of a hot loop as rows of plain values: where its samples lie, from which source
// line each comes, how its memory operand moves. Between a HotLoop and the renderers that show it
// (annotate.cpp on a terminal, html_sources.cpp on the page); it knows nothing of either.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "src/core/report.h"

namespace bottleneck {

struct AnnotatedInstruction {
  bool gap_before = false;  ///< instructions without a sample near them were left out
  int new_line = 0;         ///< source line that begins here; 0: as before, or unknown
  double share = 0;         ///< of the loop's samples
  std::uint64_t address = 0;
  std::string text;
  std::string note;  ///< "stride 8000 B, over 8.0 MB"; "" nothing known of its operand
};
std::vector<AnnotatedInstruction> annotate(const HotCode&, const LoopEvidence&);

/// The hottest with a name, of those worth showing.
std::vector<const HotLoop*> loops_to_annotate(const Report&);

std::string describe_nest(const HotCode&);  ///< "a loop inside 2 others", "no loop"

}  // namespace bottleneck
