#include "src/analysis/tracks.h"

#include <algorithm>
#include <map>
#include <utility>

#include "src/analysis/emulation.h"

namespace bottleneck {
namespace {

/// Bounds of the work, not of the method: tracks of a loop, instructions of a walk, samples of
/// which a second round is followed (strides need few), steps back (research/pmuless.md 2.2).
constexpr std::size_t most_tracks = 200;
constexpr int longest_walk = 1200;
constexpr std::size_t most_second_rounds = 256;
constexpr int most_steps_back = 24;
/// Share of the rounds that must agree on a stride or a step.
constexpr double agreeing = 0.8;
constexpr std::size_t fewest_rounds = 5;
/// Below lies nothing that a program maps, above nothing that is an address of user code.
constexpr std::uint64_t lowest_pointer = 0x10000;
constexpr std::uint64_t highest_pointer = std::uint64_t{1} << 47;

constexpr RegisterSet general_set = (RegisterSet{1} << general_registers) - 1;

std::size_t at(int index) { return static_cast<std::size_t>(index); }

bool can_be_followed(const Instruction& one, const MemoryOperand& memory) {
  return !one.prefetches && !memory.gathers && !memory.thread_local_ &&
         (memory.load || memory.store);
}

/// How often something was seen.
class Votes {
 public:
  void add(std::int64_t value) { ++count_[value], ++all_; }
  std::optional<std::int64_t> agreed() const {
    if (all_ < fewest_rounds) return std::nullopt;
    const auto most =
        std::max_element(count_.begin(), count_.end(),
                         [](const auto& a, const auto& b) { return a.second < b.second; });
    if (static_cast<double>(most->second) < agreeing * static_cast<double>(all_))
      return std::nullopt;
    return most->first;
  }

 private:
  std::map<std::int64_t, std::size_t> count_;
  std::size_t all_ = 0;
};

class Follower {
 public:
  Follower(const HotCode& code, const LoopShape& shape) : code_(code), shape_(shape) {
    find_tracks();
    find_doubts();
    back_.resize(code.body.size());
    for (const Instruction& one : code.body) {
      matters_.push_back(one.calls || (one.writes & general_set) != 0);
    }
  }

  Rounds follow() {
    const std::size_t every = 1 + code_.samples.size() / most_second_rounds;
    for (std::size_t i = 0; i < code_.samples.size(); ++i) {
      go_forward(i, i % every == 0);
      go_back(i);
    }
    for (std::size_t i = 0; i < rounds_.tracks.size(); ++i) {
      if (const auto stride = strides_[i].agreed()) {
        rounds_.tracks[i].stride = static_cast<double>(*stride);
      }
    }
    for (std::size_t i = 0; i < general_registers; ++i) rounds_.steps[i] = steps_[i].agreed();
    return std::move(rounds_);
  }

 private:
  struct Known {
    std::size_t track;
    bool loaded;  ///< only the value that it loaded is left: the next address of a chain
  };

  bool waited_for(int instruction) const {
    return std::any_of(code_.samples.begin(), code_.samples.end(), [&](const RegisterSample& one) {
      return shape_.before[at(one.at)] == instruction;
    });
  }

  void find_tracks() {
    first_track_.assign(code_.body.size() + 1, 0);
    for (std::size_t i = 0; i < code_.body.size(); ++i) {
      first_track_[i] = rounds_.tracks.size();
      const Instruction& one = code_.body[i];
      if (one.memory.empty() || (!code_.loop && !waited_for(static_cast<int>(i)))) continue;
      for (std::size_t k = 0; k < one.memory.size(); ++k) {
        if (rounds_.tracks.size() >= most_tracks || !can_be_followed(one, one.memory[k])) continue;
        rounds_.tracks.push_back(
            {static_cast<int>(i), k, Values(code_.samples.size(), 0), std::nullopt});
      }
    }
    first_track_.back() = rounds_.tracks.size();
    strides_.resize(rounds_.tracks.size());
  }

  RegisterSet written_in(int from, int to) const {
    RegisterSet written = 0;
    for (int i = from; i < to; ++i) written |= code_.body[at(i)].writes;
    for (int i = from; i < to; ++i) written |= code_.body[at(i)].calls ? clobbered_by_calls : 0;
    return written & general_set;
  }

  /// Where paths meet again, what one of them writes is in doubt; so is, behind a loop inside, what
  /// that loop writes.
  void find_doubts() {
    const int size = static_cast<int>(code_.body.size());
    doubts_.assign(code_.body.size() + 1, 0);
    for (int i = 0; i < size; ++i) {
      const int target = shape_.target[at(i)];
      const bool head = code_.loop && target == 0;
      if (target < 0 || (i + 1 < size && !shape_.counted[at(i) + 1] && target > i)) continue;
      if (target > i) doubts_[at(target)] |= written_in(i + 1, target);
      if (head && i + 1 < size) doubts_[0] |= written_in(i + 1, size);
      if (target <= i && !head) doubts_[at(i) + 1] |= written_in(target, i + 1);
    }
  }

  void note_addresses(std::size_t sample, int here, const RegisterFile& registers,
                      bool second_round) {
    for (std::size_t k = first_track_[at(here)]; k < first_track_[at(here) + 1]; ++k) {
      Track& track = rounds_.tracks[k];
      const auto address = registers.address(track.memory(code_));
      std::uint64_t& noted = track.addresses[sample];
      if (!address) continue;
      if (noted == 0) {
        noted = *address;
      } else if (second_round) {
        strides_[k].add(static_cast<std::int64_t>(*address - noted));
      }
    }
  }

  void note_steps(const RegisterFile& before, const RegisterFile& after) {
    for (Register i = 0; i < general_registers; ++i) {
      if (!before.knows(i) || !after.knows(i)) continue;
      steps_[at(i)].add(static_cast<std::int64_t>(after.value(i) - before.value(i)));
    }
  }

  /// Once around, or twice: an operand met twice tells its stride.
  void go_forward(std::size_t sample, bool second_round) {
    const RegisterSample& start = code_.samples[sample];
    RegisterFile registers(start.registers);
    RegisterFile head = registers;
    int heads = 0, rounds = 0, here = start.at;
    const int limit = std::min(longest_walk, 2 * static_cast<int>(code_.body.size()) + 2);
    for (int step = 0; step < limit && here >= 0; ++step) {
      if (step > 0) registers.forget(doubts_[at(here)]);
      if (step > 0 && here == start.at && ++rounds == (second_round ? 2 : 1)) return;
      if (code_.loop && here == 0 && ++heads == 1) head = registers;
      note_addresses(sample, here, registers, second_round);
      if (code_.loop && here == 0 && heads == 2 && second_round) note_steps(head, registers);
      if (matters_[at(here)]) registers.run(code_.body[at(here)]);
      here = shape_.after[at(here)];
    }
  }

  /// Which operands of the instructions that just ran can still be told: the same at all samples
  /// of an instruction.
  std::vector<Known> told_at(int start) const {
    std::vector<Known> told;
    RegisterSet written = 0;
    int here = shape_.before[at(start)];
    const int size = static_cast<int>(code_.body.size());
    for (int step = 0; step < most_steps_back && step < size && here >= 0; ++step) {
      const Instruction& one = code_.body[at(here)];
      if (one.calls) break;
      written |= one.writes;
      for (std::size_t k = first_track_[at(here)]; k < first_track_[at(here) + 1]; ++k) {
        const MemoryOperand& memory = rounds_.tracks[k].memory(code_);
        const RegisterSet needed = address_registers(memory);
        const bool chained = step == 0 && memory.load && one.operation == Operation::move &&
                             (needed & general_set & bit_of(one.destination.name)) != 0;
        if ((needed & written) == 0) told.push_back({k, false});
        if (chained) told.push_back({k, true});
      }
      here = shape_.before[at(here)];
    }
    return told;
  }

  void go_back(std::size_t sample) {
    const RegisterSample& start = code_.samples[sample];
    auto& told = back_[at(start.at)];
    if (!told) told = told_at(start.at);
    const RegisterFile registers(start.registers);
    for (const Known& known : *told) {
      Track& track = rounds_.tracks[known.track];
      std::uint64_t& noted = track.addresses[sample];
      if (!known.loaded) {
        const bool waited = track.instruction == shape_.before[at(start.at)];
        if (noted == 0 || waited) noted = registers.address(track.memory(code_)).value_or(noted);
        continue;
      }
      const Instruction& one = code_.body[at(track.instruction)];
      const std::uint64_t value = registers.value(one.destination.name);
      if (noted == 0 && value >= lowest_pointer && value < highest_pointer) noted = value;
    }
  }

  const HotCode& code_;
  const LoopShape& shape_;
  Rounds rounds_;
  std::vector<std::size_t> first_track_;  ///< by instruction
  std::vector<bool> matters_;             ///< by instruction: it changes general registers
  std::vector<RegisterSet> doubts_;       ///< by instruction: unknown on arrival
  std::vector<Votes> strides_;
  std::array<Votes, general_registers> steps_;
  std::vector<std::optional<std::vector<Known>>> back_;  ///< by instruction of the sample
};

}  // namespace

Rounds follow_samples(const HotCode& code, const LoopShape& shape) {
  return Follower(code, shape).follow();
}

}  // namespace bottleneck
