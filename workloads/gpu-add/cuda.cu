// gpu-add in CUDA. Each variant is the whole program that it shows, step by step.
#include <algorithm>
#include <vector>

#include "workloads/gpu-add/arrays.h"
#include "workloads/gpu/cuda.h"
#include "workloads/gpu/event_times.h"

using gpu_add::rounds;
using workload::Result;
using workload::Setting;
using workload::gpu::check;
using workload::gpu::DeviceArray;
using workload::gpu::EventTimes;
using workload::gpu::PinnedArray;
using workload::gpu::Stream;

// The vectorized function: one element for each thread.
extern "C" __global__ void add_arrays(const float* a, const float* b, float* out,
                                      unsigned long long count) {
  const unsigned long long i =
      blockIdx.x * static_cast<unsigned long long>(blockDim.x) + threadIdx.x;
  if (i < count) out[i] = a[i] + b[i];
}

// What the stand-in for a driver calls in its place, having no device. No other driver does.
extern "C" WORKLOAD_PART void bottleneck_twin_add_arrays(const int*, const int*, void** arguments) {
  const float *const a = *static_cast<float**>(arguments[0]), *const b = *static_cast<float**>(
                                                                  arguments[1]);
  float* const out = *static_cast<float**>(arguments[2]);
  const auto count = *static_cast<unsigned long long*>(arguments[3]);
  for (unsigned long long i = 0; i < count; ++i) out[i] = a[i] + b[i];
}

namespace {

constexpr unsigned threads_per_block = 256;
constexpr std::size_t chunks = 16, stream_count = 4;

void launch(const float* a, const float* b, float* out, std::size_t count, cudaStream_t stream) {
  const auto blocks = static_cast<unsigned>((count + threads_per_block - 1) / threads_per_block);
  add_arrays<<<blocks, threads_per_block, 0, stream>>>(a, b, out, count);
  check(cudaGetLastError(), "launching add_arrays");
}

void send(float* device, const float* host, std::size_t count) {
  check(cudaMemcpy(device, host, count * sizeof(float), cudaMemcpyHostToDevice), "cudaMemcpy");
}

void fetch(float* host, const float* device, std::size_t count) {
  check(cudaMemcpy(host, device, count * sizeof(float), cudaMemcpyDeviceToHost), "cudaMemcpy");
}

/// The four steps, from whatever memory.
Result add_in_steps(const Setting& setting, float* a, float* b, float* out) {
  const std::size_t count = gpu_add::count_of(setting);
  gpu_add::fill(a, b, count);
  const DeviceArray device_a(count), device_b(count), device_out(count);
  EventTimes times;
  for (int round = 0; round < rounds; ++round) {
    times.around("h2d", [&] { send(device_a.data(), a, count); });
    times.around("h2d", [&] { send(device_b.data(), b, count); });
    times.around("kernel", [&] {
      launch(device_a.data(), device_b.data(), device_out.data(), count, nullptr);
    });
    times.around("d2h", [&] { fetch(out, device_out.data(), count); });
  }
  return gpu_add::tell(gpu_add::sum_up(out, count));
}

Result run_naive(const Setting& setting) {
  const std::size_t count = gpu_add::count_of(setting);
  std::vector<float> a(count), b(count), out(count);
  return add_in_steps(setting, a.data(), b.data(), out.data());
}

Result run_pinned(const Setting& setting) {
  const std::size_t count = gpu_add::count_of(setting);
  const PinnedArray a(count), b(count), out(count);
  return add_in_steps(setting, a.data(), b.data(), out.data());
}

void add_chunk(const PinnedArray& a, const PinnedArray& b, const PinnedArray& out,
               const DeviceArray (&device)[3], std::size_t first, std::size_t count,
               cudaStream_t stream) {
  const std::size_t bytes = count * sizeof(float);
  float *const on_a = device[0].data() + first, *const on_b = device[1].data() + first;
  float* const on_out = device[2].data() + first;
  check(cudaMemcpyAsync(on_a, a.data() + first, bytes, cudaMemcpyHostToDevice, stream), "a chunk");
  check(cudaMemcpyAsync(on_b, b.data() + first, bytes, cudaMemcpyHostToDevice, stream), "a chunk");
  launch(on_a, on_b, on_out, count, stream);
  check(cudaMemcpyAsync(out.data() + first, on_out, bytes, cudaMemcpyDeviceToHost, stream),
        "a chunk");
}

Result run_streams(const Setting& setting) {
  const std::size_t count = gpu_add::count_of(setting), chunk = (count + chunks - 1) / chunks;
  const PinnedArray a(count), b(count), out(count);
  gpu_add::fill(a.data(), b.data(), count);
  const DeviceArray device[3] = {DeviceArray(count), DeviceArray(count), DeviceArray(count)};
  const Stream streams[stream_count];
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t first = 0, turn = 0; first < count; first += chunk, ++turn)
      add_chunk(a, b, out, device, first, std::min(chunk, count - first),
                streams[turn % stream_count].get());
    check(cudaDeviceSynchronize(), "cudaDeviceSynchronize");
  }
  return gpu_add::tell(gpu_add::sum_up(out.data(), count));
}

/// `all`: the sum too stays on the device until the end.
Result run_resident(const Setting& setting, bool all) {
  const std::size_t count = gpu_add::count_of(setting);
  std::vector<float> a(count), b(count), out(count);
  gpu_add::fill(a.data(), b.data(), count);
  const DeviceArray device_a(count), device_b(count), device_out(count);
  send(device_a.data(), a.data(), count);
  send(device_b.data(), b.data(), count);
  for (int round = 0; round < rounds; ++round) {
    launch(device_a.data(), device_b.data(), device_out.data(), count, nullptr);
    if (!all) fetch(out.data(), device_out.data(), count);
  }
  if (all) fetch(out.data(), device_out.data(), count);
  return gpu_add::tell(gpu_add::sum_up(out.data(), count));
}

}  // namespace

extern "C" WORKLOAD_PART void open_part(workload::gpu::Part& part) {
  workload::gpu::describe_cuda_device(part);
  part.variants = {
      {"naive", run_naive},
      {"pinned", run_pinned},
      {"streams", run_streams},
      {"inputs-resident", [](const Setting& setting) { return run_resident(setting, false); }},
      {"all-resident", [](const Setting& setting) { return run_resident(setting, true); }}};
}
