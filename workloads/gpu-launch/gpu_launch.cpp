// Thousands of kernels that each do next to nothing: starting them takes longer than they run. Made
// better by starting many of them with one call.
#include <utility>

#include "workloads/gpu-launch/steps.h"
#include "workloads/gpu/part.h"

namespace {

using workload::Variant;

Variant step(const char* name, const char* text, const char* after, const char* remedy) {
  return workload::gpu::on_device("gpu-launch", {name, text, after, remedy, "speedup", {}});
}

std::string limit(std::size_t size, int) {
  return std::to_string(size * gpu_launch::steps) +
         " kernels of 256 additions: all of them together are less than a microsecond of work for "
         "each; a launch takes some 2 to 5 microseconds, a node of a graph less";
}

}  // namespace

int main(int argc, char** argv) {
  workload::Workload workload;
  workload.name = "gpu-launch";
  workload.line = "20 000 tiny kernels for a GPU, again and again: launching takes the time";
  workload.verdicts = {"gpu_launch"};
  workload.unit = "rounds of 20 000 kernels";
  workload.default_size = 24;
  workload.quick_size = 10;
  workload.check_size = 1;
  workload.most_size = 800;  // 16 million additions of 1
  workload.variants = {
      step("one-by-one", "a call for each kernel", "", ""),
      step("graph", "recorded once as a graph of 200 kernels, which one call starts", "one-by-one",
           "batch_launches"),
      step("batched", "one kernel that does the steps of a whole round", "one-by-one",
           "batch_launches")};
  workload.needs = [](std::size_t) { return workload::Needs{200 << 20, 0}; };
  workload.limit = limit;
  workload::gpu::ask_part(workload);
  return workload::run_main(workload, argc, argv);
}
