// What the samples of a hot loop say about why it takes its time: streams, iteration rate, stall
// factor, working set, dependence chain, mix. Plain values: derived by src/analysis from a HotCode
// (hot_code.h) and the machine's limits, turned into a class by the rules table there, shown by
// reports/. Never saved as input: a profile that is read again is examined again.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bottleneck {

/// One sweep through memory, counted once however many operands take part.
struct Stream {
  double bytes_per_s = 0;  ///< per CPU-second: speed of the sweep x share of lines that it touches
  double traffic = 0;      ///< bytes/s through the memory bus: twice for stores that read first
  double stride = 0;       ///< bytes per iteration; 0 unknown
  double spread = 0;  ///< bytes from the lowest to the highest address (2nd to 98th percentile)
  bool stores = false;
  bool non_temporal = false;  ///< or a rep string store: does not read what it overwrites
  bool loads = false;
  double coverage = 1;  ///< share of the lines passed that are touched, where the stride is known
  std::vector<int> instructions;  ///< that take part, indices into HotCode::body
};

/// An operand that does not advance steadily.
struct Irregular {
  int instruction = 0;
  double set_bytes = 0;             ///< of memory that it touches
  double stride = 0;                ///< where it is re-swept in steps; 0: no pattern
  bool strided = false;             ///< by more than a line, and the lines between are not touched
  std::uint64_t low = 0, high = 0;  ///< addresses, 2nd and 98th percentile
};

struct Chain {
  double cycles = 0;          ///< per iteration, loads from L1
  bool through_load = false;  ///< an address depends on the value loaded in the round before
  bool through_float = false;
  bool stored = false;  ///< each round's value goes to memory: a recurrence, no sum
};

/// Sampled instructions by what they do, 0..1 (skid taken into account), and counts per iteration.
struct Mix {
  double after_load = 0;  ///< samples whose instruction before reads memory
  double divide = 0;      ///< on or after a divide or square root
  double scalar_float = 0, packed_float = 0, packed_integer = 0, integer = 0;
  double branch = 0;
  int instructions = 0, loads = 0, stores = 0, branches = 0, calls = 0, divides = 0;
  int scalar_float_count = 0, packed_float_count = 0, packed_integer_count = 0;
  int atomics = 0;  ///< per iteration, with a lock prefix
  int vector_bits = 0;
  double flops = 0;          ///< per iteration
  bool unoptimized = false;  ///< locals are kept in memory: compiled without optimization
};

struct LoopEvidence {
  std::size_t samples = 0;
  Mix mix;
  Chain chain;
  std::vector<Stream> streams;       ///< fastest first; those that stay in L2 too
  std::vector<Irregular> irregular;  ///< largest set first
  double traffic = 0;                ///< bytes/s per CPU-second of streams larger than twice L2
  double read_only = 0;              ///< the part of it without stores
  double after_load_spread = 0;    ///< bytes covered by the addresses of loads right before samples
  double after_load_known = 0;     ///< share of samples after a load whose address is known
  bool after_load_steady = false;  ///< consecutive ones advance steadily
  std::optional<double> iterations_per_s;  ///< per CPU-second
  std::string why_no_rate;
  double least_cycles = 1;                   ///< static minimum per iteration
  std::optional<double> stall_factor;        ///< measured cycles per iteration over least_cycles
  std::optional<double> seconds_per_access;  ///< of the irregular or chained load
  std::optional<double> instructions_per_cycle;
  std::optional<double> flops_per_s;
};

/// Of memory that its irregular operands touch, in bytes.
inline double largest_set(const LoopEvidence& evidence) {
  double largest = 0;
  for (const Irregular& one : evidence.irregular) largest = std::max(largest, one.set_bytes);
  return largest;
}

}  // namespace bottleneck
