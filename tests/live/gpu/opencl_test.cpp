// OpenCL programs on a real device: PoCL's, where there is no other. The first run of a kernel
// compiles it.
#include <map>

#include <gmock/gmock.h>

#include "tests/cli/launched_program.h"
#include "tests/live/gpu/traced_program.h"

namespace bottleneck {
namespace {

class OpenCl : public testing::Test {
 protected:
  void SetUp() override {
    if (std::string(OPENCL_TARGET).empty()) GTEST_SKIP() << "built without OpenCL";
    static const int status = run_line(std::string(OPENCL_TARGET) + " copied 1").status;
    if (status != 0) GTEST_SKIP() << "no OpenCL device here (pocl-opencl-icd)";
  }
  static Traced run(const std::string& words, const std::string& settings = "") {
    return run_traced(std::string(OPENCL_TARGET) + " " + words, settings);
  }
};

TEST_F(OpenCl, commands_come_through_with_their_times) {
  const Traced seen = run("copied 3");
  ASSERT_EQ(seen.status, 0);
  EXPECT_EQ(seen.count("h2d"), 6);
  EXPECT_EQ(seen.count("kernel"), 3);
  EXPECT_EQ(seen.count("d2h"), 3);
  EXPECT_EQ(seen.count("sync"), 6);  // blocking writes and reads
  EXPECT_EQ(seen.report.value("simulated", false), false);
  const double wall_s = seen.report.at("wall_s");
  double last_start = 0;
  for (const auto& one : seen.operations()) {
    // On the host's clock: within the run, after the call, one after the other.
    EXPECT_GE(one.at("start_s").get<double>(), last_start);
    EXPECT_LE(one.at("end_s").get<double>(), wall_s + 0.002);
    EXPECT_GE(one.at("start_s").get<double>(), one.at("queued_s").get<double>() - 0.0005);
    EXPECT_GE(one.at("thread"), 0);
    last_start = one.at("start_s");
  }
}

TEST_F(OpenCl, data_that_is_sent_again_has_the_same_content) {
  const Traced seen = run("copied 2");
  std::map<std::uint64_t, int> sent;
  for (const auto& one : seen.operations())
    if (one.at("kind") == "h2d") ++sent[one.at("content").get<std::uint64_t>()];
  EXPECT_EQ(sent.size(), 2U);
  for (const auto& [content, times] : sent) {
    EXPECT_NE(content, 0U);
    EXPECT_EQ(times, 2);
  }
}

TEST_F(OpenCl, mapped_memory_is_no_copy) {
  const Traced seen = run("mapped");
  ASSERT_EQ(seen.status, 0);
  EXPECT_EQ(seen.count("map"), 5);
  EXPECT_EQ(seen.count("h2d"), 0);
}

TEST_F(OpenCl, a_cpu_is_said_to_be_one) {
  const Traced seen = run("copied 1");
  const auto& device = seen.gpu().at("devices").at(0);
  EXPECT_FALSE(device.at("name").get<std::string>().empty());
  if (device.at("name").get<std::string>().find("pthread") == std::string::npos)
    GTEST_SKIP() << "this device is not PoCL's";
  EXPECT_EQ(device.at("is_cpu"), true);
  EXPECT_EQ(device.at("host_memory"), true);
}

TEST_F(OpenCl, finished_commands_survive_any_end) {
  const Traced leaves = run("_exit 3");
  EXPECT_EQ(leaves.status, 5);
  EXPECT_EQ(leaves.count("kernel"), 3);
  const Traced aborts = run("crash 2");
  EXPECT_EQ(aborts.status, 134);
  EXPECT_EQ(aborts.count("kernel"), 2);
  EXPECT_EQ(run("killed 2").count("kernel"), 2);
}

TEST_F(OpenCl, children_and_threads_are_all_seen) {
  const Traced children = run("forked");
  EXPECT_EQ(children.status, 0);
  EXPECT_EQ(children.count("kernel"), 3);
  const Traced threads = run("threads");
  EXPECT_EQ(threads.status, 0);
  EXPECT_EQ(threads.count("h2d"), 800);
}

TEST_F(OpenCl, another_layer_in_its_place_is_left_there) {
  const Traced seen = run("copied 1", "OPENCL_LAYERS=/opt/other/layer.so");
  EXPECT_EQ(seen.status, 0);
  EXPECT_EQ(seen.probe("gpu.opencl", "state"), "unavailable");
}

}  // namespace
}  // namespace bottleneck
