// Records of the perf ring buffers as plain values. Decoding is pure (bytes in, value out) and
// trusts nothing: a record that is cut or claims more than it holds is refused. Only what our own
// events ask for is understood (events.h).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace bottleneck::perf {

/// User registers as sampled. Source: asm/perf_regs.h; order of the set bits of user_register_mask.
enum Register {
  ax,
  bx,
  cx,
  dx,
  si,
  di,
  bp,
  sp,
  ip,
  flags,
  r8,
  r9,
  r10,
  r11,
  r12,
  r13,
  r14,
  r15,
  register_count
};
extern const std::uint64_t user_register_mask;

/// Who and when: the trailer of every record (sample_id_all).
struct Stamp {
  std::uint32_t pid = 0;
  std::uint32_t tid = 0;
  std::uint64_t time_ns = 0;  ///< CLOCK_MONOTONIC
  std::uint32_t cpu = 0;
  std::uint64_t id = 0;  ///< of the event
};

struct Sample {
  std::uint64_t ip = 0;
  bool kernel = false;
  std::vector<std::uint64_t> kernel_chain;  ///< leaf first
  std::vector<std::uint64_t> user_chain;    ///< leaf first, by frame pointers
  bool registers_known = false;             ///< 64-bit user registers
  std::array<std::uint64_t, register_count> registers{};
  std::uint64_t stack_top =
      0;  ///< the word at the stack pointer: a leaf's return address; 0 unknown
};

struct Switch {
  bool out = false;
  bool preempted = false;
};
struct Fork {
  std::uint32_t pid, parent_pid, tid, parent_tid;
};
struct Exit {
  std::uint32_t pid, tid;
};
struct Comm {
  std::string name;
  bool exec = false;
};
struct Mmap {
  std::uint64_t start, length, file_offset;
  std::string file;
  bool executable = true;
};
struct Lost {
  std::uint64_t records;
};

struct Record {
  Stamp stamp;
  std::variant<Sample, Switch, Fork, Exit, Comm, Mmap, Lost> what;
};

/// One record, header included. nullopt: of no interest, or malformed.
std::optional<Record> decode(std::span<const std::byte> bytes);

/// A record with one word of the ring replaced cannot make us read outside it. Sizes: chain frames
/// kept per part.
inline constexpr std::size_t max_chain = 48;

}  // namespace bottleneck::perf
