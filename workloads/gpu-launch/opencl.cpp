// gpu-launch in OpenCL, which has no graphs.
#include "workloads/gpu/opencl.h"

#include <vector>

#include "workloads/gpu-launch/steps.h"

namespace {

using gpu_launch::elements;
using workload::Result;
using workload::Setting;
using workload::gpu::Buffer;
using workload::gpu::check;
using workload::gpu::Device;
using workload::gpu::Kernel;
using workload::gpu::Queue;

// `times` steps at once.
constexpr char source[] =
    "__kernel void step_array(__global float* values, int times) {"
    "  const size_t i = get_global_id(0);"
    "  float value = values[i];"
    "  for (int step = 0; step < times; ++step) value += 1.0f;"
    "  values[i] = value;"
    "}";

/// A round of `launches` kernels that do `steps` together, then the host waits.
Result run_rounds(const Setting& setting, int launches) {
  const Device device;
  const Queue queue = device.make_queue();
  std::vector<float> values(elements, 0);
  const std::size_t bytes = elements * sizeof(float), work = elements;
  const Buffer buffer =
      device.make_buffer(CL_MEM_READ_WRITE | CL_MEM_COPY_HOST_PTR, bytes, values.data());
  const Kernel kernel = device.make_kernel(source, "step_array");
  workload::gpu::set_argument(kernel, 0, buffer);
  workload::gpu::set_argument(kernel, 1, cl_int{gpu_launch::steps / launches});
  for (std::size_t round = 0; round < setting.size; ++round) {
    for (int i = 0; i < launches; ++i)
      check(clEnqueueNDRangeKernel(queue.get(), kernel.get(), 1, nullptr, &work, nullptr, 0,
                                   nullptr, nullptr),
            "clEnqueueNDRangeKernel");
    check(clFinish(queue.get()), "clFinish");
  }
  check(clEnqueueReadBuffer(queue.get(), buffer.get(), CL_TRUE, 0, bytes, values.data(), 0, nullptr,
                            nullptr),
        "clEnqueueReadBuffer");
  return gpu_launch::tell(values);
}

Result run_one_by_one(const Setting& setting) { return run_rounds(setting, gpu_launch::steps); }
Result run_batched(const Setting& setting) { return run_rounds(setting, 1); }

}  // namespace

extern "C" WORKLOAD_PART void open_part(workload::gpu::Part& part) {
  workload::gpu::describe_opencl_device(part);
  part.variants = {{"one-by-one", run_one_by_one}, {"batched", run_batched}};
}
