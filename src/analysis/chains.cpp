#include "src/analysis/chains.h"

#include <algorithm>
#include <map>
#include <vector>

#include "src/analysis/emulation.h"

namespace bottleneck {
namespace {

/// From L1, and through the store buffer: 4-5 cycles on all cores of the last ten years.
constexpr double load_cycles = 5;
/// A chain may need several iterations to come back to its register (a, b = b, a + b).
constexpr int most_rounds = 4;
/// Places in memory at fixed addresses that are followed like registers.
constexpr std::size_t most_slots = 64;
constexpr std::size_t first_slot = x87_stack + 1;

/// How a value depends on the start of the chain; cycles < 0: not at all.
struct State {
  double cycles = -1;
  bool through_load = false;
  bool through_float = false;
  bool depends() const { return cycles >= 0; }
};

/// An instruction as registers and slots in and out.
struct Link {
  std::vector<std::size_t> values;     ///< reads as operands
  std::vector<std::size_t> addresses;  ///< reads as parts of a load's address
  std::vector<std::size_t> writes;
  std::vector<bool> counts_up;  ///< by write: an address register that the instruction advances
  double cycles = 1;
  double from_memory = 0;  ///< of the value that comes from a slot
  bool keeps = false;      ///< may not run in a round: the old value may stay
  bool is_float = false;
  bool stores = false;  ///< its values go to a place in memory that moves on
};

class Links {
 public:
  Links(const HotCode& code, const LoopShape& shape) {
    for (std::size_t i = 0; i < code.body.size(); ++i) {
      if (shape.counted[i]) written_ |= code.body[i].writes;
    }
    for (std::size_t i = 0; i < code.body.size(); ++i) {
      if (shape.counted[i]) add(code.body[i], shape.optional[i]);
    }
  }

  const std::vector<Link>& all() const { return links_; }
  std::size_t names() const { return first_slot + slots_.size(); }

 private:
  /// Memory at an address that no iteration changes is a register by another name.
  int slot_of(const MemoryOperand& memory) {
    if (memory.index != no_register || memory.thread_local_) return -1;
    const bool moves = (written_ & bit_of(memory.base)) != 0 && memory.base != stack_pointer;
    if (moves) return -1;
    const std::pair key{memory.base, memory.displacement};
    const auto found = slots_.find(key);
    if (found != slots_.end()) return static_cast<int>(found->second);
    if (slots_.size() >= most_slots) return -1;
    const std::size_t name = first_slot + slots_.size();
    slots_.emplace(key, name);
    return static_cast<int>(name);
  }

  static void add_names(RegisterSet set, std::vector<std::size_t>& names) {
    for (std::size_t i = 0; i < first_slot; ++i) {
      if ((set >> i & 1) != 0) names.push_back(i);
    }
  }

  void add_memory(const MemoryOperand& memory, RegisterSet& addresses, Link& link) {
    const int slot = slot_of(memory);
    if (slot >= 0 && memory.load) {
      link.values.push_back(static_cast<std::size_t>(slot));
      link.from_memory = load_cycles;
    }
    if (slot >= 0 && memory.store) link.writes.push_back(static_cast<std::size_t>(slot));
    if (slot < 0 && memory.store) link.stores = true;
    if (slot < 0 && memory.load) addresses |= address_registers(memory);
  }

  void add(const Instruction& one, bool optional) {
    // The stack pointer has an engine of its own: push and pop cost the chain nothing.
    const RegisterSet followed = ~bit_of(stack_pointer);
    Link link;
    RegisterSet addresses = 0, of_operands = 0;
    for (const MemoryOperand& memory : one.memory) {
      of_operands |= address_registers(memory);
      if (!one.prefetches && (memory.load || memory.store)) add_memory(memory, addresses, link);
    }
    const bool to_memory = !link.writes.empty();
    const bool plain = one.operation == Operation::move || one.operation == Operation::move_sign;
    const bool two_ways =
        one.destination.kind == Operand::Kind::reg;  // reads its base as a value, too
    RegisterSet values = one.reads & ~of_operands;
    if (two_ways) values |= bit_of(named(one.first)) | bit_of(named(one.second));
    if (one.operation == Operation::address) values |= of_operands;
    add_names(addresses & followed, link.addresses);
    if (!one.breaks_dependency) add_names(values & followed, link.values);
    add_names(one.writes & followed, link.writes);
    for (const std::size_t name : link.writes) {
      const bool advances = name < first_slot && one.destination.kind == Operand::Kind::none &&
                            (of_operands >> name & 1) != 0;
      link.counts_up.push_back(advances);
    }
    const bool from_memory = addresses != 0 || link.from_memory > 0;
    link.cycles = plain && (from_memory || to_memory) ? 0 : one.latency;
    link.keeps = optional;
    link.is_float =
        one.arithmetic == Arithmetic::scalar_float || one.arithmetic == Arithmetic::packed_float;
    links_.push_back(std::move(link));
  }

  static Register named(const Operand& operand) {
    return operand.kind == Operand::Kind::reg ? operand.name : no_register;
  }

  RegisterSet written_ = 0;
  std::map<std::pair<Register, std::int64_t>, std::size_t> slots_;
  std::vector<Link> links_;
};

void take_later(State& state, const State& other) {
  if (other.cycles > state.cycles) state = other;
}

State through(const Link& link, const std::vector<State>& states) {
  State result;
  for (const std::size_t name : link.values) {
    State state = states[name];
    if (state.depends() && name >= first_slot) state.cycles += link.from_memory;
    take_later(result, state);
  }
  for (const std::size_t name : link.addresses) {
    State state = states[name];
    if (!state.depends()) continue;
    state.cycles += load_cycles;
    state.through_load = true;
    take_later(result, state);
  }
  if (!result.depends()) return result;
  result.cycles += link.cycles;
  result.through_float = result.through_float || link.is_float;
  return result;
}

void run(const Link& link, std::vector<State>& states) {
  const State result = through(link, states);
  for (std::size_t i = 0; i < link.writes.size(); ++i) {
    State& state = states[link.writes[i]];
    if (link.counts_up[i]) {
      if (state.depends()) state.cycles += 1;
    } else if (link.keeps) {
      take_later(state, result);
    } else {
      state = result;
    }
  }
}

/// Whether a value of the chain that starts there is stored by each round.
bool is_stored(const Links& links, std::size_t start) {
  std::vector<State> states(links.names());
  states[start].cycles = 0;
  for (Link link : links.all()) {
    link.addresses.clear();  // what a counter finds is no value of the counter's chain
    if (link.stores && through(link, states).depends()) return true;
    run(link, states);
  }
  return false;
}

}  // namespace

Chain find_chain(const HotCode& code, const LoopShape& shape) {
  Chain longest;
  std::size_t from = 0;
  if (!code.loop || (code.body.size() == 1 && code.body[0].repeats)) return longest;
  const Links links(code, shape);
  for (std::size_t start = 0; start < links.names(); ++start) {
    std::vector<State> states(links.names());
    states[start].cycles = 0;
    for (int round = 1; round <= most_rounds; ++round) {
      for (const Link& link : links.all()) run(link, states);
      const State& end = states[start];
      const double cycles = end.cycles / round;
      if (cycles <= longest.cycles) continue;
      longest = {cycles, end.through_load, end.through_float};
      from = start;
    }
  }
  if (longest.cycles > 0) longest.stored = is_stored(links, from);
  return longest;
}

}  // namespace bottleneck
