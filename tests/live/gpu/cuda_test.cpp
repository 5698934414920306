// CUDA programs on the fake stack: what comes through, and that no fault harms the program. The
// figures are a model's.
#include <set>

#include <gmock/gmock.h>

#include "tests/cli/launched_program.h"
#include "tests/live/gpu/traced_program.h"
#include "tests/unit/launch/temporary_folder.h"

namespace bottleneck {
namespace {

using testing::HasSubstr;

constexpr double mebibyte = 1 << 20;

Traced run_cuda(const std::string& words, const std::string& settings = "") {
  return run_traced(std::string(CUDA_TARGET) + " " + words,
                    std::string("LD_LIBRARY_PATH=") + FAKE_STACK + " " + settings);
}

TEST(Cuda, operations_come_through_to_the_report) {
  const Traced seen = run_cuda("pageable 3");
  ASSERT_EQ(seen.status, 0);
  EXPECT_EQ(seen.count("h2d"), 6);
  EXPECT_EQ(seen.count("d2h"), 3);
  EXPECT_EQ(seen.count("kernel"), 3);
  EXPECT_EQ(seen.count("sync"), 9);  // each of these copies is waited for
  EXPECT_EQ(seen.bytes("h2d"), 6 * mebibyte);
  EXPECT_EQ(seen.report.at("simulated"), true);
  const auto& device = seen.gpu().at("devices").at(0);
  EXPECT_EQ(device.at("simulated"), true);
  EXPECT_NEAR(device.at("link_bandwidth").get<double>(), 63e9, 1e9);
  for (const auto& one : seen.operations()) {
    EXPECT_GE(one.at("thread"), 0);
    EXPECT_GT(one.at("queued_s"), 0.0);
    EXPECT_LE(one.at("queued_s"), one.at("start_s"));
    if (one.at("kind") == "h2d") {
      EXPECT_EQ(one.at("from"), "pageable");
    }
    if (one.at("kind") == "kernel") {
      EXPECT_GT(one.at("occupancy"), 0.9);
    }
  }
  EXPECT_EQ(seen.probe("gpu.cupti", "state"), "available");
  EXPECT_FALSE(seen.gpu().value("truncated", false));
}

TEST(Cuda, several_runs_are_followed_by_one_that_nobody_observes) {
  const std::string settings = std::string("LD_LIBRARY_PATH=") + FAKE_STACK;
  const auto notes = [&](const std::string& options) {
    return run_traced(std::string(CUDA_TARGET) + " pageable 3", settings, options).notes();
  };
  EXPECT_THAT(notes("-n 2"), HasSubstr("s in one more run without"));
  EXPECT_THAT(notes(""), testing::Not(HasSubstr("one more run")));
}

TEST(Cuda, pinned_copies_streams_and_waits_are_told_apart) {
  const Traced seen = run_cuda("streamed");
  ASSERT_EQ(seen.status, 0);
  EXPECT_EQ(seen.count("h2d"), 32);
  std::set<int> streams;
  for (const auto& one : seen.operations()) {
    if (one.at("kind") == "kernel") streams.insert(one.at("stream").get<int>());
    if (one.at("kind") == "h2d") {
      EXPECT_EQ(one.at("from"), "pinned");
    }
    if (one.at("kind") == "h2d") {
      EXPECT_EQ(one.at("asynchronous"), true);
    }
  }
  EXPECT_EQ(streams.size(), 4U);
}

TEST(Cuda, many_launches_and_graphs_keep_their_number) {
  const Traced tiny = run_cuda("tiny 9000");
  ASSERT_EQ(tiny.status, 0);
  EXPECT_EQ(tiny.count("kernel"), 9000);
  EXPECT_EQ(tiny.count("memset"), 1);
  EXPECT_LE(tiny.operations().size(), 8192U);
  const Traced graph = run_cuda("graph 500");
  EXPECT_EQ(graph.count("kernel"), 500);
  for (const auto& one : graph.operations())
    if (one.at("kind") == "kernel") {
      EXPECT_EQ(one.at("from_graph"), true);
    }
}

TEST(Cuda, two_devices_are_two) {
  const Traced seen = run_cuda("two_devices", "FAKE_GPU_DEVICES=2");
  ASSERT_EQ(seen.status, 0);
  EXPECT_EQ(seen.gpu().at("devices").size(), 2U);
  std::set<int> devices;
  for (const auto& one : seen.operations())
    if (one.at("kind") == "kernel") devices.insert(one.at("device").get<int>());
  EXPECT_EQ(devices.size(), 2U);
  EXPECT_EQ(seen.report.at("gpu").size(), 2U);  // each has its own times
  double shares = 0;
  for (const auto& [name, share] : seen.report.at("shares").items()) shares += share.get<double>();
  EXPECT_NEAR(shares, 1, 1e-6);
}

TEST(Cuda, children_are_seen_with_all_that_they_did) {
  for (const char* mode : {"forked", "execs"}) {
    const Traced seen = run_cuda(mode);
    EXPECT_EQ(seen.status, 0) << mode;
    EXPECT_EQ(seen.count("kernel"), mode == std::string("forked") ? 3 : 6) << mode;
    EXPECT_EQ(seen.probe("gpu.cupti", "detail"), "3 processes used CUDA") << mode;
  }
}

TEST(Cuda, a_fork_after_the_start_does_no_harm) {
  const Traced seen = run_cuda("forks_late");
  EXPECT_EQ(seen.status, 0);
  EXPECT_EQ(seen.count("kernel"), 1);
}

TEST(Cuda, nothing_is_lost_where_a_program_ends_without_its_handlers) {
  EXPECT_EQ(run_cuda("_exit 2").count("kernel"), 2);
  const Traced becomes = run_cuda("becomes 2");
  EXPECT_EQ(becomes.status, 6);
  EXPECT_EQ(becomes.count("kernel"), 2);
  const Traced aborts = run_cuda("abort 2");
  EXPECT_EQ(aborts.status, 134);
  EXPECT_EQ(aborts.count("kernel"), 2);
}

TEST(Cuda, a_killed_program_leaves_what_was_flushed_and_says_so) {
  const Traced seen = run_cuda("killed 1");
  EXPECT_EQ(seen.status, 137);
  EXPECT_EQ(seen.gpu().at("truncated"), true);
  EXPECT_THAT(seen.probe("gpu.cupti", "reason"), HasSubstr("before its last operations"));
}

TEST(Cuda, what_a_killed_program_did_before_the_last_flush_is_there) {
  const Traced seen = run_cuda("killed_later 2");
  EXPECT_EQ(seen.status, 137);
  EXPECT_EQ(seen.count("kernel"), 2);
  EXPECT_EQ(seen.gpu().at("truncated"), true);
}

struct Fault {
  const char* setting;
  const char* said;
};

class CudaFaults : public testing::TestWithParam<Fault> {};

TEST_P(CudaFaults, leave_the_program_alone_and_are_told) {
  const Traced seen = run_cuda("pageable 20", GetParam().setting);
  EXPECT_EQ(seen.status, 0);
  EXPECT_EQ(seen.probe("gpu.cupti", "state"), "degraded");
  EXPECT_THAT(seen.probe("gpu.cupti", "reason"), HasSubstr(GetParam().said));
}

INSTANTIATE_TEST_SUITE_P(
    All, CudaFaults,
    testing::Values(Fault{"FAKE_CUPTI_DROP_EVERY=5", "operations were dropped"},
                    Fault{"FAKE_CUPTI_FAULT=zero_times", "operations have no times"},
                    Fault{"FAKE_CUPTI_FAULT=unknown_kind", "a kind that is not known here (9999)"},
                    Fault{"FAKE_CUPTI_FAULT=no_privileges", "error 35"},
                    Fault{"FAKE_CUPTI_FAULT=not_initialized", "error 15"},
                    Fault{"FAKE_CUPTI_FAULT=second_subscriber", "error 39"},
                    Fault{"FAKE_CUPTI_FAULT=hang", "before its last operations"}));

TEST(Cuda, a_full_disk_does_no_harm) {
  // 1.5 MB: less than the file wants to grow to.
  const Traced seen = run_traced(
      std::string("sh -c 'ulimit -f 2900; exec ") + CUDA_TARGET + " tiny 20000'",
      std::string("LD_LIBRARY_PATH=") + FAKE_STACK + " FAKE_GPU_CALL_NS=1 FAKE_GPU_EXECUTE=0");
  EXPECT_EQ(seen.status, 0);
  EXPECT_GT(seen.gpu().value("dropped", 0), 1000);
  EXPECT_THAT(seen.probe("gpu.cupti", "reason"), HasSubstr("out of space"));
}

TEST(Cuda, another_tool_in_its_place_is_left_there) {
  const Traced seen = run_cuda("pageable 1", "CUDA_INJECTION64_PATH=/opt/nsys/libinjection.so");
  EXPECT_EQ(seen.status, 0);
  EXPECT_EQ(seen.probe("gpu.cupti", "state"), "unavailable");
  EXPECT_THAT(seen.probe("gpu.cupti", "reason"), HasSubstr("another tool"));
}

TEST(Cuda, a_profiler_within_the_program_keeps_its_records_and_we_say_that_we_have_none) {
  const Traced seen = run_cuda("own_profiler");
  EXPECT_EQ(seen.status, 0);  // with records of its own
  EXPECT_EQ(seen.count("kernel"), 0);
  EXPECT_EQ(seen.probe("gpu.cupti", "state"), "degraded");
  EXPECT_THAT(seen.probe("gpu.cupti", "reason"), HasSubstr("error 39"));
}

TEST(Cuda, a_profiler_that_starts_after_cuda_is_refused_and_the_program_goes_on) {
  const Traced seen = run_cuda("late_profiler");
  EXPECT_EQ(seen.status, 0);
  EXPECT_EQ(seen.count("kernel"), 3);
}

TEST(Cuda, a_disk_that_is_full_does_no_harm) {
  // A file system of 1 MiB of its own, where that may be made.
  const std::string in_it =
      "unshare -m sh -c 'mkdir -p s && mount -t tmpfs -o size=1m none s && export TMPDIR=$PWD/s; ";
  if (run_line(in_it + "true'").status != 0) GTEST_SKIP() << "no file system may be mounted here";
  const TemporaryFolder folder;
  const Outcome ended = run_line(in_it + "env LD_LIBRARY_PATH=" FAKE_STACK
                                         " FAKE_GPU_CALL_NS=1 FAKE_GPU_EXECUTE=0 $B run -q "
                                         "--no-calibrate --json r.json -- " CUDA_TARGET
                                         " tiny 20000; status=$?; ls s > left; exit $status'",
                                 folder.path());
  EXPECT_EQ(ended.status, 0) << ended.err;
  EXPECT_EQ(folder.read("left"), "");
  EXPECT_THAT(folder.read("r.json"), HasSubstr("out of space"));
}

TEST(Cuda, a_program_with_cudart_in_it_ends_as_it_does_alone) {
  if (std::string(STATIC_TARGET).empty()) GTEST_SKIP() << "no nvcc here";
  const std::string settings = std::string("LD_LIBRARY_PATH=") + FAKE_STACK;
  const Outcome alone = run_line(settings + " " + STATIC_TARGET);
  const Traced seen = run_traced(STATIC_TARGET, settings);
  EXPECT_EQ(seen.status, alone.status);
  EXPECT_FALSE(seen.report.at("verdict").at("top").empty());
}

TEST(Cuda, a_program_of_nvcc_runs_unmodified) {
  if (std::string(NVCC_TARGET).empty()) GTEST_SKIP() << "no nvcc here";
  const Traced seen = run_traced(NVCC_TARGET, std::string("LD_LIBRARY_PATH=") + FAKE_STACK);
  ASSERT_EQ(seen.status, 0);
  EXPECT_EQ(seen.count("h2d"), 2);
  EXPECT_EQ(seen.count("kernel"), 1);
}

TEST(Cuda, a_program_without_driver_is_told_the_error_that_it_gets) {
  if (std::string(NVCC_TARGET).empty()) GTEST_SKIP() << "no nvcc here";
  const Traced seen = run_traced(NVCC_TARGET);
  if (seen.probe("gpu.cupti", "state") != "unavailable") GTEST_SKIP() << "a driver is here";
  EXPECT_EQ(seen.status, 9);
  EXPECT_THAT(seen.probe("gpu.cupti", "reason"), HasSubstr("35 cudaErrorInsufficientDriver"));
  EXPECT_THAT(seen.notes(), HasSubstr("uses CUDA, but no NVIDIA driver here"));
  EXPECT_FALSE(seen.report.at("verdict").at("top").empty());  // the host is diagnosed all the same
}

}  // namespace
}  // namespace bottleneck
