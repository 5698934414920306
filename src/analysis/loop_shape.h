// The order in which the instructions of a hot loop (or of straight code) run: what follows, what
// came before, what does not run in every round. Made once per HotCode, before the emulation and
// the counts of an iteration. It looks at branches and hits alone: no registers, no addresses.
#pragma once

#include <vector>

#include "src/core/hot_code.h"

namespace bottleneck {

struct LoopShape {
  std::vector<int> target;  ///< of a direct jump or branch, in the body; -1 none
  std::vector<int> after;   ///< runs next; -1: leaves the body, or cannot be followed
  std::vector<int> before;  ///< ran just before (the one that a sample here waited for); -1 unknown
  std::vector<bool> optional;  ///< not in every round: jumped over, or behind an early next round
  std::vector<bool> inner;     ///< in a loop inside this one: any number of times a round
  std::vector<bool> counted;   ///< belongs to an iteration of this loop: not inner, not never run
  bool inner_loops = false;
  bool calls = false;  ///< in counted code
};

LoopShape outline(const HotCode&);

}  // namespace bottleneck
