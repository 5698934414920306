// What is predicted for each remedy of a device against the same program with that change, both on
// the fake stack and both through the real binary; and each class of a device once. All times are a
// model's, far longer than what the host adds: this proves the plumbing and the replay, never a
// figure of hardware.
#include <algorithm>
#include <cmath>
#include <regex>

#include <gmock/gmock.h>

#include "tests/live/gpu/traced_program.h"

namespace bottleneck {
namespace {

/// Source: issue 7.
constexpr double most_off = 0.05;
/// Of the time that others held up: beyond, a miss tells of them.
constexpr double most_held_up = 0.02;
/// The first attempt, and more where it fails: a median, for others may use the machine.
constexpr int attempts[] = {1, 3};

/// Copies of 1 MiB take 10 ms from pageable memory and 2.5 ms from pinned one, which is what 0.85
/// of the link's 0.5 GB/s gives; the kernel takes 3 ms, by its items.
const std::string slow_link =
    "FAKE_GPU_LINK_GTS=5 FAKE_GPU_H2D_GBS=0.425 FAKE_GPU_D2H_GBS=0.425 FAKE_GPU_PAGEABLE_H2D_GBS="
    "0.1 FAKE_GPU_PAGEABLE_D2H_GBS=0.1 FAKE_GPU_MEMORY_GBS=1 ";
const std::string slow_calls =
    "FAKE_GPU_CALL_NS=300000 FAKE_GPU_SUBMIT_NS=300000 FAKE_GPU_KERNEL_NS=100000 ";
const std::string tiny_kernels =
    "FAKE_GPU_CALL_NS=200000 FAKE_GPU_SUBMIT_NS=200000 FAKE_GPU_KERNEL_NS=8000 ";
const std::string late_waits = "FAKE_GPU_KERNEL_NS=4000000 FAKE_GPU_WAIT_NS=8000000 ";
const std::string slow_setup = "FAKE_GPU_ALLOCATION_NS=80000000 FAKE_GPU_KERNEL_NS=2000000 ";

struct Case {
  const char* name;
  std::string words, settings;            ///< what is diagnosed
  std::string changed, changed_settings;  ///< the same with the remedy
  const char* remedy;
  const char* verdict;
  const char* end = "";  ///< of two: the words behind its figure in the model's text
};

Traced run_cuda(const std::string& words, const std::string& settings) {
  return run_traced(
      std::string(CUDA_TARGET) + " " + words,
      std::string("LD_LIBRARY_PATH=") + FAKE_STACK + " FAKE_GPU_EXECUTE=0 " + settings);
}

double middle(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.empty() ? 0 : values[values.size() / 2];
}

/// 0 where there is no such recommendation, or no such end.
double predicted_by(const Traced& seen, const Case& one) {
  for (const auto& row : seen.report.at("recommendations")) {
    if (row.at("remedy") != one.remedy) continue;
    const auto& prediction = row.at("prediction");
    if (!*one.end) return prediction.at("speedup").at("value");
    const std::string model = prediction.at("model");
    std::smatch found;
    const std::regex end(std::string("([0-9.]+) times ") + one.end);
    return std::regex_search(model, found, end) ? std::stod(found[1]) : 0;
  }
  return 0;
}

void PrintTo(const Case& one, std::ostream* out) { *out << one.words << ", " << one.changed; }

/// From the first call for a device to the last end: where the model's times are. How long the
/// program takes to start is the machine's.
double devices_s(const Traced& seen) {
  double first = 1e9, last = 0;
  for (const auto& one : seen.operations()) {
    first = std::min({first, one.at("start_s").get<double>(), one.at("queued_s").get<double>()});
    last = std::max(last, one.at("end_s").get<double>());
  }
  return last - first;
}

/// With the largest share: others may use the machine.
std::string largest_class(const Traced& seen) {
  std::string largest;
  double most = 0;
  for (const auto& [name, share] : seen.report.at("shares").items()) {
    if (name == "run_queue" || name == "unattributed" || share.get<double>() <= most) continue;
    most = share;
    largest = name;
  }
  return largest;
}

class CudaPredictions : public testing::TestWithParam<Case> {};

TEST_P(CudaPredictions, are_within_5_percent_of_the_simulated_rerun) {
  const Case& one = GetParam();
  std::vector<double> walls, before, after, predictions;
  double off = 1, held_up = 0;
  for (const int runs : attempts) {
    while (static_cast<int>(walls.size()) < runs) {
      const Traced baseline = run_cuda(one.words, one.settings);
      const Traced changed = run_cuda(one.changed, one.changed_settings);
      ASSERT_EQ(baseline.status, 0);
      ASSERT_EQ(changed.status, 0);
      EXPECT_EQ(largest_class(baseline), one.verdict);
      predictions.push_back(predicted_by(baseline, one));
      held_up = std::max(held_up, baseline.report.at("shares").value("run_queue", 0.0));
      walls.push_back(baseline.report.at("wall_s"));
      before.push_back(devices_s(baseline));
      after.push_back(devices_s(changed));
    }
    const double wall_s = middle(walls);
    const double measured = wall_s / (wall_s - middle(before) + middle(after));
    off = std::abs(middle(predictions) - measured) / measured;
    std::printf("%s: predicted %.3f, rerun %.3f (simulated), %.1f %% off\n", one.name,
                middle(predictions), measured, 100 * off);
    if (off <= most_off) break;
  }
  if (off > most_off && held_up > most_held_up) GTEST_SKIP() << "others use these CPUs";
  EXPECT_LE(off, most_off);
}

INSTANTIATE_TEST_SUITE_P(
    All, CudaPredictions,
    testing::Values(Case{"pin_memory", "pageable 24", slow_link, "pinned 24", slow_link,
                         "pin_memory", "gpu_transfer"},
                    Case{"overlap_copies", "pageable 24", slow_link, "streamed 24", slow_link,
                         "overlap_copies", "gpu_transfer"},
                    Case{"keep_on_device", "pageable 24", slow_link, "resident 24", slow_link,
                         "keep_on_device", "gpu_transfer"},
                    Case{"graph", "tiny 1500", slow_calls, "graph 1500", slow_calls,
                         "batch_launches", "gpu_launch"},
                    Case{"one_kernel", "tiny 2500 150", tiny_kernels, "tiny 1 150", tiny_kernels,
                         "batch_launches", "gpu_launch", "fused"},
                    Case{"graph_of_tiny", "tiny 2500 150", tiny_kernels, "graph 2500 150",
                         tiny_kernels, "batch_launches", "gpu_launch", "as one graph"},
                    Case{"sync_less_often", "waits 60", late_waits, "tiny 60", late_waits,
                         "sync_less_often", "gpu_sync"},
                    Case{"prepare_once", "pageable 20", slow_setup, "pageable 20",
                         slow_setup + "FAKE_GPU_ALLOCATION_NS=0", "prepare_once", "gpu_launch"},
                    Case{"tune_kernels", "waits 12 150", "FAKE_GPU_KERNEL_NS=30000000",
                         "waits 12 150", "FAKE_GPU_KERNEL_NS=1", "tune_kernels", "gpu_compute"},
                    Case{"fewer_bytes", "sets 60 150", "FAKE_GPU_MEMORY_GBS=0.17", "sets 60 150",
                         "FAKE_GPU_MEMORY_GBS=1000", "tune_kernels", "gpu_memory"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(CudaVerdicts, the_hosts_own_code_is_the_hosts) {
  const Traced seen = run_cuda("computes 400", "");
  ASSERT_EQ(seen.status, 0);
  EXPECT_EQ(largest_class(seen), "compute");
  EXPECT_GT(seen.count("kernel"), 0);
}

}  // namespace
}  // namespace bottleneck
