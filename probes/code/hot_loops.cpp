#include "probes/code/hot_loops.h"

#include <algorithm>

#include "probes/code/decode_instruction.h"

namespace bottleneck {
namespace {

/// Compilers' code has 4.2 bytes an instruction; one vector that grows costs more than the room.
constexpr std::size_t typical_length = 4;

struct Flow {
  std::vector<int> target;    ///< of each instruction's jump, as an index; -1 elsewhere
  std::vector<int> farthest;  ///< by head: the last instruction that jumps back to it; -1
};

int index_at(const std::vector<Instruction>& all, std::uint64_t address) {
  const auto found = std::lower_bound(
      all.begin(), all.end(), address,
      [](const Instruction& one, std::uint64_t wanted) { return one.address < wanted; });
  return found != all.end() && found->address == address ? static_cast<int>(found - all.begin())
                                                         : -1;
}

Flow find_jumps(const std::vector<Instruction>& all) {
  Flow flow{std::vector<int>(all.size(), -1), std::vector<int>(all.size(), -1)};
  for (std::size_t i = 0; i < all.size(); ++i) {
    if ((!all[i].jumps && !all[i].branches) || all[i].target == 0) continue;
    const int target = index_at(all, all[i].target);
    flow.target[i] = target;
    if (target >= 0 && target <= static_cast<int>(i))
      flow.farthest[static_cast<std::size_t>(target)] = static_cast<int>(i);
  }
  return flow;
}

/// Follows the code from loop heads: blocks of cold code that lie behind a function's end and jump
/// back into it look like the end of a loop, and are none where no way leads from head to jump.
class Ways {
 public:
  Ways(const std::vector<Instruction>& all, const Flow& flow)
      : all_(all), flow_(flow), seen_(all.size(), -1) {}

  /// The last instruction that jumps back to `head` and can be reached from it without leaving
  /// the range; -1 none.
  int last_jump_back(int head) {
    const int end = flow_.farthest[static_cast<std::size_t>(head)];
    int last = -1;
    open_.assign(1, head);
    while (!open_.empty() && last < end) {
      int at = open_.back();
      open_.pop_back();
      for (; at >= head && at <= end && mark(at, head); ++at) {
        const auto index = static_cast<std::size_t>(at);
        const Instruction& one = all_[index];
        const int target = flow_.target[index];
        if (target == head) last = std::max(last, at);
        if (target > head) open_.push_back(target);
        if (one.returns && one.jumps) return end;  // a jump table: may lead anywhere
        if (one.returns || one.jumps) break;
      }
    }
    return last;
  }

 private:
  bool mark(int at, int head) {
    int& seen = seen_[static_cast<std::size_t>(at)];
    if (seen == head) return false;
    seen = head;
    return true;
  }

  const std::vector<Instruction>& all_;
  const Flow& flow_;
  std::vector<int> seen_;  ///< the head from which it was reached last
  std::vector<int> open_;
};

std::vector<CodeLoop> find_loops(const std::vector<Instruction>& all) {
  const Flow flow = find_jumps(all);
  Ways ways(all, flow);
  std::vector<CodeLoop> loops;
  for (int i = 0; i < static_cast<int>(all.size()); ++i) {
    const auto index = static_cast<std::size_t>(i);
    const int last = flow.farthest[index] < 0 ? -1 : ways.last_jump_back(i);
    if (last >= 0) loops.push_back({.first = i, .last = last});
    if (all[index].repeats) loops.push_back({.first = i, .last = i});
  }
  return loops;
}

/// Needs: loops in the order of their heads, of the same head the larger one first.
void nest(std::vector<CodeLoop>& loops) {
  std::vector<int> open;  // those that do not end before the one at hand begins
  for (std::size_t i = 0; i < loops.size(); ++i) {
    CodeLoop& loop = loops[i];
    const auto at = [&loops](int one) { return loops[static_cast<std::size_t>(one)]; };
    std::erase_if(open, [&](int one) { return at(one).last < loop.first; });
    for (const int one : open)
      if (at(one).last >= loop.last &&
          (loop.parent < 0 ||
           at(one).last - at(one).first <= at(loop.parent).last - at(loop.parent).first))
        loop.parent = one;
    if (loop.parent >= 0) loop.depth = at(loop.parent).depth + 1;
    open.push_back(static_cast<int>(i));
  }
}

}  // namespace

DecodedFunction decode_function(std::span<const std::uint8_t> bytes, std::uint64_t address) {
  const InstructionDecoder decoder;
  DecodedFunction function;
  function.instructions.reserve(bytes.size() / typical_length);
  RawInstruction raw;
  for (std::size_t at = 0; at < bytes.size();) {
    if (!decoder.decode(bytes.subspan(at), raw)) {
      ++at;
      continue;
    }
    function.instructions.push_back(describe(raw, address + at));
    at += raw.info.length;
  }
  function.loops = find_loops(function.instructions);
  nest(function.loops);
  return function;
}

int innermost_loop(const DecodedFunction& function, int instruction) {
  int best = -1;
  int smallest = 0;
  for (std::size_t i = 0; i < function.loops.size(); ++i) {
    const CodeLoop& loop = function.loops[i];
    if (loop.first > instruction) break;
    if (loop.last < instruction) continue;
    const int size = loop.last - loop.first;
    if (best >= 0 && size > smallest) continue;
    best = static_cast<int>(i);
    smallest = size;
  }
  return best;
}

void write_texts(std::span<Instruction> all, std::span<const std::uint8_t> bytes,
                 std::uint64_t address) {
  const InstructionDecoder decoder;
  ZydisFormatter formatter;
  ZydisFormatterInit(&formatter, ZYDIS_FORMATTER_STYLE_INTEL);
  RawInstruction raw;
  char text[256];
  for (Instruction& one : all) {
    const std::uint64_t at = one.address - address;
    if (at >= bytes.size() || !decoder.decode(bytes.subspan(at), raw)) continue;
    if (ZYAN_SUCCESS(ZydisFormatterFormatInstruction(&formatter, &raw.info, raw.operands,
                                                     raw.info.operand_count_visible, text,
                                                     sizeof text, one.address, nullptr)))
      one.text = text;
  }
}

}  // namespace bottleneck
