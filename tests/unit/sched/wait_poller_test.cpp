#include "probes/sched/wait_poller.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <linux/futex.h>
#include <sys/syscall.h>

#include "tests/unit/sched/children.h"

namespace bottleneck {
namespace {

/// Polls until the child blocks; nullopt if that may not be seen here.
std::optional<PolledWait> wait_of(pid_t pid) {
  WaitPoller poller(System{});
  constexpr int attempts = 200;
  for (int i = 0; i < attempts; ++i) {
    ::usleep(10000);
    auto wait = poller.poll(pid, pid, tree_of({::getpid(), pid}));
    if (wait) return wait;
  }
  return std::nullopt;
}

#define WAIT_OF(child)                      \
  const auto wait = wait_of((child).pid()); \
  if (!wait) GTEST_SKIP() << "/proc/PID/syscall may not be read here"

TEST(WaitPoller, names_a_sleep) {
  Child child([] { ::sleep(60); });
  WAIT_OF(child);
  EXPECT_EQ(wait->facts.call, "clock_nanosleep");
  EXPECT_EQ(classify_wait(wait->facts), WaitKind::timer);
  EXPECT_NE(wait->user_ip, 0U);
}

TEST(WaitPoller, names_a_read_of_a_pipe_and_its_other_end) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  Child child([&] {
    ::close(ends[1]);
    char byte = 0;
    (void)!::read(ends[0], &byte, 1);
  });
  WAIT_OF(child);
  EXPECT_EQ(wait->facts.call, "read");
  EXPECT_EQ(wait->facts.args[0], static_cast<std::uint64_t>(ends[0]));
  EXPECT_EQ(wait->object, "pipe");
  EXPECT_EQ(classify_wait(wait->facts), WaitKind::pipe_inside);
}

TEST(WaitPoller, reads_operation_and_value_of_a_futex) {
  Child child([] {
    int word = 2;
    ::syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 2, nullptr);
  });
  WAIT_OF(child);
  EXPECT_EQ(wait->object, "futex");
  EXPECT_EQ(classify_wait(wait->facts), WaitKind::lock_mutex);
}

TEST(WaitPoller, names_a_wait_for_a_child) {
  Child child([] {
    if (::fork() == 0) ::sleep(5), ::_exit(0);
    ::wait(nullptr);
  });
  WAIT_OF(child);
  EXPECT_EQ(classify_wait(wait->facts), WaitKind::child);
}

TEST(WaitPoller, sees_that_a_process_is_stopped) {
  Child child([] { ::raise(SIGSTOP); });
  WAIT_OF(child);
  EXPECT_EQ(classify_wait(wait->facts), WaitKind::stopped);
}

TEST(WaitPoller, says_nothing_of_who_runs_or_is_gone) {
  WaitPoller poller(System{});
  pid_t gone = 0;
  {
    Child child([] {
      volatile bool on = true;
      while (on) {
      }
    });
    ::usleep(20000);
    gone = child.pid();
    EXPECT_FALSE(poller.poll(gone, gone, tree_of({gone})));
  }
  EXPECT_FALSE(poller.poll(gone, gone, tree_of({gone})));
  poller.forget(gone);
}

/// A /proc of our own for what cannot be made to happen: page faults, and names with traps in them.
class FakeProc : public testing::Test {
 protected:
  FakeProc()
      : root_(std::filesystem::temp_directory_path() /
              ("wait_poller_test." + std::to_string(::getpid()))) {
    std::filesystem::create_directories(root_ / "proc/7/task/7");
  }
  ~FakeProc() override { std::filesystem::remove_all(root_); }
  void write(const std::string& name, const std::string& text) {
    std::ofstream(root_ / "proc/7/task/7" / name) << text;
  }
  std::optional<PolledWait> poll() {
    return WaitPoller(System{root_.string()}).poll(7, 7, tree_of({7}));
  }
  std::filesystem::path root_;
};

TEST_F(FakeProc, takes_an_uninterruptible_wait_outside_of_calls_for_a_fault) {
  write("syscall", "-1 0x7ffd7c4e2148 0x55e07b4571e0\n");
  write("stat", "7 (a) R (b) D 1 7 7 0");
  write("wchan", "folio_wait_bit_common");
  const auto wait = poll();
  ASSERT_TRUE(wait);
  EXPECT_TRUE(wait->facts.page_fault);
  EXPECT_EQ(wait->user_ip, 0x55e07b4571e0U);
  EXPECT_EQ(classify_wait(wait->facts), WaitKind::file_fault);
}

TEST_F(FakeProc, knows_storage_by_state_and_kernel_function) {
  write("syscall", "74 0x3 0x0 0x0 0x0 0x0 0x0 0x7ffd 0x55e0\n");
  write("stat", "7 (db) D 1 7 7 0");
  write("wchan", "0");
  const auto wait = poll();
  ASSERT_TRUE(wait);
  EXPECT_EQ(wait->facts.call, "fsync");
  EXPECT_EQ(wait->facts.kernel_function, "") << "0 is no function";
  EXPECT_EQ(classify_wait(wait->facts), WaitKind::file_sync);
}

TEST_F(FakeProc, leaves_out_who_is_runnable_again) {
  write("wchan", "0");
  write("syscall", "running\n");
  write("stat", "7 (a) S 1 7 7 0");
  EXPECT_FALSE(poll());
  write("syscall", "0 0x3 0x0 0x0 0x0 0x0 0x0 0x7ffd 0x55e0\n");
  write("stat", "7 (a) R 1 7 7 0");
  EXPECT_FALSE(poll());
}

TEST(SystemCalls, have_names_and_numbers) {
  EXPECT_EQ(system_call_name(SYS_read), "read");
  EXPECT_EQ(system_call_name(SYS_futex), "futex");
  EXPECT_EQ(system_call_name(SYS_pidfd_send_signal), "pidfd_send_signal");
  EXPECT_EQ(system_call_name(SYS_futex_waitv), "futex_waitv");
  EXPECT_EQ(system_call_name(400), "");
  EXPECT_EQ(system_call_name(-1), "");
  EXPECT_EQ(system_call_name(100000), "");
  EXPECT_EQ(system_call_number("io_uring_enter"), SYS_io_uring_enter);
  EXPECT_EQ(system_call_number("no_such_call"), -1);
  EXPECT_EQ(system_call_number(""), -1);
}

}  // namespace
}  // namespace bottleneck
