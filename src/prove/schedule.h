// In which order the arms of an experiment run, and when there are enough blocks. Pure. It stops on
// precision, never on significance: whoever stops when the result pleases measures his patience
// (docs/prediction.md).
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "src/core/verification.h"

namespace bottleneck {

/// The arms of each block in random order; every second block is the one before backwards, so that
/// each arm is as often before another as after it.
class Shuffler {
 public:
  explicit Shuffler(std::uint64_t seed) : dice_(seed) {}
  std::vector<std::size_t> shuffle(std::vector<std::size_t> arms);

 private:
  std::mt19937_64 dice_;
  std::vector<std::size_t> last_;  ///< of the block before, if it has not been turned round yet
};

/// The interval is at most 1 % to each side, or an eighth of the effect. True too where there is
/// nothing to measure: more runs would not change that.
bool is_precise(const Trial& baseline, const Trial& variant);

struct BlockLimits {
  int least = 5;
  int most = 10;
};

/// `trials` as the arms, the baseline first. Looks at 5, 7, 10, 15, 25 blocks that count, so that
/// looking often does not make luck a result.
bool are_enough(const std::vector<Trial>& trials, const BlockLimits&);

/// No more than this many blocks, whatever is rejected.
int most_blocks_run(const BlockLimits&);

}  // namespace bottleneck
