#include "probes/sched/instruction_bytes.h"

#include <algorithm>

namespace bottleneck::sched {
namespace {

/// The longest x86 instruction with a lock prefix that compilers emit for atomics is 9 bytes (rex,
/// disp32).
constexpr std::size_t longest_atomic = 9;
/// Bytes that a loop of nothing but an exchange and its test takes at most: mov, xchg, test, jcc.
constexpr int longest_spin = 16;

/// xchg with memory locks without a prefix: 86/87, mod 0 (no displacement) or 1 (one byte).
bool ends_with_exchange(const Bytes& bytes) {
  const std::size_t size = bytes.size();
  for (std::size_t length = 2; length <= std::min<std::size_t>(3, size); ++length)
    if ((bytes[size - length] & 0xfe) == 0x86 &&
        bytes[size - length + 1] >> 6 == static_cast<int>(length) - 2)
      return true;
  return false;
}

}  // namespace

bool ends_with_pause(const Bytes& bytes) {
  return bytes.size() >= 2 && bytes[bytes.size() - 2] == 0xf3 && bytes[bytes.size() - 1] == 0x90;
}

bool ends_with_syscall(const Bytes& bytes) {
  return bytes.size() >= 2 && bytes[bytes.size() - 2] == 0x0f && bytes[bytes.size() - 1] == 0x05;
}

bool ends_with_atomic(const Bytes& bytes) {
  const std::size_t size = bytes.size();
  for (std::size_t length = 3; length <= std::min(longest_atomic, size); ++length) {
    const std::size_t at = size - length;
    std::size_t opcode = at + 1;
    if (bytes[at] == 0xf0) {
      if (opcode < size && (bytes[opcode] & 0xf0) == 0x40) ++opcode;  // REX
      if (opcode >= size) continue;
      const std::uint8_t op = bytes[opcode];
      const bool two_byte =
          op == 0x0f && opcode + 1 < size &&
          ((bytes[opcode + 1] & 0xfe) == 0xb0 || (bytes[opcode + 1] & 0xfe) == 0xc0);
      const bool arithmetic =
          op < 0x40 || op == 0x80 || op == 0x81 || op == 0x83 || op == 0xff || op == 0xfe;
      if (two_byte || arithmetic) return true;
    }
  }
  return ends_with_exchange(bytes);
}

bool spins_on_exchange(const Bytes& before, const Bytes& after) {
  if (!ends_with_exchange(before)) return false;
  for (std::size_t at = 0; at + 1 < after.size(); ++at) {
    const bool short_jump = (after[at] & 0xf0) == 0x70;
    const int target = static_cast<int>(at) + 2 + static_cast<std::int8_t>(after[at + 1]);
    if (short_jump && target < 0 && target >= -longest_spin) return true;
  }
  return false;
}

}  // namespace bottleneck::sched
