#include "probes/sched/outer_steps.h"

#include <algorithm>
#include <array>

namespace bottleneck::sched {
namespace {

/// Instructions of the loop around beside the inner one: more would take time of their own (a
/// choice; the samples there are looked at as well, hot_code.cpp).
constexpr int most_outer_instructions = 32;

bool holds(const CodeLoop& outer, const CodeLoop& inner) {
  return outer.first <= inner.first && inner.last <= outer.last;
}

/// What one execution adds to its destination; 0: something else than a constant.
std::int64_t constant_step(const Instruction& one) {
  const bool to_itself = one.destination.kind == Operand::Kind::reg &&
                         one.first.kind == Operand::Kind::reg &&
                         one.first.name == one.destination.name;
  const bool by_constant = one.second.kind == Operand::Kind::immediate;
  switch (one.operation) {
    case Operation::add:
      return to_itself && by_constant ? one.second.immediate : 0;
    case Operation::subtract:
      return to_itself && by_constant ? -one.second.immediate : 0;
    case Operation::increment:
      return one.destination.kind == Operand::Kind::reg ? 1 : 0;
    case Operation::decrement:
      return one.destination.kind == Operand::Kind::reg ? -1 : 0;
    default:
      return 0;
  }
}

}  // namespace

std::vector<OuterStep> find_outer_steps(const DecodedFunction& function, int loop) {
  if (loop < 0 || function.loops[static_cast<std::size_t>(loop)].parent < 0) return {};
  const CodeLoop& inner = function.loops[static_cast<std::size_t>(loop)];
  const CodeLoop& outer = function.loops[static_cast<std::size_t>(inner.parent)];
  const int rest = (outer.last - outer.first) - (inner.last - inner.first);
  if (rest > most_outer_instructions) return {};
  for (const CodeLoop& other : function.loops)
    if (holds(outer, other) && !holds(inner, other) && !holds(other, outer)) return {};
  std::array<int, general_registers> writes{};
  std::array<std::int64_t, general_registers> steps{};
  for (int i = outer.first; i <= outer.last; ++i) {
    const Instruction& one = function.instructions[static_cast<std::size_t>(i)];
    const bool within = inner.first <= i && i <= inner.last;
    if (one.calls && !within) return {};
    for (Register name = 0; name < general_registers; ++name) {
      if ((one.writes & bit_of(name)) == 0) continue;
      writes[slot_of(name)] += 1;
      const bool its_own = one.destination.name == name && !within;
      steps[slot_of(name)] = its_own ? constant_step(one) : 0;
    }
  }
  std::vector<OuterStep> found;
  for (Register name = 0; name < general_registers; ++name)
    if (writes[slot_of(name)] == 1 && steps[slot_of(name)] != 0)
      found.push_back({name, steps[slot_of(name)]});
  return found;
}

}  // namespace bottleneck::sched
