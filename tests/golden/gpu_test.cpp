// What devices did, from the timeline through the analysis to the screen: one program that copies
// pageable memory to a simulated CUDA device, one that runs OpenCL kernels on the CPU.
#include <gtest/gtest.h>

#include "reports/terminal.h"
#include "src/analysis/analyze.h"
#include "src/core/json.h"
#include "tests/golden/golden_file.h"
#include "tests/unit/analysis/gpu_builder.h"

namespace bottleneck {
namespace {

using testing::a_naive_addition;
using testing::GpuBuilder;
using testing::user_code;

Profile a_cuda_profile() {
  GpuBuilder b = a_naive_addition(10);
  const double wall_s = b.profile.this_run().wall_s;
  b.profile.target.command = {"./gpu-add", "naive"};
  GpuDevice& device = b.device();
  device.name = "stand-in";
  device.simulated = true;
  device.multiprocessors = 114;
  b.profile.gpu.names = {"vector_add"};
  for (GpuOperation& one : b.profile.gpu.operations) {
    if (one.kind == GpuKind::h2d) one.content = 77;
    if (one.kind == GpuKind::kernel) one.occupancy = 1;
  }
  b.profile.gpu.dropped = 1;
  b.profile.gpu.tracing_s = 2e-4;
  b.profile.gpu.notes = {"counters need privileges: NVreg_RestrictProfilingToAdminUsers=0"};
  b.work(0, b.place(user_code("main")), 0, wall_s);
  b.profile.probes = {{"gpu.cupti", ProbeStatus::degraded, "the driver is a stand-in", "", ""}};
  return b.profile;
}

Profile an_opencl_profile() {
  GpuBuilder b(1);
  b.profile.target.command = {"./gpu-add", "opencl"};
  GpuDevice& device = b.device();
  device = {GpuSource::opencl, "pthread-Example CPU", false, true, true, 2, 0, 0, 0};
  b.profile.gpu.names = {"vector_add"};
  const int place = b.place(user_code("main"));
  const int worker = b.thread(0, "pool", 0, 1);
  for (int i = 0; i < 10; ++i) {
    const double at = i * 0.1;
    b.work(0, place, at, at + 0.02);
    b.copy(GpuKind::h2d, at + 0.02, at + 0.06, 280e6);
    b.add(GpuKind::kernel, at + 0.06, at + 0.08, at + 0.0599);
    b.copy(GpuKind::d2h, at + 0.08, at + 0.1, 140e6);
    b.work(worker, place, at + 0.02, at + 0.1);
  }
  return b.profile;
}

std::string verbose(const Profile& profile) {
  TerminalStyle style;
  style.verbose = true;
  return render_terminal(analyze(profile), style);
}

TEST(Golden, pageable_copies_to_a_simulated_device) {
  expect_golden("gpu_cuda.txt", verbose(a_cuda_profile()));
}

TEST(Golden, opencl_on_the_cpu) { expect_golden("gpu_opencl.txt", verbose(an_opencl_profile())); }

TEST(Golden, a_simulated_device_is_simulated_in_the_saved_file_too) {
  const std::string text = report_to_json(analyze(a_cuda_profile()));
  EXPECT_NE(text.find("\"simulated\":true"), std::string::npos);
  // Read back, its times are those that were written.
  const std::string once = report_to_json(analyze(profile_from_json(text, "test")));
  EXPECT_EQ(report_to_json(analyze(profile_from_json(once, "test"))), once);
}

}  // namespace
}  // namespace bottleneck
