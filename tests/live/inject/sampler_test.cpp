#include <string>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/live/inject/observed_program.h"

namespace bottleneck::inject {
namespace {

/// Every thread that announced itself was sampled, and to the program nothing was different.
struct Sampler : testing::TestWithParam<const char*> {
  static Observed observe(const std::string& mode) {
    const Observed alone = run_alone({BUSY_TARGET, mode});
    Observed seen = run_sampled({BUSY_TARGET, mode});
    EXPECT_EQ(seen.status, alone.status);
    EXPECT_EQ(seen.rest_of_output(), alone.rest_of_output());
    EXPECT_EQ(seen.announced().size(), alone.announced().size());
    for (const std::uint32_t thread : seen.announced()) {
      EXPECT_GT(seen.threads[thread].periods, 0U) << "thread " << thread;
      EXPECT_GT(seen.threads[thread].longest_chain, 1U) << "thread " << thread;
    }
    EXPECT_EQ(seen.lost, 0U);
    return seen;
  }
};

TEST_P(Sampler, sees_every_thread_and_changes_nothing) {
#if !defined(__x86_64__)
  GTEST_SKIP() << "the sampler knows x86-64 only";
#endif
  const Observed seen = observe(GetParam());
  EXPECT_GT(seen.announced().size(), 0U);
  EXPECT_EQ(seen.without_timer, 0U);
}

INSTANTIATE_TEST_SUITE_P(Targets, Sampler,
                         testing::Values("threads", "small_stacks", "many_threads", "fork_only",
                                         "fork_exec", "blocked_signals", "own_sigprof",
                                         "own_realtime", "closes_all", "strict_sandbox",
                                         "filter_sandbox", "stops_itself"),
                         [](const auto& mode) { return std::string(mode.param); });

TEST_F(Sampler, leaves_a_signal_of_its_own_number_its_effect) {
  const Observed seen = observe("killed_by_realtime");
  EXPECT_TRUE(WIFSIGNALED(seen.status));
}

TEST_F(Sampler, is_at_home_in_every_program_of_a_shell_script) {
  const Observed seen = run_sampled({"sh", "-c", std::string(BUSY_TARGET) + " threads; exit 7"});
  EXPECT_EQ(WEXITSTATUS(seen.status), 7);
  EXPECT_GE(seen.processes, 2U);  // sh may fork or vfork
  for (const std::uint32_t thread : seen.announced()) EXPECT_TRUE(seen.threads.contains(thread));
}

TEST_F(Sampler, sees_the_threads_of_python) {
  const std::string program =
      "import os, threading, time, sys\n"
      "def work():\n"
      "  os.write(1, b'thread %d\\n' % threading.get_native_id())\n"
      "  end = time.thread_time() + 0.06\n"
      "  while time.thread_time() < end: pass\n"
      "threads = [threading.Thread(target=work) for _ in range(3)]\n"
      "[t.start() for t in threads]\n"
      "[t.join() for t in threads]\n"
      "sys.exit(3)\n";
  Observed seen = run_sampled({"python3", "-c", program});
  if (WEXITSTATUS(seen.status) == 127) GTEST_SKIP() << "no python3 here";
  EXPECT_EQ(WEXITSTATUS(seen.status), 3);
  EXPECT_EQ(seen.announced().size(), 3U);
  for (const std::uint32_t thread : seen.announced()) EXPECT_GT(seen.threads[thread].periods, 0U);
}

TEST_F(Sampler, lets_children_with_address_sanitizer_start) {
  const std::string target = ADDRESS_TARGET;
  if (target.empty()) GTEST_SKIP() << "this compiler has no AddressSanitizer";
  const Observed seen = run_sampled({"sh", "-c", target + "; exit $?"});
  EXPECT_EQ(WEXITSTATUS(seen.status), 5);
  EXPECT_EQ(seen.output, "started\n");
}

TEST_F(Sampler, leaves_a_program_alone_that_asks_to_be_traced) {
  const Observed alone = run_alone({BUSY_TARGET, "traced_child"});
  const Observed seen = run_sampled({BUSY_TARGET, "traced_child"});
  EXPECT_EQ(seen.output, "ended 1 with 3\n");
  EXPECT_EQ(seen.output, alone.output);
}

TEST_F(Sampler, sends_nothing_to_a_program_that_a_debugger_starts) {
  const std::string command = std::string("gdb -nx -batch -ex run --args ") + BUSY_TARGET +
                              " threads 2>&1 | grep -c 'exited normally'";
  if (run_alone({"sh", "-c", command}).output != "1\n") GTEST_SKIP() << "no gdb here that works";
  EXPECT_EQ(run_sampled({"sh", "-c", command}).output, "1\n");
}

TEST_F(Sampler, puts_no_signal_on_a_stack_that_is_too_small_for_it) {
  const Observed seen = run_sampled({BUSY_TARGET, "small_alternate_stack"});
  EXPECT_EQ(WEXITSTATUS(seen.status), 0);
  EXPECT_EQ(seen.rest_of_output(), "its stack: 1\n");
  EXPECT_EQ(seen.announced().size(), 2U);
  EXPECT_GE(seen.without_timer, 2U);  // fork passes the small stack on
}

TEST_F(Sampler, leaves_a_program_alone_that_may_not_reach_our_memory) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root to become somebody else";
  const Observed seen =
      run_sampled({"setpriv", "--reuid=54321", "--clear-groups", BUSY_TARGET, "fork_only"});
  if (WEXITSTATUS(seen.status) == 127) GTEST_SKIP() << "no setpriv here";
  EXPECT_EQ(WEXITSTATUS(seen.status), 0);
  EXPECT_EQ(seen.announced().size(), 2U);
}

TEST_F(Sampler, counts_threads_that_the_limit_on_signals_leaves_without_timer) {
  const Observed seen = run_sampled({"prlimit", "--sigpending=0", BUSY_TARGET, "fork_only"});
  if (WEXITSTATUS(seen.status) == 127) GTEST_SKIP() << "no prlimit here";
  EXPECT_EQ(WEXITSTATUS(seen.status), 0);
  EXPECT_EQ(seen.announced().size(), 2U);
  EXPECT_GE(seen.without_timer, 2U);
}

}  // namespace
}  // namespace bottleneck::inject
