// The loops (or functions without one) in which the samples of user code lie: decoded
// instructions, and what the registers held at some of the samples. Facts of a Profile
// (profile.h); src/analysis derives streams, rates and stalls from them. Bounded: a number of
// places, a number of samples each.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "src/core/instruction.h"

namespace bottleneck {

/// Samples kept of one place. Source: DESIGN section 2.
inline constexpr std::size_t most_kept_samples = 4000;

struct RegisterSample {
  double time_s = 0;  ///< since exec of the target
  int thread = 0;     ///< index into Profile::threads; of folded threads the first
  /// Changes whenever the thread was off its CPU in between, and where samples were left out: two
  /// samples with the same number are consecutive and all time between them was spent running.
  std::uint32_t stretch = 0;
  /// Index into HotCode::body of the instruction that the sampled address points at: the one after
  /// the instruction that held up the CPU (research/pmuless.md 2.1).
  int at = 0;
  std::array<std::uint64_t, general_registers> registers{};
};

/// A register that the loop around a hot loop advances, and by how much each time.
struct OuterStep {
  Register name = no_register;
  std::int64_t step = 0;
};

struct HotCode {
  std::string module;
  std::string function;  ///< as Location::function
  std::string file;      ///< of the hottest instruction; "" unknown
  int line = 0;
  /// From its head to its last instruction in the order of addresses, inner loops included. Not a
  /// loop: the whole function, or the part of a large one around the samples.
  std::vector<Instruction> body;
  bool loop = false;
  int parent = -1;  ///< index into Profile::hot_code of the loop around it if that is hot too
  int depth = 0;    ///< loops around it in its function
  std::vector<OuterStep> outer_steps;  ///< of the next loop around, where that does little else
  std::vector<int> locations;  ///< indices into Profile::locations: those whose time is spent here
  std::vector<int> hits;       ///< samples by instruction of `body`; of inner hot loops not
  std::vector<int> lines;      ///< source line by instruction of `body`, 0 unknown; all in `file`
  std::vector<RegisterSample> samples;  ///< by thread and time; of inner hot loops not
};

}  // namespace bottleneck
