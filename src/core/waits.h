// Why a thread is blocked: the one table from what was observed (system call, arguments, what the
// descriptor is, kernel functions) to a kind of wait, and the one place that says what is a lock.
// Pure; probes fill WaitFacts. It does not judge: which bottleneck class a kind belongs to is
// analysis (src/analysis/rules).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace bottleneck {

/// What a file descriptor (or a set of watched ones) leads to, as far as it could be seen.
enum class Peer {
  unknown,
  file,           ///< regular file, directory or block device: storage
  pipe_inside,    ///< pipe or FIFO with another end inside the tree
  pipe_outside,   ///< pipe whose other end is outside the tree (stdin of a pipeline we do not see)
  socket_inside,  ///< both ends inside the tree
  socket_local,   ///< the peer is another process of this host
  socket_remote,  ///< the peer is another host
  socket_listening,  ///< listening, or accepted from outside: work arrives here
  terminal,
  event,    ///< eventfd, timerfd, signalfd, inotify: no peer of its own
  nothing,  ///< poll/select/epoll that watches nothing
};

enum class WaitKind {
  unknown,
  // locks: the thread queues for something that another one holds
  lock_mutex,
  lock_flock,
  lock_sysv,
  lock_runtime,
  // passing on another thread's time: these own nothing
  condition,
  join,
  pipe_inside,
  socket_inside,
  child,
  // storage
  file_read,
  file_write,
  file_sync,
  file_fault,
  // memory: reclaim or swap while blocked
  memory_reclaim,
  memory_swap,
  // network
  network,       ///< a peer on another host
  socket_local,  ///< a peer on this host outside the tree
  // sleep
  timer,
  child_outside,
  outside,
  for_work,
  // a run-queue wait seen as a blocked one (preempted, throttled)
  preempted,
  // stopped by a signal or a tracer
  stopped,
  // the gap between the thread that woke it and itself: scheduler and idle exit, not the wait (set
  // by the sweep)
  wake_up,
};
inline constexpr int wait_kind_count = static_cast<int>(WaitKind::wake_up) + 1;

/// Facts of one blocked interval, from a context-switch sample or from
/// /proc/PID/task/TID/{syscall,wchan,stat}.
struct WaitFacts {
  std::string call;  ///< system call without prefix: "futex", "read"; "" = page fault or unknown
  std::uint64_t args[6] = {};  ///< its arguments as passed
  bool args_known = false;
  Peer peer = Peer::unknown;
  bool uninterruptible = false;  ///< state D
  bool page_fault = false;       ///< blocked in a fault on a mapping
  std::string
      kernel_function;  ///< the telling kernel function: "folio_wait_bit_common"; "" unknown
  std::string
      lock_object;  ///< data symbol that the futex address lies in ("_PyRuntime"); "" unknown
  bool preempted = false;  ///< switched out while runnable
  std::string object;      ///< what the descriptor is, where Peer says too little: "eventfd",
                           ///< "timerfd"; "" unknown
  std::string module;      ///< file of the user code that made the call: "libgomp.so.1"; "" unknown
};

WaitKind classify_wait(const WaitFacts&);

bool is_lock(WaitKind);
/// Condition variables, barriers, joins, and pipes, sockets or children inside the tree only pass
/// on another thread's time: they own nothing (DESIGN section 4).
bool passes_on(WaitKind);

std::string_view to_string(WaitKind);
WaitKind wait_kind_named(std::string_view);  ///< unknown for foreign words
std::string_view to_string(Peer);

}  // namespace bottleneck
