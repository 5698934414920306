#include "src/analysis/loop_shape.h"

#include <algorithm>
#include <numeric>

namespace bottleneck {
namespace {

/// From so many hits in a body on, a block without any is taken for one that does not run. A block
/// that takes 5 % of the time is missed with a probability of 0.6 %.
constexpr int enough_hits = 100;

bool leaves(const Instruction& one) { return one.jumps || one.returns; }

struct Blocks {
  std::vector<int> first;  ///< of the block of each instruction
  std::vector<int> hits;   ///< of the block of each instruction
  bool judged = false;     ///< there are enough hits to call a block cold
};

bool lower_address(const Instruction& a, const Instruction& b) { return a.address < b.address; }

int index_of(const HotCode& code, std::uint64_t address) {
  const auto found = std::lower_bound(
      code.body.begin(), code.body.end(), address,
      [](const Instruction& one, std::uint64_t value) { return one.address < value; });
  if (found == code.body.end() || found->address != address) return -1;
  return static_cast<int>(found - code.body.begin());
}

/// Scattered pieces of code in one body are in no order, and no jump leads from one to the next.
std::vector<int> targets_of(const HotCode& code) {
  std::vector<int> targets(code.body.size(), -1);
  if (!std::is_sorted(code.body.begin(), code.body.end(), lower_address)) return targets;
  for (std::size_t i = 0; i < code.body.size(); ++i) {
    const Instruction& one = code.body[i];
    if ((one.jumps || one.branches) && one.target != 0) targets[i] = index_of(code, one.target);
  }
  return targets;
}

Blocks find_blocks(const HotCode& code, const std::vector<int>& targets) {
  const std::size_t size = code.body.size();
  std::vector<bool> leader(size + 1, false);
  for (std::size_t i = 0; i < size; ++i) {
    if (targets[i] >= 0) leader[static_cast<std::size_t>(targets[i])] = true;
    if (leaves(code.body[i]) || code.body[i].branches) leader[i + 1] = true;
  }
  Blocks blocks{std::vector<int>(size), std::vector<int>(size), false};
  const bool known = code.hits.size() == size;
  std::size_t first = 0;
  for (std::size_t i = 0; i < size; ++i) {
    if (leader[i]) first = i;
    blocks.first[i] = static_cast<int>(first);
    if (known) blocks.hits[first] += code.hits[i];
  }
  for (std::size_t i = 0; i < size; ++i) {
    blocks.hits[i] = blocks.hits[static_cast<std::size_t>(blocks.first[i])];
  }
  blocks.judged = known && std::accumulate(code.hits.begin(), code.hits.end(), 0) >= enough_hits;
  return blocks;
}

void mark(std::vector<bool>& flags, int from, int to) {
  for (int i = from; i < to; ++i) flags[static_cast<std::size_t>(i)] = true;
}

/// What is jumped over is optional, what a jump back repeats is inner; behind an early jump to the
/// head all is optional.
void mark_regions(const HotCode& code, const std::vector<int>& targets, LoopShape& shape) {
  const int size = static_cast<int>(code.body.size());
  for (int i = 0; i < size; ++i) {
    const int target = targets[static_cast<std::size_t>(i)];
    if (target < 0) continue;
    if (target > i) mark(shape.optional, i + 1, target);
    if (target <= i && (target > 0 || !code.loop)) {
      mark(shape.inner, target, i + 1);
      shape.inner_loops = true;
    }
    if (target == 0 && code.loop && i + 1 < size) mark(shape.optional, i + 1, size);
  }
  if (!code.loop) return;
  for (int i = 0; i < size; ++i) {
    if (!code.body[static_cast<std::size_t>(i)].repeats || size == 1) continue;
    mark(shape.inner, i, i + 1);
    shape.inner_loops = true;
  }
}

/// The next one in a round: not into code that never runs, and out of inner loops.
int follow(const HotCode& code, const std::vector<int>& targets, const Blocks& blocks, int at) {
  const std::size_t here = static_cast<std::size_t>(at);
  const int size = static_cast<int>(code.body.size());
  const int target = targets[here];
  const Instruction& one = code.body[here];
  const int wrapped = at + 1 < size ? at + 1 : code.loop ? 0 : -1;
  if (one.returns) return -1;
  if (one.jumps && (target < 0 || target > at || (target == 0 && code.loop))) return target;
  const auto cold = [&](int index) {
    return blocks.judged && blocks.hits[static_cast<std::size_t>(index)] == 0;
  };
  const bool forward = target > at || (target == 0 && code.loop);
  if (one.branches && forward && wrapped > 0 && cold(wrapped) && !cold(target)) return target;
  return wrapped;
}

/// The head of an inner loop is reached from its end more often than from above.
void find_before(const HotCode& code, const std::vector<int>& targets, LoopShape& shape) {
  const int size = static_cast<int>(code.body.size());
  for (int i = 0; i < size; ++i) {
    const bool falls = i > 0 && !leaves(code.body[static_cast<std::size_t>(i) - 1]);
    shape.before[static_cast<std::size_t>(i)] = falls ? i - 1 : -1;
  }
  for (int i = 0; i < size; ++i) {
    const int target = targets[static_cast<std::size_t>(i)];
    if (target < 0) continue;
    int& before = shape.before[static_cast<std::size_t>(target)];
    if (before < 0 || target <= i) before = i;
  }
  if (code.loop && size > 0 && shape.before[0] < 0) shape.before[0] = size - 1;
}

}  // namespace

LoopShape outline(const HotCode& code) {
  const std::size_t size = code.body.size();
  LoopShape shape;
  shape.after.assign(size, -1);
  shape.before.assign(size, -1);
  shape.optional.assign(size, false);
  shape.inner.assign(size, false);
  shape.counted.assign(size, true);
  shape.target = targets_of(code);
  const std::vector<int>& targets = shape.target;
  const Blocks blocks = find_blocks(code, targets);
  mark_regions(code, targets, shape);
  find_before(code, targets, shape);
  for (std::size_t i = 0; i < size; ++i) {
    shape.after[i] = follow(code, targets, blocks, static_cast<int>(i));
    const bool cold = shape.optional[i] && blocks.judged && blocks.hits[i] == 0;
    shape.counted[i] = !cold && !(code.loop && shape.inner[i]);
    shape.calls = shape.calls || (shape.counted[i] && code.body[i].calls);
  }
  return shape;
}

}  // namespace bottleneck
