// Which queue belongs to which device, what each device is, and which host memory is the driver's.
#include <cstring>

#include <pthread.h>

#include "probes/inject/opencl_layer.h"

namespace bottleneck::inject {
namespace {

/// Queues and mapped buffers that are known at a time; of more, the records say "unknown".
constexpr std::size_t most_queues = 1024;
constexpr std::size_t most_pinned = 64;

struct KnownQueue {
  cl_command_queue queue;
  OpenclQueue named;
};

pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
KnownQueue queues[most_queues];
std::uint32_t queues_ever = 0;
cl_device_id devices[gpu_most_devices];
struct Range {
  const unsigned char* begin;
  std::size_t bytes;
} pinned[most_pinned];

template <class Value>
Value device_info(cl_device_id device, cl_device_info what) {
  Value value{};
  if (opencl_next.clGetDeviceInfo(device, what, sizeof value, &value, nullptr) != CL_SUCCESS)
    return Value{};
  return value;
}

void describe_device(cl_device_id device, std::uint32_t number) {
  bool is_new = false;
  GpuDeviceFacts* facts = opencl_writer.device(number, &is_new);
  if (!facts || !is_new) return;
  opencl_next.clGetDeviceInfo(device, CL_DEVICE_NAME, sizeof facts->name - 1, facts->name, nullptr);
  facts->multiprocessors = device_info<cl_uint>(device, CL_DEVICE_MAX_COMPUTE_UNITS);
  facts->memory_bytes = device_info<cl_ulong>(device, CL_DEVICE_GLOBAL_MEM_SIZE);
  if (device_info<cl_bool>(device, CL_DEVICE_HOST_UNIFIED_MEMORY))
    facts->flags |= device_host_memory;
  if (device_info<cl_device_type>(device, CL_DEVICE_TYPE) & CL_DEVICE_TYPE_CPU)
    facts->flags |= device_is_cpu | device_host_memory;
  GpuWriter::finish_device(facts);
}

/// The device's number, the next one if it is new. Beyond the most that can be told apart: the
/// last.
std::uint32_t number_of(cl_device_id device) {
  std::uint32_t number = 0;
  while (number + 1 < gpu_most_devices && devices[number] && devices[number] != device) ++number;
  if (!devices[number]) devices[number] = device;
  return number;
}

KnownQueue& place_of(cl_command_queue queue) {
  const std::size_t hash = reinterpret_cast<std::uintptr_t>(queue) >> 4;
  std::size_t at = hash % most_queues;
  for (std::size_t i = 0; i < most_queues; ++i) {
    KnownQueue& known = queues[(hash + i) % most_queues];
    if (known.queue == queue) return known;
    if (known.queue) continue;
    at = (hash + i) % most_queues;
    break;
  }
  return queues[at];
}

}  // namespace

OpenclQueue find_queue(cl_command_queue queue) {
  if (!queue) return {};
  pthread_mutex_lock(&mutex);
  const KnownQueue& known = place_of(queue);
  const OpenclQueue named = known.queue == queue ? known.named : OpenclQueue{};
  pthread_mutex_unlock(&mutex);
  return named;
}

void add_queue(cl_command_queue queue, cl_device_id device) {
  pthread_mutex_lock(&mutex);
  const std::uint32_t number = number_of(device);
  place_of(queue) = {queue, {++queues_ever, number}};
  describe_device(device, number);
  pthread_mutex_unlock(&mutex);
}

void add_pinned(const void* begin, std::size_t bytes) {
  pthread_mutex_lock(&mutex);
  for (Range& range : pinned) {
    if (range.begin) continue;
    range = {static_cast<const unsigned char*>(begin), bytes};
    break;
  }
  pthread_mutex_unlock(&mutex);
}

void remove_pinned(const void* begin) {
  pthread_mutex_lock(&mutex);
  for (Range& range : pinned)
    if (range.begin == begin) range = {};
  pthread_mutex_unlock(&mutex);
}

RecordMemory memory_of(const void* host) {
  const auto* at = static_cast<const unsigned char*>(host);
  RecordMemory memory = RecordMemory::pageable;
  pthread_mutex_lock(&mutex);
  for (const Range& range : pinned)
    if (range.begin && at >= range.begin && at < range.begin + range.bytes)
      memory = RecordMemory::pinned;
  pthread_mutex_unlock(&mutex);
  return memory;
}

void free_queues_after_fork() { mutex = PTHREAD_MUTEX_INITIALIZER; }

std::uint64_t hash_sample(const void* bytes, std::size_t size) {
  constexpr std::size_t samples = 64, sample_bytes = 64;
  const auto* from = static_cast<const unsigned char*>(bytes);
  std::uint64_t hash = 0x9e3779b97f4a7c15 ^ size;
  const auto take = [&](std::size_t begin, std::size_t length) {
    for (std::size_t i = 0; i < length; i += 8) {
      std::uint64_t word = 0;
      std::memcpy(&word, from + begin + i, length - i < 8 ? length - i : 8);
      hash = (hash ^ word) * 0x9fb21c651e98df25;
      hash ^= hash >> 29;
    }
  };
  if (size <= samples * sample_bytes) {
    take(0, size);
  } else {
    for (std::size_t i = 0; i < samples; ++i)
      take((size - sample_bytes) / (samples - 1) * i, sample_bytes);
    take(size - sample_bytes, sample_bytes);
  }
  return hash | 1;
}

}  // namespace bottleneck::inject
