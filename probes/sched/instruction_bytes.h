// What the instruction before a sample was, by its bytes alone: enough to know a spin loop, an
// atomic and a system call. No decoding (that is for loops, and costs a library); x86-64 only.
#pragma once

#include <cstdint>
#include <vector>

namespace bottleneck::sched {

using Bytes = std::vector<std::uint8_t>;

bool ends_with_pause(const Bytes& before);
bool ends_with_syscall(const Bytes& before);

/// lock cmpxchg/xadd/add/or/... or xchg with memory as the instruction that ends here: the prefix
/// with an opcode that takes it, at a distance that such an instruction can have.
bool ends_with_atomic(const Bytes& before);

/// A short jump back over an exchange, a few bytes after it: `while (lock.exchange(true));`.
bool spins_on_exchange(const Bytes& before, const Bytes& after);

}  // namespace bottleneck::sched
