// gpu-add in OpenCL. Each variant is the whole program that it shows, step by step.
#include "workloads/gpu/opencl.h"

#include <algorithm>
#include <vector>

#include "workloads/gpu-add/arrays.h"

namespace {

using gpu_add::rounds;
using workload::Result;
using workload::Setting;
using workload::gpu::Buffer;
using workload::gpu::check;
using workload::gpu::Device;
using workload::gpu::Kernel;
using workload::gpu::Queue;
using workload::gpu::set_argument;

// The vectorized function: one element for each work item.
constexpr char source[] =
    "__kernel void add_arrays(__global const float* a, __global const float* b,"
    "                         __global float* out) {"
    "  const size_t i = get_global_id(0);"
    "  out[i] = a[i] + b[i];"
    "}";
constexpr std::size_t chunks = 16, queue_count = 4;

/// The three arrays as the device has them. `where`: CL_MEM_ALLOC_HOST_PTR for the host's memory.
struct Arrays {
  Arrays(const Device& device, std::size_t count, cl_mem_flags where = 0)
      : a(device.make_buffer(CL_MEM_READ_ONLY | where, count * sizeof(float))),
        b(device.make_buffer(CL_MEM_READ_ONLY | where, count * sizeof(float))),
        out(device.make_buffer(CL_MEM_WRITE_ONLY | where, count * sizeof(float))) {}
  Buffer a, b, out;
};

Kernel make_adder(const Device& device, const Arrays& arrays) {
  Kernel kernel = device.make_kernel(source, "add_arrays");
  set_argument(kernel, 0, arrays.a);
  set_argument(kernel, 1, arrays.b);
  set_argument(kernel, 2, arrays.out);
  return kernel;
}

void send(const Queue& queue, const Buffer& buffer, const float* host, std::size_t count) {
  check(clEnqueueWriteBuffer(queue.get(), buffer.get(), CL_TRUE, 0, count * sizeof(float), host, 0,
                             nullptr, nullptr),
        "clEnqueueWriteBuffer");
}

void fetch(const Queue& queue, const Buffer& buffer, float* host, std::size_t count) {
  check(clEnqueueReadBuffer(queue.get(), buffer.get(), CL_TRUE, 0, count * sizeof(float), host, 0,
                            nullptr, nullptr),
        "clEnqueueReadBuffer");
}

void launch(const Queue& queue, const Kernel& kernel, std::size_t first, std::size_t count) {
  check(clEnqueueNDRangeKernel(queue.get(), kernel.get(), 1, &first, &count, nullptr, 0, nullptr,
                               nullptr),
        "clEnqueueNDRangeKernel");
}

float* map(const Queue& queue, const Buffer& buffer, cl_map_flags use, std::size_t count) {
  cl_int error = CL_SUCCESS;
  void* const host = clEnqueueMapBuffer(queue.get(), buffer.get(), CL_TRUE, use, 0,
                                        count * sizeof(float), 0, nullptr, nullptr, &error);
  check(error, "clEnqueueMapBuffer");
  return static_cast<float*>(host);
}

void unmap(const Queue& queue, const Buffer& buffer, float* host) {
  check(clEnqueueUnmapMemObject(queue.get(), buffer.get(), host, 0, nullptr, nullptr),
        "clEnqueueUnmapMemObject");
}

void finish(const Queue& queue) { check(clFinish(queue.get()), "clFinish"); }

Result add_in_steps(const Setting& setting, const Device& device, const Queue& queue, float* a,
                    float* b, float* out) {
  const std::size_t count = gpu_add::count_of(setting);
  gpu_add::fill(a, b, count);
  const Arrays arrays(device, count);
  const Kernel kernel = make_adder(device, arrays);
  for (int round = 0; round < rounds; ++round) {
    send(queue, arrays.a, a, count);
    send(queue, arrays.b, b, count);
    launch(queue, kernel, 0, count);
    fetch(queue, arrays.out, out, count);
  }
  return gpu_add::tell(gpu_add::sum_up(out, count));
}

Result run_naive(const Setting& setting) {
  const std::size_t count = gpu_add::count_of(setting);
  const Device device;
  const Queue queue = device.make_queue();
  std::vector<float> a(count), b(count), out(count);
  return add_in_steps(setting, device, queue, a.data(), b.data(), out.data());
}

/// Memory that the driver allocates for the host, its pages locked; mapped as long as this lives.
class PinnedArray {
 public:
  PinnedArray(const Device& device, const Queue& queue, std::size_t count)
      : queue_(queue),
        buffer_(device.make_buffer(CL_MEM_ALLOC_HOST_PTR, count * sizeof(float))),
        data_(map(queue, buffer_, CL_MAP_READ | CL_MAP_WRITE, count)) {}
  PinnedArray(const PinnedArray&) = delete;
  PinnedArray& operator=(const PinnedArray&) = delete;
  ~PinnedArray() {
    clEnqueueUnmapMemObject(queue_.get(), buffer_.get(), data_, 0, nullptr, nullptr);
    clFinish(queue_.get());
  }
  float* data() const { return data_; }

 private:
  const Queue& queue_;
  Buffer buffer_;
  float* data_;
};

Result run_pinned(const Setting& setting) {
  const std::size_t count = gpu_add::count_of(setting);
  const Device device;
  const Queue queue = device.make_queue();
  const PinnedArray a(device, queue, count), b(device, queue, count), out(device, queue, count);
  return add_in_steps(setting, device, queue, a.data(), b.data(), out.data());
}

/// One chunk on one queue, which works them off in their order; the host waits for none of them.
void add_chunk(const Queue& queue, const Kernel& kernel, const Arrays& arrays,
               const float* const (&host)[2], float* out, std::size_t first, std::size_t count) {
  const std::size_t offset = first * sizeof(float), bytes = count * sizeof(float);
  check(clEnqueueWriteBuffer(queue.get(), arrays.a.get(), CL_FALSE, offset, bytes, host[0] + first,
                             0, nullptr, nullptr),
        "a chunk");
  check(clEnqueueWriteBuffer(queue.get(), arrays.b.get(), CL_FALSE, offset, bytes, host[1] + first,
                             0, nullptr, nullptr),
        "a chunk");
  launch(queue, kernel, first, count);
  check(clEnqueueReadBuffer(queue.get(), arrays.out.get(), CL_FALSE, offset, bytes, out + first, 0,
                            nullptr, nullptr),
        "a chunk");
}

Result run_streams(const Setting& setting) {
  const std::size_t count = gpu_add::count_of(setting), chunk = (count + chunks - 1) / chunks;
  const Device device;
  std::vector<Queue> queues;
  for (std::size_t i = 0; i < queue_count; ++i) queues.push_back(device.make_queue());
  const PinnedArray a(device, queues[0], count), b(device, queues[0], count),
      out(device, queues[0], count);
  gpu_add::fill(a.data(), b.data(), count);
  const Arrays arrays(device, count);
  const Kernel kernel = make_adder(device, arrays);
  const float* const host[2] = {a.data(), b.data()};
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t first = 0, turn = 0; first < count; first += chunk, ++turn)
      add_chunk(queues[turn % queue_count], kernel, arrays, host, out.data(), first,
                std::min(chunk, count - first));
    for (const Queue& queue : queues) finish(queue);
  }
  return gpu_add::tell(gpu_add::sum_up(out.data(), count));
}

/// `all`: the sum too stays on the device until the end.
Result run_resident(const Setting& setting, bool all) {
  const std::size_t count = gpu_add::count_of(setting);
  const Device device;
  const Queue queue = device.make_queue();
  std::vector<float> a(count), b(count), out(count);
  gpu_add::fill(a.data(), b.data(), count);
  const Arrays arrays(device, count);
  const Kernel kernel = make_adder(device, arrays);
  send(queue, arrays.a, a.data(), count);
  send(queue, arrays.b, b.data(), count);
  for (int round = 0; round < rounds; ++round) {
    launch(queue, kernel, 0, count);
    if (!all) fetch(queue, arrays.out, out.data(), count);
  }
  if (all) fetch(queue, arrays.out, out.data(), count);
  return gpu_add::tell(gpu_add::sum_up(out.data(), count));
}

void fill(const Queue& queue, const Arrays& arrays, std::size_t count) {
  float* const a = map(queue, arrays.a, CL_MAP_WRITE, count);
  float* const b = map(queue, arrays.b, CL_MAP_WRITE, count);
  gpu_add::fill(a, b, count);
  unmap(queue, arrays.a, a);
  unmap(queue, arrays.b, b);
}

/// What a program does in each round that has new inputs: take them, write, give them back.
void hand_over(const Queue& queue, const Buffer& buffer, std::size_t count) {
  unmap(queue, buffer, map(queue, buffer, CL_MAP_WRITE, count));
}

/// Host and device use the same arrays in turn: mapping hands them over and copies nothing where
/// the device works in the host's memory.
Result run_mapped(const Setting& setting) {
  const std::size_t count = gpu_add::count_of(setting);
  const Device device;
  const Queue queue = device.make_queue();
  const Arrays arrays(device, count, CL_MEM_ALLOC_HOST_PTR);
  fill(queue, arrays, count);
  const Kernel kernel = make_adder(device, arrays);
  double sum = 0;
  for (int round = 0; round < rounds; ++round) {
    hand_over(queue, arrays.a, count);
    hand_over(queue, arrays.b, count);
    launch(queue, kernel, 0, count);
    float* const out = map(queue, arrays.out, CL_MAP_READ, count);
    if (round + 1 == rounds) sum = gpu_add::sum_up(out, count);
    unmap(queue, arrays.out, out);
  }
  finish(queue);
  return gpu_add::tell(sum);
}

}  // namespace

extern "C" WORKLOAD_PART void open_part(workload::gpu::Part& part) {
  workload::gpu::describe_opencl_device(part);
  part.variants = {
      {"naive", run_naive},
      {"pinned", run_pinned},
      {"streams", run_streams},
      {"mapped", run_mapped},
      {"inputs-resident", [](const Setting& setting) { return run_resident(setting, false); }},
      {"all-resident", [](const Setting& setting) { return run_resident(setting, true); }}};
}
