#include "src/analysis/instruction_mix.h"

#include <algorithm>
#include <map>
#include <optional>

#include "src/analysis/core_limits.h"

namespace bottleneck {
namespace {

/// What cores of the last ten years sustain per cycle, between their width and what compilers'
/// code reaches: loads, stores; cycles per divide and per locked instruction, the
/// latter by measured tables of latencies (18-20 on all Intel and AMD cores since 2015).
/// Source: research/pmuless.md section 3.
constexpr double loads_per_cycle = 2.5;
constexpr double stores_per_cycle = 1.5;
constexpr double cycles_per_divide = 4;
constexpr double cycles_per_atomic = 18;

/// Compiled without optimization, half of all instructions go to the stack (40-60 % in the loops of
/// research/pmuless.md at -O0); spills of optimized code stay below 25 %.
constexpr double unoptimized_share = 0.4;

/// Lanes of a gather whose elements are not known: 32 bits.
constexpr int gathered_bytes = 4;

bool loads(const Instruction& one) {
  return !one.prefetches && std::any_of(one.memory.begin(), one.memory.end(),
                                        [](const MemoryOperand& memory) { return memory.load; });
}

int loads_of(const MemoryOperand& memory) {
  if (!memory.load) return 0;
  return memory.gathers ? std::max(1, memory.bytes / gathered_bytes) : 1;
}

void count(const Instruction& one, Mix& mix) {
  ++mix.instructions;
  mix.branches += one.branches;
  mix.calls += one.calls;
  mix.divides += one.divides;
  mix.atomics += one.atomic;
  mix.scalar_float_count += one.arithmetic == Arithmetic::scalar_float;
  mix.packed_float_count += one.arithmetic == Arithmetic::packed_float;
  mix.packed_integer_count += one.arithmetic == Arithmetic::packed_integer;
  mix.vector_bits = std::max<int>(mix.vector_bits, one.vector_bits);
  mix.flops += one.flops;
  if (one.prefetches) return;
  for (const MemoryOperand& memory : one.memory) {
    mix.loads += loads_of(memory);
    mix.stores += memory.store;
  }
}

/// Sums of samples by what the instruction before did; divides also by the sampled one itself,
/// which waits for the divider (research/pmuless.md 2.1).
void add_samples(const HotCode& code, const LoopShape& shape, Mix& mix) {
  double all = 0;
  for (std::size_t i = 0; i < code.hits.size() && i < code.body.size(); ++i) {
    const double hits = code.hits[i];
    if (hits <= 0) continue;
    all += hits;
    const int before = shape.before[i];
    const bool divides_here = code.body[i].divides;
    if (before < 0) {
      mix.divide += divides_here ? hits : 0;
      continue;
    }
    const Instruction& one = code.body[static_cast<std::size_t>(before)];
    mix.after_load += loads(one) ? hits : 0;
    mix.divide += divides_here || one.divides ? hits : 0;
    mix.branch += one.branches ? hits : 0;
    mix.integer += one.arithmetic == Arithmetic::integer ? hits : 0;
    mix.scalar_float += one.arithmetic == Arithmetic::scalar_float ? hits : 0;
    mix.packed_float += one.arithmetic == Arithmetic::packed_float ? hits : 0;
    mix.packed_integer += one.arithmetic == Arithmetic::packed_integer ? hits : 0;
  }
  if (all <= 0) return;
  for (double* share : {&mix.after_load, &mix.divide, &mix.branch, &mix.integer, &mix.scalar_float,
                        &mix.packed_float, &mix.packed_integer}) {
    *share /= all;
  }
}

bool on_stack(const MemoryOperand& memory) {
  return (memory.base == stack_pointer || memory.base == frame_pointer) &&
         (memory.load || memory.store);
}

/// A general register that a round reads before it writes it: optimized loops keep at least their
/// counter in one, however many vectors they spill; -O0 keeps nothing.
bool carries_register(const HotCode& code, const LoopShape& shape) {
  RegisterSet read_first = 0, written = 0;
  for (std::size_t i = 0; i < code.body.size(); ++i) {
    if (!shape.counted[i]) continue;
    read_first |= code.body[i].reads & ~written;
    written |= code.body[i].writes;
  }
  constexpr RegisterSet general = (RegisterSet{1} << general_registers) - 1;
  return (read_first & written & general & ~bit_of(stack_pointer) & ~bit_of(frame_pointer)) != 0;
}

/// Most of the work goes through the stack, and some local lives there from round to round: read
/// before it is written.
bool is_unoptimized(const HotCode& code, const LoopShape& shape) {
  if (code.function.empty())
    return false;  // pieces of many functions: their slots are not the same
  std::map<std::pair<Register, std::int64_t>, std::size_t> first_load, last_store;
  std::size_t counted = 0, through_stack = 0;
  for (std::size_t i = 0; i < code.body.size(); ++i) {
    if (code.loop && !shape.counted[i]) continue;
    ++counted;
    bool uses = false;
    for (const MemoryOperand& memory : code.body[i].memory) {
      if (!on_stack(memory)) continue;
      uses = true;
      const std::pair slot{memory.base, memory.displacement};
      if (memory.load) first_load.try_emplace(slot, i);
      if (memory.store) last_store[slot] = i;
    }
    through_stack += uses;
  }
  if (static_cast<double>(through_stack) < unoptimized_share * static_cast<double>(counted)) {
    return false;
  }
  if (code.loop && carries_register(code, shape)) return false;
  return std::any_of(first_load.begin(), first_load.end(), [&](const auto& load) {
    const auto store = last_store.find(load.first);
    return store != last_store.end() && (!code.loop || store->second >= load.second);
  });
}

}  // namespace

Mix count_mix(const HotCode& code, const LoopShape& shape) {
  Mix mix;
  for (std::size_t i = 0; i < code.body.size(); ++i) {
    if (shape.counted[i]) count(code.body[i], mix);
  }
  add_samples(code, shape, mix);
  mix.unoptimized = mix.instructions > 0 && is_unoptimized(code, shape);
  return mix;
}

double least_cycles(const Mix& mix, const Chain& chain) {
  return std::max({1.0, chain.cycles, mix.instructions / issued_per_cycle,
                   mix.loads / loads_per_cycle, mix.stores / stores_per_cycle,
                   cycles_per_divide * mix.divides, cycles_per_atomic * mix.atomics});
}

}  // namespace bottleneck
