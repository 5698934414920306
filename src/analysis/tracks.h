// Where the memory operands of a hot loop pointed at each of its samples, and what an iteration
// adds to registers and addresses: emulation (emulation.h) applied to all samples, forward around
// the loop and backward over what has just run. Before streams.h and iteration_rate.h. It judges
// nothing.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "src/analysis/loop_shape.h"
#include "src/analysis/pace.h"
#include "src/core/hot_code.h"

namespace bottleneck {

/// One memory operand.
struct Track {
  int instruction = 0;
  std::size_t operand = 0;       ///< index into Instruction::memory
  Values addresses;              ///< by sample
  std::optional<double> stride;  ///< bytes per iteration, where nearly all rounds agree
  const MemoryOperand& memory(const HotCode& code) const {
    return code.body[static_cast<std::size_t>(instruction)].memory[operand];
  }
};

struct Rounds {
  std::vector<Track> tracks;
  /// What one iteration adds to each general register, where nearly all rounds agree.
  std::array<std::optional<std::int64_t>, general_registers> steps{};
};

/// Of a loop all operands; of straight code those that samples waited for.
Rounds follow_samples(const HotCode&, const LoopShape&);

}  // namespace bottleneck
