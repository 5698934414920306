// libcupti.so.13 of the fake stack: NVIDIA's records (by our declarations, at NVIDIA's sizes) in
// buffers of the tool, delivered when full or flushed, and the ways in which the real one fails
// (FAKE_CUPTI_FAULT, FAKE_CUPTI_DROP_EVERY).
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <set>
#include <utility>

#include <unistd.h>

#include "probes/inject/cupti_abi.h"
#include "tests/fake_gpu/simulated_gpu.h"

using namespace bottleneck::inject::cupti;

namespace {

enum Refusal : int {
  invalid_parameter = 1,
  not_initialized = 15,
  invalid_kind = 21,
  insufficient_privileges = 35,
  multiple_subscribers = 39
};
constexpr std::uint32_t unknown_kind = 9999;

/// Records of CUDA 13.0. Source: sizeof, research/gpu.md section 2.
std::size_t size_of(std::uint32_t kind) {
  switch (kind) {
    case kind_memcpy:
    case kind_memcpy_peer:
      return 96;
    case kind_memset:
      return 88;
    case kind_runtime:
    case kind_driver:
      return 40;
    case kind_device:
      return 184;
    case kind_concurrent_kernel:
      return 216;
    case kind_overhead:
    case kind_graph_trace:
    case kind_synchronization:
      return 56;
    case kind_memory:
      return 128;
    case kind_pcie:
      return 168;
    case unknown_kind:
      return 64;
    default:
      return 0;
  }
}

bool has_fault(const char* name) {
  const char* faults = std::getenv("FAKE_CUPTI_FAULT");
  return faults && std::strstr(faults, name);
}

using Request = void (*)(std::uint8_t**, std::size_t*, std::size_t*);
using Done = void (*)(void*, std::uint32_t, std::uint8_t*, std::size_t, std::size_t);

std::mutex mutex;
Request request = nullptr;
Done done = nullptr;
std::uint64_t (*tools_clock)() = nullptr;
std::set<std::uint32_t>& enabled = *new std::set<std::uint32_t>;
std::set<std::uint32_t>& silent_calls = *new std::set<std::uint32_t>;
std::uint8_t* buffer = nullptr;
std::size_t buffer_size = 0, used = 0, dropped = 0;
bool links_told = false;

/// CUPTI calls tools without its lock.
void deliver(std::unique_lock<std::mutex>& lock) {
  if (!buffer) return;
  std::uint8_t* full = std::exchange(buffer, nullptr);
  const std::size_t size = buffer_size, valid = used;
  lock.unlock();
  done(nullptr, 0, full, size, valid);
  lock.lock();
}

bool is_dropped() {
  static const char* const every = std::getenv("FAKE_CUPTI_DROP_EVERY");
  static int count = 0;
  return every && ++count % std::atoi(every) == 0;
}

void put(std::unique_lock<std::mutex>& lock, const void* record, std::size_t known) {
  const auto kind = static_cast<const Activity*>(record)->kind;
  const std::size_t size = size_of(kind);
  if (buffer && used + size > buffer_size) deliver(lock);
  if (!buffer && request) {
    std::uint8_t* fresh = nullptr;
    std::size_t room = 0, most = 0;
    lock.unlock();
    request(&fresh, &room, &most);
    lock.lock();
    if (fresh && !buffer) {
      buffer = fresh;
      buffer_size = room;
      used = 0;
    }
  }
  if (!buffer || is_dropped()) {
    ++dropped;
    return;
  }
  std::memset(buffer + used, 0, size);
  std::memcpy(buffer + used, record, known < size ? known : size);
  used += size;
}

/// Fields that all operations on the device have.
template <class Record>
void set_operation(Record& record, std::uint32_t kind, const fake_gpu::Event& event) {
  record.kind = kind;
  record.start = event.start;
  record.end = event.end;
  if (has_fault("zero_times")) record.start = record.end = 0;
  record.device = event.device;
  record.context = 1 + event.device;
  record.stream = event.stream;
  record.correlation = event.correlation;
  record.graph = event.graph;
}

template <class Copy>
void put_copy(std::unique_lock<std::mutex>& lock, std::uint32_t kind,
              const fake_gpu::Event& event) {
  Copy copy{};
  set_operation(copy, kind, event);
  copy.copy_kind = static_cast<std::uint8_t>(event.copy_kind);
  copy.source = static_cast<std::uint8_t>(event.source);
  copy.destination = static_cast<std::uint8_t>(event.destination);
  copy.flags = event.asynchronous ? copy_is_asynchronous : std::uint8_t{0};
  copy.bytes = event.bytes;
  put(lock, &copy, sizeof copy);
}

void put_kernel(std::unique_lock<std::mutex>& lock, const fake_gpu::Event& event) {
  Kernel kernel{};
  set_operation(kernel, kind_concurrent_kernel, event);
  kernel.completed = kernel.end;
  kernel.name = event.name;
  kernel.registers = 16;
  for (int i = 0; i < 3; ++i) {
    kernel.grid[i] = event.grid[i];
    kernel.block[i] = event.block[i];
  }
  put(lock, &kernel, sizeof kernel);
  const Activity stranger{unknown_kind};
  if (has_fault("unknown_kind")) put(lock, &stranger, sizeof stranger);
}

void put_call(std::unique_lock<std::mutex>& lock, const fake_gpu::Event& event) {
  Api call{kind_runtime,
           event.call,
           event.start,
           event.end,
           static_cast<std::uint32_t>(::getpid()),
           event.thread,
           event.correlation,
           0};
  if (!silent_calls.contains(event.call)) put(lock, &call, sizeof call);
}

void listen(const fake_gpu::Event* told) {
  const fake_gpu::Event& event = *told;
  std::unique_lock lock(mutex);
  const auto wanted = [](std::uint32_t kind) { return enabled.contains(kind); };
  switch (event.what) {
    case fake_gpu::What::call:
      if (wanted(kind_runtime)) put_call(lock, event);
      return;
    case fake_gpu::What::copy:
      if (event.copy_kind == copy_peer && wanted(kind_memcpy_peer))
        put_copy<MemcpyPeer>(lock, kind_memcpy_peer, event);
      else if (event.copy_kind != copy_peer && wanted(kind_memcpy))
        put_copy<Memcpy>(lock, kind_memcpy, event);
      return;
    case fake_gpu::What::set: {
      Memset set{};
      set_operation(set, kind_memset, event);
      set.bytes = event.bytes;
      set.memory_kind = memory_device;
      if (wanted(kind_memset)) put(lock, &set, sizeof set);
      return;
    }
    case fake_gpu::What::kernel:
      if (wanted(kind_concurrent_kernel)) put_kernel(lock, event);
      return;
    case fake_gpu::What::wait: {
      const Synchronization wait{kind_synchronization, static_cast<std::uint32_t>(event.wait),
                                 event.start,          event.end,
                                 event.correlation,    1,
                                 event.stream,         0};
      if (wanted(kind_synchronization)) put(lock, &wait, sizeof wait);
      return;
    }
    case fake_gpu::What::allocation: {
      const Memory memory{
          kind_memory,       memory_is_allocated, static_cast<std::uint32_t>(event.destination),
          event.correlation, event.address,       event.bytes,
          event.start};
      if (wanted(kind_memory)) put(lock, &memory, sizeof memory);
      return;
    }
  }
}

void put_devices(std::unique_lock<std::mutex>& lock) {
  static char names[16][32];
  for (int i = 0; i < fake_gpu::fake_gpu_devices() && i < 16; ++i) {
    std::snprintf(names[i], sizeof names[i], "SIMULATED GPU %d", i);
    Device device{};
    device.kind = kind_device;
    device.memory_kilobytes_per_second = 3'350'000'000;
    device.memory_bytes = std::uint64_t{80} << 30;
    device.warp_size = 32;
    device.copy_engines = 3;
    device.multiprocessors = 132;
    device.most_warps = 64;
    device.most_blocks = 32;
    device.most_shared_bytes = 228 << 10;
    device.most_registers = 65536;
    device.id = static_cast<std::uint32_t>(i);
    device.name = names[i];
    put(lock, &device, sizeof device);
  }
}

void put_links(std::unique_lock<std::mutex>& lock) {
  const char* asked = std::getenv("FAKE_GPU_LINK_GTS");
  const auto rate = static_cast<std::uint16_t>(asked ? std::atoi(asked) : 32);
  const auto generation = static_cast<std::uint16_t>(rate >= 32 ? 5 : rate >= 8 ? 3 : 2);
  const auto lanes = static_cast<std::uint16_t>(asked ? 1 : 16);
  for (int i = 0; i < fake_gpu::fake_gpu_devices(); ++i) {
    const Pcie link{
        kind_pcie, pcie_is_gpu, static_cast<std::uint32_t>(i), 0, generation, rate, lanes, 0};
    put(lock, &link, sizeof link);
  }
}

}  // namespace

extern "C" {

extern const int bottleneck_simulated;
const int bottleneck_simulated = 1;  ///< by which the injection knows us

int cuptiGetVersion(std::uint32_t* version) {
  *version = 130001;
  return success;
}
int cuptiGetResultString(int result, const char** text) {
  static thread_local char words[40];
  std::snprintf(words, sizeof words, "SIMULATED_CUPTI_ERROR_%d", result);
  *text = words;
  return success;
}
int cuptiGetCallbackName(std::uint32_t, std::uint32_t call, const char** name) {
  struct Known {
    std::uint32_t call;
    const char* name;
  };
  static constexpr Known known[] = {{16, "cudaSetDevice_v3020"},
                                    {20, "cudaMalloc_v3020"},
                                    {22, "cudaFree_v3020"},
                                    {25, "cudaMallocHost_v3020"},
                                    {26, "cudaFreeHost_v3020"},
                                    {27, "cudaHostAlloc_v3020"},
                                    {31, "cudaMemcpy_v3020"},
                                    {41, "cudaMemcpyAsync_v3020"},
                                    {49, "cudaMemset_v3020"},
                                    {51, "cudaMemsetAsync_v3020"},
                                    {129, "cudaStreamCreate_v3020"},
                                    {131, "cudaStreamSynchronize_v3020"},
                                    {135, "cudaEventRecord_v3020"},
                                    {137, "cudaEventSynchronize_v3020"},
                                    {147, "cudaStreamWaitEvent_v3020"},
                                    {152, "cudaHostRegister_v4000"},
                                    {153, "cudaHostUnregister_v4000"},
                                    {160, "cudaMemcpyPeer_v4000"},
                                    {161, "cudaMemcpyPeerAsync_v4000"},
                                    {165, "cudaDeviceSynchronize_v3020"},
                                    {198, "cudaStreamCreateWithFlags_v5000"},
                                    {201, "cudaStreamDestroy_v5050"},
                                    {211, "cudaLaunchKernel_v7000"},
                                    {311, "cudaGraphLaunch_v10000"},
                                    {443, "cudaGraphInstantiate_v12000"}};
  *name = "unknown";
  for (const Known& one : known)
    if (one.call == call) *name = one.name;
  return success;
}
int cuptiSubscribe(void** subscriber, void*, void*) {
  if (has_fault("second_subscriber")) return multiple_subscribers;
  *subscriber = &enabled;
  return success;
}
int cuptiActivityRegisterTimestampCallback(std::uint64_t (*clock)()) {
  tools_clock = clock;
  return clock ? int{success} : int{invalid_parameter};
}
int cuptiActivityRegisterCallbacks(Request on_request, Done on_done) {
  if (!on_request || !on_done) return invalid_parameter;
  if (has_fault("no_privileges")) return insufficient_privileges;
  if (has_fault("second_subscriber")) return multiple_subscribers;
  if (request && request != on_request) return multiple_subscribers;  // before CUDA 13.3
  request = on_request;
  done = on_done;
  return success;
}
int cuptiActivityEnable(std::uint32_t kind) {
  if (has_fault("not_initialized")) return not_initialized;
  std::unique_lock lock(mutex);
  if (size_of(kind) == 0) return invalid_kind;
  if (enabled.empty()) fake_gpu::fake_gpu_listen(listen);
  enabled.insert(kind);
  if (kind == kind_device) put_devices(lock);
  if (kind == kind_pcie && !std::exchange(links_told, true)) put_links(lock);
  return success;
}
int cuptiActivityDisable(std::uint32_t kind) {
  const std::unique_lock lock(mutex);
  enabled.erase(kind);
  return success;
}
int cuptiActivityEnableRuntimeApi(std::uint32_t call, std::uint8_t enable) {
  const std::unique_lock lock(mutex);
  if (enable)
    silent_calls.erase(call);
  else
    silent_calls.insert(call);
  return success;
}
int cuptiActivityFlushAll(std::uint32_t) {
  if (has_fault("hang")) ::pause();
  std::unique_lock lock(mutex);
  deliver(lock);
  return success;
}
int cuptiActivityGetNumDroppedRecords(void*, std::uint32_t, std::size_t* count) {
  const std::unique_lock lock(mutex);
  *count = std::exchange(dropped, 0);
  return success;
}
int cuptiActivityGetNextRecord(std::uint8_t* from, std::size_t valid, Activity** record) {
  if (!from) return invalid_parameter;
  auto* next = *record ? reinterpret_cast<std::uint8_t*>(*record) + size_of((*record)->kind) : from;
  if (next >= from + valid) return max_limit_reached;
  *record = reinterpret_cast<Activity*>(next);
  return success;
}
}
