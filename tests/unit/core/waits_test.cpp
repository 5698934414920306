#include "src/core/waits.h"

#include <set>
#include <vector>

#include <gtest/gtest.h>

namespace bottleneck {
namespace {

constexpr std::uint64_t private_flag = 0x80, realtime_flag = 0x100;
constexpr std::uint64_t wait = 0, lock_pi = 6, wait_bitset = 9, requeue_pi = 11, lock_pi2 = 13;

WaitFacts call(std::string name, Peer peer = Peer::unknown) {
  WaitFacts facts;
  facts.call = std::move(name);
  facts.peer = peer;
  return facts;
}

WaitFacts in(WaitFacts facts, std::string function, bool uninterruptible = true) {
  facts.kernel_function = std::move(function);
  facts.uninterruptible = uninterruptible;
  return facts;
}

WaitFacts of(WaitFacts facts, std::string object) {
  facts.object = std::move(object);
  return facts;
}

WaitFacts with(WaitFacts facts, std::vector<std::uint64_t> args) {
  std::copy(args.begin(), args.end(), facts.args);
  facts.args_known = true;
  return facts;
}

WaitFacts futex(std::uint64_t operation, std::uint64_t value, std::uint64_t timeout = 0) {
  return with(call("futex"), {0x5000, operation, value, timeout});
}

WaitFacts fault(std::string function) {
  WaitFacts facts = in(call(""), std::move(function));
  facts.page_fault = true;
  return facts;
}

WaitFacts preempted() {
  WaitFacts facts = call("read", Peer::file);
  facts.preempted = true;
  return facts;
}

struct Row {
  WaitFacts facts;
  WaitKind kind;
};

void expect_all(const std::vector<Row>& rows) {
  for (const Row& row : rows)
    EXPECT_EQ(to_string(classify_wait(row.facts)), to_string(row.kind))
        << row.facts.call << " in " << row.facts.kernel_function << ", "
        << to_string(row.facts.peer) << ", op " << row.facts.args[1] << " value "
        << row.facts.args[2];
}

// Operations and values as strace and /proc showed them for programs that do just this.
std::vector<Row> lock_rows() {
  return {
      {futex(wait | private_flag, 2), WaitKind::lock_mutex},         // glibc, Go
      {futex(wait, 2), WaitKind::lock_mutex},                        // between processes
      {futex(wait_bitset | private_flag, 2), WaitKind::lock_mutex},  // Rust
      {futex(wait_bitset | private_flag | realtime_flag, 2, 1), WaitKind::lock_mutex},  // timed
      {futex(wait_bitset | private_flag | realtime_flag, 3), WaitKind::lock_mutex},  // glibc rwlock
      {futex(wait, 0x80002a8d), WaitKind::lock_mutex},                               // glibc robust
      {futex(wait | private_flag, 0x80000010), WaitKind::lock_mutex},                // musl
      {futex(wait | private_flag, 0xffffffff), WaitKind::lock_mutex},         // libgomp critical
      {futex(wait_bitset | private_flag, 0x7fffffff), WaitKind::lock_mutex},  // Rust RwLock
      {futex(lock_pi | private_flag, 0), WaitKind::lock_mutex},
      {futex(lock_pi2 | private_flag, 0), WaitKind::lock_mutex},
      {futex(requeue_pi | private_flag, 0), WaitKind::lock_mutex},
      {call("flock", Peer::file), WaitKind::lock_flock},
      {with(call("fcntl"), {3, 7}), WaitKind::lock_flock},
      {with(call("fcntl"), {3, 38}), WaitKind::lock_flock},
      {call("semop"), WaitKind::lock_sysv},
      {call("semtimedop"), WaitKind::lock_sysv},
  };
}

std::vector<Row> passing_on_rows() {
  return {
      {futex(wait_bitset | private_flag | realtime_flag, 0),
       WaitKind::condition},  // condition variable
      {futex(wait_bitset | private_flag | realtime_flag, 0, 1), WaitKind::condition},
      {futex(wait | private_flag, 8), WaitKind::condition},                  // barrier
      {futex(wait_bitset | private_flag, 0xffffffff), WaitKind::condition},  // a parked Rust thread
      {futex(wait_bitset | realtime_flag, 4711), WaitKind::join},
      {futex(wait_bitset | realtime_flag, 0), WaitKind::condition},  // semaphore between processes
      {call("read", Peer::pipe_inside), WaitKind::pipe_inside},
      {call("write", Peer::pipe_inside), WaitKind::pipe_inside},
      {call("epoll_wait", Peer::pipe_inside), WaitKind::pipe_inside},
      {call("recvfrom", Peer::socket_inside), WaitKind::socket_inside},
      {call("wait4"), WaitKind::child},
      {call("waitid"), WaitKind::child},
      {call("rt_sigsuspend"), WaitKind::child},
      {in(call("vfork"), "kernel_clone"), WaitKind::child},
      {in(call("clone"), "wait_for_vfork_done"), WaitKind::child},
      {of(call("read", Peer::event), "eventfd"), WaitKind::condition},
      {of(call("poll", Peer::event), "pidfd"), WaitKind::child},
      {in(call("munmap"), "rwsem_down_write_slowpath"), WaitKind::condition},
  };
}

std::vector<Row> storage_rows() {
  return {
      {in(call("read", Peer::file), "folio_wait_bit_common"), WaitKind::file_read},
      {in(call("pread64", Peer::file), "__iomap_dio_rw"), WaitKind::file_read},
      {in(call("read"), ""),
       WaitKind::file_read},  // state D speaks for storage where the descriptor is gone
      {in(call("sendfile", Peer::file), ""), WaitKind::file_read},
      {in(call("io_getevents"), "read_events", false), WaitKind::file_read},
      {in(call("io_uring_enter", Peer::file), "io_cqring_wait", false), WaitKind::file_read},
      {in(call("openat"), "folio_wait_bit_common"), WaitKind::file_read},
      {in(call("newfstatat"), "__wait_on_buffer"), WaitKind::file_read},
      {in(call("write", Peer::file), "__iomap_dio_rw"), WaitKind::file_write},
      {in(call("write", Peer::file), "balance_dirty_pages"), WaitKind::file_write},
      {in(call("fallocate", Peer::file), ""), WaitKind::file_write},
      {in(call("fsync"), "folio_wait_bit_common"), WaitKind::file_sync},
      {in(call("fdatasync"), "submit_bio_wait"), WaitKind::file_sync},
      {in(call("sync_file_range"), ""), WaitKind::file_sync},
      {in(call("write", Peer::file), "jbd2_log_wait_commit"), WaitKind::file_sync},  // O_SYNC
      {in(call("exit_group"), "submit_bio_wait"), WaitKind::file_sync},
      {in(call("unlink"), "jbd2_log_wait_commit.isra.0"), WaitKind::file_sync},
      {fault("filemap_fault"), WaitKind::file_fault},
      {fault("folio_wait_bit_common"), WaitKind::file_fault},
      {fault("do_swap_page"), WaitKind::memory_swap},
      {in(call("read", Peer::file), "swap_read_folio"), WaitKind::memory_swap},
      {fault("shrink_lruvec"), WaitKind::memory_reclaim},
      {in(call("write", Peer::file), "throttle_direct_reclaim"), WaitKind::memory_reclaim},
      {in(call("read", Peer::pipe_inside), "mem_cgroup_handle_over_high"),
       WaitKind::memory_reclaim},
  };
}

std::vector<Row> sleep_rows() {
  return {
      {call("recvfrom", Peer::socket_remote), WaitKind::network},
      {call("connect", Peer::socket_remote), WaitKind::network},
      {call("poll", Peer::socket_remote), WaitKind::network},
      {call("write", Peer::socket_listening), WaitKind::network},
      {call("sendfile", Peer::socket_listening), WaitKind::network},
      {call("sendto", Peer::socket_local), WaitKind::socket_local},
      {call("epoll_wait", Peer::socket_local), WaitKind::socket_local},
      {call("read", Peer::socket_listening), WaitKind::for_work},
      {call("accept4"), WaitKind::for_work},
      {call("epoll_pwait", Peer::socket_listening), WaitKind::for_work},
      {call("read", Peer::terminal), WaitKind::for_work},
      {call("write", Peer::terminal), WaitKind::outside},
      {call("pause"), WaitKind::for_work},
      {of(call("read", Peer::event), "signalfd"), WaitKind::for_work},
      {call("read", Peer::pipe_outside), WaitKind::outside},
      {call("write", Peer::pipe_outside), WaitKind::outside},
      {call("nanosleep"), WaitKind::timer},
      {call("clock_nanosleep"), WaitKind::timer},
      {of(call("read", Peer::event), "timerfd"), WaitKind::timer},
      {call("poll", Peer::nothing), WaitKind::timer},
      {call("epoll_wait", Peer::event), WaitKind::timer},
      {with(call("rt_sigtimedwait"), {0, 0, 0x7000, 8}), WaitKind::timer},
      {preempted(), WaitKind::preempted},
      {in(call("read", Peer::file), "do_signal_stop", false), WaitKind::stopped},
      {in(futex(wait | private_flag, 2), "ptrace_stop", false), WaitKind::stopped},
  };
}

std::vector<Row> unknown_rows() {
  return {
      {call(""), WaitKind::unknown},
      {call("read"), WaitKind::unknown},
      {call("poll"), WaitKind::unknown},
      {with(call("poll"), {0x7000, 3, 100}), WaitKind::unknown},  // never by the time-out
      {call("futex"), WaitKind::unknown},
      {call("ioctl"), WaitKind::unknown},
      {with(call("fcntl"), {3, 1}), WaitKind::unknown},
  };
}

TEST(ClassifyWait, knows_what_is_a_lock) { expect_all(lock_rows()); }
TEST(ClassifyWait, knows_what_passes_on_another_threads_time) { expect_all(passing_on_rows()); }
TEST(ClassifyWait, tells_storage_and_memory_apart) { expect_all(storage_rows()); }
TEST(ClassifyWait, judges_sockets_sleep_and_input_by_the_peer) { expect_all(sleep_rows()); }
TEST(ClassifyWait, does_not_guess) { expect_all(unknown_rows()); }

TEST(ClassifyWait, calls_a_runtimes_lock_by_its_object_even_when_timed) {
  WaitFacts facts = futex(wait_bitset | private_flag | realtime_flag, 0, 0x7000);
  facts.lock_object = "_PyRuntime";
  EXPECT_EQ(classify_wait(facts), WaitKind::lock_runtime);
  facts.lock_object = "some_other_symbol";
  EXPECT_EQ(classify_wait(facts), WaitKind::condition);
}

TEST(ClassifyWait, takes_the_value_2_of_libgomps_barrier_for_no_lock) {
  WaitFacts facts = futex(wait | private_flag, 2);
  facts.module = "/usr/lib/x86_64-linux-gnu/libgomp.so.1.0.0";
  EXPECT_EQ(classify_wait(facts), WaitKind::condition);
  facts.module = "/usr/lib/x86_64-linux-gnu/libc.so.6";
  EXPECT_EQ(classify_wait(facts), WaitKind::lock_mutex);
}

TEST(ClassifyWait, ignores_the_upper_half_of_a_futex_value) {
  EXPECT_EQ(classify_wait(futex(wait | private_flag, 0x7f0000000002)), WaitKind::lock_mutex);
}

TEST(ClassifyWait, reaches_every_kind) {
  std::set<WaitKind> reached = {WaitKind::lock_runtime, WaitKind::child_outside,
                                WaitKind::wake_up};  // tested above; by nobody yet; by the sweep
  for (const auto& rows :
       {lock_rows(), passing_on_rows(), storage_rows(), sleep_rows(), unknown_rows()})
    for (const Row& row : rows) reached.insert(classify_wait(row.facts));
  EXPECT_EQ(reached.size(), static_cast<std::size_t>(wait_kind_count));
}

TEST(WaitKind, owns_nothing_or_is_a_lock_but_never_both) {
  int locks = 0, passing = 0;
  for (int i = 0; i < wait_kind_count; ++i) {
    const auto kind = static_cast<WaitKind>(i);
    locks += is_lock(kind);
    passing += passes_on(kind);
    EXPECT_FALSE(is_lock(kind) && passes_on(kind)) << to_string(kind);
    EXPECT_EQ(wait_kind_named(to_string(kind)), kind);
  }
  EXPECT_EQ(locks, 4);
  EXPECT_EQ(passing, 5);
  EXPECT_EQ(wait_kind_named("tea_break"), WaitKind::unknown);
}

TEST(Peer, has_words_of_its_own) {
  std::set<std::string_view> words;
  for (int i = 0; i <= static_cast<int>(Peer::nothing); ++i)
    words.insert(to_string(static_cast<Peer>(i)));
  EXPECT_EQ(words.size(), static_cast<std::size_t>(Peer::nothing) + 1);
  EXPECT_EQ(to_string(Peer::socket_listening), "socket_listening");
  EXPECT_EQ(to_string(Peer::nothing), "nothing");
}

}  // namespace
}  // namespace bottleneck
