// gpu-launch in CUDA.
#include <vector>

#include "workloads/gpu-launch/steps.h"
#include "workloads/gpu/cuda.h"

using gpu_launch::elements;
using workload::Result;
using workload::Setting;
using workload::gpu::check;
using workload::gpu::DeviceArray;
using workload::gpu::Stream;

// `times` steps at once; one block.
extern "C" __global__ void step_array(float* values, int times) {
  float value = values[threadIdx.x];
  for (int i = 0; i < times; ++i) value += 1.0f;
  values[threadIdx.x] = value;
}

// What the stand-in for a driver calls in its place, having no device. No other driver does.
extern "C" {
WORKLOAD_PART void bottleneck_twin_step_array(const int*, const int* block, void** arguments) {
  float* const values = *static_cast<float**>(arguments[0]);
  const int times = *static_cast<int*>(arguments[1]);
  for (int i = 0; i < block[0]; ++i) values[i] += static_cast<float>(times);
}
WORKLOAD_PART extern const int bottleneck_twin_step_array_arguments;
const int bottleneck_twin_step_array_arguments = 2;
}

namespace {

constexpr int steps_per_graph = 200;

void launch(const DeviceArray& values, int times, cudaStream_t stream) {
  step_array<<<1, elements, 0, stream>>>(values.data(), times);
  check(cudaGetLastError(), "launching step_array");
}

/// `round` starts the work of one round on the stream.
template <typename Round>
Result run_rounds(const Setting& setting, const DeviceArray& device, const Stream& stream,
                  const Round& round) {
  std::vector<float> values(elements, 0);
  const std::size_t bytes = elements * sizeof(float);
  check(cudaMemcpy(device.data(), values.data(), bytes, cudaMemcpyHostToDevice), "cudaMemcpy");
  for (std::size_t i = 0; i < setting.size; ++i) {
    round();
    check(cudaStreamSynchronize(stream.get()), "cudaStreamSynchronize");
  }
  check(cudaMemcpy(values.data(), device.data(), bytes, cudaMemcpyDeviceToHost), "cudaMemcpy");
  return gpu_launch::tell(values);
}

Result run_one_by_one(const Setting& setting) {
  const DeviceArray device(elements);
  const Stream stream;
  return run_rounds(setting, device, stream, [&] {
    for (int i = 0; i < gpu_launch::steps; ++i) launch(device, 1, stream.get());
  });
}

Result run_batched(const Setting& setting) {
  const DeviceArray device(elements);
  const Stream stream;
  return run_rounds(setting, device, stream,
                    [&] { launch(device, gpu_launch::steps, stream.get()); });
}

/// What is launched on a stream that captures is not run but recorded.
class Graph {
 public:
  Graph(const DeviceArray& device, const Stream& stream) {
    check(cudaStreamBeginCapture(stream.get(), cudaStreamCaptureModeGlobal), "capturing");
    for (int i = 0; i < steps_per_graph; ++i) launch(device, 1, stream.get());
    check(cudaStreamEndCapture(stream.get(), &graph_), "capturing");
    check(cudaGraphInstantiate(&ready_, graph_, 0), "cudaGraphInstantiate");
  }
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;
  ~Graph() {
    cudaGraphExecDestroy(ready_);
    cudaGraphDestroy(graph_);
  }
  void launch_on(const Stream& stream) const {
    check(cudaGraphLaunch(ready_, stream.get()), "cudaGraphLaunch");
  }

 private:
  cudaGraph_t graph_ = nullptr;
  cudaGraphExec_t ready_ = nullptr;
};

Result run_graph(const Setting& setting) {
  const DeviceArray device(elements);
  const Stream stream;
  const Graph graph(device, stream);
  return run_rounds(setting, device, stream, [&] {
    for (int i = 0; i < gpu_launch::steps / steps_per_graph; ++i) graph.launch_on(stream);
  });
}

}  // namespace

extern "C" WORKLOAD_PART void open_part(workload::gpu::Part& part) {
  workload::gpu::describe_cuda_device(part);
  part.variants = {{"one-by-one", run_one_by_one}, {"graph", run_graph}, {"batched", run_batched}};
}
