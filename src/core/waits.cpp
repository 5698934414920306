#include "src/core/waits.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <span>

#include "src/core/runtimes.h"
#include "src/core/wait_groups.h"

namespace bottleneck {
namespace {

using namespace wait_groups;

// ---- futex: which operations and values mean that a lock is held by another one ----

// Source: linux/futex.h. FUTEX_CMD_MASK takes the private and clock flags away.
constexpr std::uint64_t futex_command_mask = 0x7f;
constexpr std::uint64_t futex_wait = 0, futex_lock_pi = 6, futex_wait_bitset = 9,
                        futex_wait_requeue_pi = 11, futex_lock_pi2 = 13;
// glibc's pthread_join waits on the thread id with the shared flag and CLOCK_REALTIME; its shared
// condition variables and semaphores use the same operation with value 0.
constexpr std::uint64_t pthread_join_operation = 0x109;

// Contended values of glibc, Rust's std, Go up to 1.23 and abseil; glibc's rwlock held by readers.
constexpr std::uint32_t contended = 2;
// glibc's rwlock: held by a writer, somebody waits (1 | PTHREAD_RWLOCK_FUTEX_USED). Only with
// CLOCK_REALTIME set.
constexpr std::uint32_t rwlock_written = 3;
// The bit of musl's mutexes, glibc's robust ones (owner | FUTEX_WAITERS), Rust's RwLock.
constexpr std::uint32_t waiters_bit = 0x80000000U;
// Rust's RwLock held by a writer: all reader bits set.
constexpr std::uint32_t rust_written = 0x3fffffffU;
// libgomp's mutex when contended (FUTEX_WAIT), and a parked Rust thread (FUTEX_WAIT_BITSET).
constexpr std::uint32_t minus_one = 0xffffffffU;

bool is_rust_rwlock_written(std::uint32_t value) {
  return (value & rust_written) == rust_written && value != minus_one;
}

WaitKind classify_futex_value(std::uint64_t operation, std::uint32_t value,
                              std::string_view module) {
  const bool bitset = (operation & futex_command_mask) == futex_wait_bitset;
  const bool realtime = (operation & 0x100) != 0;
  if (value == minus_one) return bitset ? WaitKind::condition : WaitKind::lock_mutex;
  // libgomp's barrier while tasks run waits on its generation with BAR_WAITING_FOR_TASK = 2.
  if (value == contended && module.find("libgomp") != std::string_view::npos)
    return WaitKind::condition;
  if (value == contended || (value & waiters_bit) != 0 || is_rust_rwlock_written(value) ||
      (value == rwlock_written && bitset && realtime))
    return WaitKind::lock_mutex;
  if (operation == pthread_join_operation && value != 0) return WaitKind::join;
  return WaitKind::condition;
}

WaitKind classify_futex(const WaitFacts& facts) {
  if (!facts.lock_object.empty() && !runtime_lock_name(facts.lock_object).empty())
    return WaitKind::lock_runtime;
  if (!facts.args_known) return WaitKind::unknown;
  switch (facts.args[1] & futex_command_mask) {
    case futex_lock_pi:
    case futex_lock_pi2:
    case futex_wait_requeue_pi:
      return WaitKind::lock_mutex;
    case futex_wait:
    case futex_wait_bitset:
      return classify_futex_value(facts.args[1], static_cast<std::uint32_t>(facts.args[2]),
                                  facts.module);
    default:
      return WaitKind::unknown;
  }
}

template <typename Match>
unsigned find_group(std::span<const Group> groups, Match matches) {
  for (const Group& group : groups)
    for (std::string_view rest = group.words; !rest.empty();) {
      const std::size_t end = std::min(rest.find(' '), rest.size());
      if (matches(rest.substr(0, end))) return group.bit;
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  return 0;
}

// ---- the rules ----

constexpr unsigned any_peer = 0;
template <typename... Peers>
constexpr unsigned set_of(Peers... peers) {
  return ((1U << static_cast<unsigned>(peers)) | ...);
}

enum class State { any, uninterruptible };

/// 0 and "" match everything; `object` is a prefix of WaitFacts::object.
struct Rule {
  unsigned calls;
  unsigned peers;
  unsigned functions;
  State state;
  std::string_view object;
  WaitKind kind;
};

constexpr unsigned file = set_of(Peer::file), unseen = set_of(Peer::unknown),
                   event = set_of(Peer::event),
                   idle_set = set_of(Peer::event, Peer::nothing, Peer::file);

// The first that matches. Anything that none matches is unknown.
constexpr Rule rules[] = {
    // Whatever the call was.
    {any_call, any_peer, stop_function, State::any, "", WaitKind::stopped},
    {any_call, any_peer, swap_function, State::any, "", WaitKind::memory_swap},
    {any_call, any_peer, dirty_function, State::any, "", WaitKind::file_write},
    {any_call, any_peer, reclaim_function, State::any, "", WaitKind::memory_reclaim},
    // Locks that the program sees.
    {flock_call, any_peer, any_function, State::any, "", WaitKind::lock_flock},
    {sysv_call, any_peer, any_function, State::any, "", WaitKind::lock_sysv},
    // Locks inside the kernel (mmap_lock, inodes): another thread's call holds them, and its own
    // wait is counted.
    {any_call, any_peer, kernel_lock, State::any, "", WaitKind::condition},
    // Children. posix_spawn and vfork block until exec (in kernel_clone, by wchan).
    {child_call | fork_call, any_peer, any_function, State::any, "", WaitKind::child},
    {any_call, any_peer, vfork_function, State::any, "", WaitKind::child},
    // Storage.
    {fault, any_peer, cache_function | block_function, State::any, "", WaitKind::file_fault},
    {fault, any_peer, any_function, State::uninterruptible, "", WaitKind::file_fault},
    {sync_call, any_peer, any_function, State::any, "", WaitKind::file_sync},
    {write_call, file | unseen, sync_function | block_function, State::any, "",
     WaitKind::file_sync},
    {write_call, file, any_function, State::any, "", WaitKind::file_write},
    {read_call | uring_call | send_call, file, any_function, State::any, "", WaitKind::file_read},
    {aio_call, any_peer, any_function, State::any, "", WaitKind::file_read},
    {write_call, unseen, any_function, State::uninterruptible, "", WaitKind::file_write},
    {read_call | uring_call | send_call, unseen, any_function, State::uninterruptible, "",
     WaitKind::file_read},
    {path_call, any_peer, sync_function | block_function, State::any, "", WaitKind::file_sync},
    {path_call, any_peer, any_function, State::uninterruptible, "", WaitKind::file_read},
    {any_call, any_peer, sync_function, State::any, "", WaitKind::file_sync},
    {any_call, any_peer, cache_function, State::any, "", WaitKind::file_read},
    // Sockets: by who is at the other end. Clients that do not take what a server sends are the
    // network's.
    {accept_call, any_peer, any_function, State::any, "", WaitKind::for_work},
    {input_call | output_call, set_of(Peer::socket_inside), any_function, State::any, "",
     WaitKind::socket_inside},
    {input_call | output_call, set_of(Peer::socket_local), any_function, State::any, "",
     WaitKind::socket_local},
    {input_call | output_call, set_of(Peer::socket_remote), any_function, State::any, "",
     WaitKind::network},
    {input_call, set_of(Peer::socket_listening), any_function, State::any, "", WaitKind::for_work},
    {output_call, set_of(Peer::socket_listening), any_function, State::any, "", WaitKind::network},
    // Pipes and terminals.
    {input_call | output_call, set_of(Peer::pipe_inside), any_function, State::any, "",
     WaitKind::pipe_inside},
    {input_call | output_call, set_of(Peer::pipe_outside), any_function, State::any, "",
     WaitKind::outside},
    {input_call, set_of(Peer::terminal), any_function, State::any, "", WaitKind::for_work},
    {output_call, set_of(Peer::terminal), any_function, State::any, "", WaitKind::outside},
    // Events: an eventfd or a pipe to itself is signalled by another thread of the program.
    {read_call | write_call, event, any_function, State::any, "eventfd", WaitKind::condition},
    {read_call | write_call, event, any_function, State::any, "pipe", WaitKind::condition},
    {read_call | receive_call | send_call | write_call, event, any_function, State::any, "unix",
     WaitKind::condition},
    {read_call, event, any_function, State::any, "timerfd", WaitKind::timer},
    {read_call, event, any_function, State::any, "signalfd", WaitKind::for_work},
    {read_call, event, any_function, State::any, "inotify", WaitKind::for_work},
    {poll_call | uring_call, event, any_function, State::any, "pidfd", WaitKind::child},
    {poll_call | uring_call, idle_set, any_function, State::any, "", WaitKind::timer},
    // Time and signals. A shell waits for its child in sigsuspend; pause waits for somebody's
    // signal.
    {sleep_call, any_peer, any_function, State::any, "", WaitKind::timer},
    {any_call, any_peer, sleep_function, State::any, "", WaitKind::timer},
    {suspend_call, any_peer, any_function, State::any, "", WaitKind::child},
    {pause_call | sigwait_call, any_peer, any_function, State::any, "", WaitKind::for_work},
};

unsigned calls_of(const WaitFacts& facts) {
  if (facts.call.empty()) return facts.page_fault ? fault : any_call;
  return find_group(call_groups, [&](std::string_view word) { return facts.call == word; });
}

bool matches(const Rule& rule, const WaitFacts& facts, unsigned calls, unsigned functions) {
  return (rule.calls == any_call || (rule.calls & calls) != 0) &&
         (rule.peers == any_peer || (rule.peers & set_of(facts.peer)) != 0) &&
         (rule.functions == any_function || (rule.functions & functions) != 0) &&
         (rule.state == State::any || facts.uninterruptible) &&
         facts.object.starts_with(rule.object);
}

/// What hangs on an argument and so fits no row.
std::optional<WaitKind> classify_by_argument(const WaitFacts& facts) {
  constexpr std::uint64_t set_lock_and_wait = 7,
                          open_set_lock_and_wait = 38;  // F_SETLKW, F_OFD_SETLKW
  if (facts.call == "futex") return classify_futex(facts);
  if (!facts.args_known) return std::nullopt;
  if (facts.call == "fcntl" && facts.args[1] != set_lock_and_wait &&
      facts.args[1] != open_set_lock_and_wait)
    return facts.uninterruptible ? std::nullopt : std::optional(WaitKind::unknown);
  if (facts.call == "rt_sigtimedwait" && facts.args[2] != 0) return WaitKind::timer;
  return std::nullopt;
}

constexpr std::array<std::string_view, wait_kind_count> kind_words = {
    "unknown",     "lock_mutex", "lock_flock",   "lock_sysv",     "lock_runtime",
    "condition",   "join",       "pipe_inside",  "socket_inside", "child",
    "file_read",   "file_write", "file_sync",    "file_fault",    "memory_reclaim",
    "memory_swap", "network",    "socket_local", "timer",         "child_outside",
    "outside",     "for_work",   "preempted",    "stopped",       "wake_up"};

constexpr std::array<std::string_view, static_cast<std::size_t>(Peer::nothing) + 1> peer_words = {
    "unknown",       "file",         "pipe_inside",   "pipe_outside",
    "socket_inside", "socket_local", "socket_remote", "socket_listening",
    "terminal",      "event",        "nothing"};

}  // namespace

WaitKind classify_wait(const WaitFacts& facts) {
  if (facts.preempted) return WaitKind::preempted;
  const unsigned functions = find_group(function_groups, [&](std::string_view prefix) {
    return facts.kernel_function.starts_with(prefix);
  });
  if (functions == stop_function) return WaitKind::stopped;
  if (const auto kind = classify_by_argument(facts)) return *kind;
  const unsigned calls = calls_of(facts);
  for (const Rule& rule : rules)
    if (matches(rule, facts, calls, functions)) return rule.kind;
  return WaitKind::unknown;
}

bool is_lock(WaitKind kind) {
  return kind == WaitKind::lock_mutex || kind == WaitKind::lock_flock ||
         kind == WaitKind::lock_sysv || kind == WaitKind::lock_runtime;
}

bool passes_on(WaitKind kind) {
  return kind == WaitKind::condition || kind == WaitKind::join || kind == WaitKind::pipe_inside ||
         kind == WaitKind::socket_inside || kind == WaitKind::child;
}

std::string_view to_string(WaitKind kind) { return kind_words.at(static_cast<std::size_t>(kind)); }

WaitKind wait_kind_named(std::string_view word) {
  const auto found = std::find(kind_words.begin(), kind_words.end(), word);
  if (found == kind_words.end()) return WaitKind::unknown;
  return static_cast<WaitKind>(found - kind_words.begin());
}

std::string_view to_string(Peer peer) { return peer_words.at(static_cast<std::size_t>(peer)); }

}  // namespace bottleneck
