// libcudart.so.13 of the fake stack: the calls that the reference programs make, and what nvcc's
// start-up code needs. Each call that CUPTI would tell is told with its number.
#include "tests/fake_gpu/fake_runtime.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <dlfcn.h>

#include "tests/fake_gpu/simulated_gpu.h"

using namespace fake_gpu;

namespace {

enum Result : int {
  ok = 0,
  invalid_value = 1,
  out_of_memory = 2,
  invalid_configuration = 9,
  invalid_device_function = 98,
  invalid_device = 101,
  not_ready = 600
};

/// Source: cupti_runtime_cbid.h of CUDA 13.
enum Call : std::uint32_t {
  set_device = 16,
  malloc_ = 20,
  free_ = 22,
  malloc_host = 25,
  free_host = 26,
  host_alloc = 27,
  memcpy_ = 31,
  memcpy_async = 41,
  memset_ = 49,
  memset_async = 51,
  stream_create = 129,
  stream_synchronize = 131,
  event_record = 135,
  event_synchronize = 137,
  stream_wait_event = 147,
  host_register = 152,
  host_unregister = 153,
  memcpy_peer = 160,
  memcpy_peer_async = 161,
  device_synchronize = 165,
  stream_create_flags = 198,
  stream_destroy = 201,
  launch_kernel = 211,
  graph_launch = 311,
  graph_instantiate = 443,
};

thread_local int last_error = ok;

int fail(int error) {
  if (error != ok) last_error = error;
  return error;
}

/// One call, told when it ends.
class Told {
 public:
  explicit Told(Call call) : call_(call) {
    fake_gpu_start();
    correlation_ = fake_gpu_next_correlation();
    start_ = fake_gpu_now();
  }
  ~Told() { fake_gpu_call(call_, start_, correlation_); }
  Told(const Told&) = delete;
  Told& operator=(const Told&) = delete;
  std::uint32_t correlation() const { return correlation_; }

 private:
  Call call_;
  std::uint32_t correlation_ = 0;
  std::uint64_t start_ = 0;
};

Stream* stream_of(void* stream) { return static_cast<Stream*>(stream); }

struct Moment {
  std::uint64_t at = 0;
  Stream* stream = nullptr;
};
Moment& moment(void* event) { return *static_cast<Moment*>(event); }

/// A captured launch, with copies of its arguments.
struct Node {
  std::string name;
  Launch launch;
  std::vector<std::uint64_t> values;
};
struct Graph {
  std::vector<Node> nodes;
  std::uint32_t id = 0;
};
thread_local Graph* captured = nullptr;

struct Configuration {
  FakeDim3 grid, block;
  std::size_t shared;
  void* stream;
};
thread_local std::vector<Configuration> configurations;

std::mutex mutex;
std::map<const void*, std::string>& functions() {
  static auto* const known = new std::map<const void*, std::string>;
  return *known;
}

/// How many arguments a kernel has is known to its twin alone ("..._arguments", an int); without
/// it a captured launch cannot be executed, only timed.
std::vector<std::uint64_t> copy_arguments(const std::string& name, void** arguments) {
  const std::string symbol = "bottleneck_twin_" + name + "_arguments";
  const auto* count = static_cast<const int*>(::dlsym(RTLD_DEFAULT, symbol.c_str()));
  std::vector<std::uint64_t> values(count ? static_cast<std::size_t>(*count) : 0);
  for (std::size_t i = 0; i < values.size(); ++i) std::memcpy(&values[i], arguments[i], 8);
  return values;
}

int launch(const void* function, FakeDim3 grid, FakeDim3 block, void** arguments, void* stream) {
  const Told told(launch_kernel);
  const char* name = nullptr;
  {
    const std::lock_guard lock(mutex);
    const auto found = functions().find(function);
    if (found == functions().end()) return fail(invalid_device_function);
    name = found->second.c_str();
  }
  const std::uint64_t threads = std::uint64_t{block.x} * block.y * block.z;
  if (grid.x == 0 || threads == 0 || threads > 1024) return fail(invalid_configuration);
  Launch made{name, {}, {}, arguments, told.correlation(), 0};
  const unsigned grid_sides[] = {grid.x, grid.y, grid.z},
                 block_sides[] = {block.x, block.y, block.z};
  for (int i = 0; i < 3; ++i) {
    made.grid[i] = static_cast<int>(grid_sides[i]);
    made.block[i] = static_cast<int>(block_sides[i]);
  }
  if (captured)
    captured->nodes.push_back({name, made, copy_arguments(name, arguments)});
  else
    fake_gpu_launch(&made, stream_of(stream));
  return ok;
}

int copy(Call call, void* to, const void* from, std::size_t bytes, void* stream,
         bool asynchronous) {
  const Told told(call);
  if (bytes > 0)
    fake_gpu_copy(to, from, bytes, stream_of(stream), asynchronous, told.correlation());
  return ok;
}

}  // namespace

extern "C" {

// What nvcc's code calls by itself.
void** __cudaRegisterFatBinary(void*) {
  static void* module = nullptr;
  return &module;
}
void __cudaRegisterFatBinaryEnd(void**) {}
void __cudaUnregisterFatBinary(void**) {}
void __cudaRegisterVar(void**, char*, char*, const char*, int, std::size_t, int, int) {}
void __cudaRegisterFunction(void**, const char* function, char*, const char* name, int, void*,
                            void*, void*, void*, int*) {
  const std::lock_guard lock(mutex);
  functions()[function] = name;
}
unsigned __cudaPushCallConfiguration(FakeDim3 grid, FakeDim3 block, std::size_t shared,
                                     void* stream) {
  configurations.push_back({grid, block, shared, stream});
  return 0;
}
int __cudaPopCallConfiguration(FakeDim3* grid, FakeDim3* block, std::size_t* shared, void* stream) {
  const Configuration last = configurations.back();
  configurations.pop_back();
  *grid = last.grid;
  *block = last.block;
  *shared = last.shared;
  *static_cast<void**>(stream) = last.stream;
  return ok;
}
int __cudaGetKernel(const void** kernel, const void* function) {
  *kernel = function;
  return ok;
}
int __cudaLaunchKernel(const void* kernel, FakeDim3 grid, FakeDim3 block, void** arguments,
                       std::size_t, void* stream) {
  return launch(kernel, grid, block, arguments, stream);
}

int cudaLaunchKernel(const void* function, FakeDim3 grid, FakeDim3 block, void** arguments,
                     std::size_t, void* stream) {
  return launch(function, grid, block, arguments, stream);
}
int cudaGetDeviceCount(int* count) {
  fake_gpu_start();
  *count = fake_gpu_devices();
  return ok;
}
int cudaGetDevice(int* device) {
  *device = fake_gpu_device();
  return ok;
}
int cudaSetDevice(int device) {
  const Told told(set_device);
  if (device < 0 || device >= fake_gpu_devices()) return fail(invalid_device);
  fake_gpu_set_device(device);
  return ok;
}
int cudaDeviceGetAttribute(int* value, int attribute, int) {
  constexpr int multiprocessors = 16, copy_engines = 40;  // cudaDevAttr...
  *value = attribute == multiprocessors ? 132 : attribute == copy_engines ? 3 : 0;
  return ok;
}
/// Only the name, which comes first; the rest of the structure stays as it is.
int cudaGetDeviceProperties(char* properties, int device) {
  std::snprintf(properties, 256, "SIMULATED GPU %d", device);
  return ok;
}
int cudaMemGetInfo(std::size_t* free_bytes, std::size_t* total) {
  *free_bytes = *total = std::size_t{80} << 30;
  return ok;
}
int cudaRuntimeGetVersion(int* version) {
  *version = 13000;
  return ok;
}
int cudaDriverGetVersion(int* version) { return cudaRuntimeGetVersion(version); }
int cudaGetLastError() { return std::exchange(last_error, int{ok}); }
int cudaPeekAtLastError() { return last_error; }
const char* cudaGetErrorName(int error) { return error ? "cudaErrorSimulated" : "cudaSuccess"; }
const char* cudaGetErrorString(int error) { return error ? "simulated error" : "no error"; }
int cudaDeviceReset() { return ok; }

int cudaMalloc(void** memory, std::size_t bytes) {
  const Told told(malloc_);
  *memory = fake_gpu_allocate(bytes);
  return *memory ? int{ok} : fail(out_of_memory);
}
int cudaFree(void* memory) {
  const Told told(free_);
  return fake_gpu_free(memory) ? int{ok} : fail(invalid_value);
}
int cudaHostAlloc(void** memory, std::size_t bytes, unsigned) {
  const Told told(host_alloc);
  *memory = fake_gpu_allocate_pinned(bytes);
  return *memory ? int{ok} : fail(out_of_memory);
}
int cudaMallocHost(void** memory, std::size_t bytes) {
  const Told told(malloc_host);
  *memory = fake_gpu_allocate_pinned(bytes);
  return *memory ? int{ok} : fail(out_of_memory);
}
int cudaFreeHost(void* memory) {
  const Told told(free_host);
  return fake_gpu_free_pinned(memory) ? int{ok} : fail(invalid_value);
}
int cudaHostRegister(void* memory, std::size_t bytes, unsigned) {
  const Told told(host_register);
  fake_gpu_pin(memory, bytes);
  return ok;
}
int cudaHostUnregister(void* memory) {
  const Told told(host_unregister);
  return fake_gpu_unpin(memory) ? int{ok} : fail(invalid_value);
}

int cudaMemcpy(void* to, const void* from, std::size_t bytes, int) {
  return copy(memcpy_, to, from, bytes, nullptr, false);
}
int cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, int, void* stream) {
  return copy(memcpy_async, to, from, bytes, stream, true);
}
int cudaMemcpyPeer(void* to, int, const void* from, int, std::size_t bytes) {
  return copy(memcpy_peer, to, from, bytes, nullptr, false);
}
int cudaMemcpyPeerAsync(void* to, int, const void* from, int, std::size_t bytes, void* stream) {
  return copy(memcpy_peer_async, to, from, bytes, stream, true);
}
int cudaMemset(void* to, int value, std::size_t bytes) {
  const Told told(memset_);
  fake_gpu_set(to, value, bytes, nullptr, told.correlation());
  return ok;
}
int cudaMemsetAsync(void* to, int value, std::size_t bytes, void* stream) {
  const Told told(memset_async);
  fake_gpu_set(to, value, bytes, stream_of(stream), told.correlation());
  return ok;
}

int cudaStreamCreate(void** stream) {
  const Told told(stream_create);
  *stream = fake_gpu_make_stream(true);
  return ok;
}
int cudaStreamCreateWithFlags(void** stream, unsigned flags) {
  const Told told(stream_create_flags);
  *stream = fake_gpu_make_stream((flags & 1) == 0);
  return ok;
}
int cudaStreamDestroy(void* stream) {
  const Told told(stream_destroy);
  fake_gpu_free_stream(stream_of(stream));
  return ok;
}
int cudaStreamSynchronize(void* stream) {
  const Told told(stream_synchronize);
  fake_gpu_wait(fake_gpu_tail(stream_of(stream)), wait_stream, stream_of(stream),
                told.correlation());
  return ok;
}
int cudaStreamQuery(void* stream) {
  return fake_gpu_tail(stream_of(stream)) <= fake_gpu_now() ? int{ok} : int{not_ready};
}
int cudaDeviceSynchronize() {
  const Told told(device_synchronize);
  fake_gpu_wait(fake_gpu_tail_of_device(), wait_context, nullptr, told.correlation());
  return ok;
}
int cudaStreamWaitEvent(void* stream, void* event, unsigned) {
  const Told told(stream_wait_event);
  fake_gpu_delay(stream_of(stream), moment(event).at);
  return ok;
}
int cudaEventCreate(void** event) {
  *event = new Moment;
  return ok;
}
int cudaEventCreateWithFlags(void** event, unsigned) { return cudaEventCreate(event); }
int cudaEventDestroy(void* event) {
  delete &moment(event);
  return ok;
}
int cudaEventRecord(void* event, void* stream) {
  const Told told(event_record);
  moment(event) = {std::max(fake_gpu_tail(stream_of(stream)), fake_gpu_now()), stream_of(stream)};
  return ok;
}
int cudaEventQuery(void* event) {
  return moment(event).at <= fake_gpu_now() ? int{ok} : int{not_ready};
}
int cudaEventSynchronize(void* event) {
  const Told told(event_synchronize);
  fake_gpu_wait(moment(event).at, wait_event, moment(event).stream, told.correlation());
  return ok;
}
int cudaEventElapsedTime(float* milliseconds, void* begin, void* end) {
  *milliseconds = static_cast<float>(
      (static_cast<double>(moment(end).at) - static_cast<double>(moment(begin).at)) * 1e-6);
  return ok;
}

int cudaStreamBeginCapture(void*, int) {
  captured = new Graph;
  return ok;
}
int cudaStreamEndCapture(void*, void** graph) {
  *graph = std::exchange(captured, nullptr);
  return ok;
}
int cudaGraphInstantiate(void** executable, void* graph, unsigned long long) {
  const Told told(graph_instantiate);
  static std::uint32_t graphs = 0;
  static_cast<Graph*>(graph)->id = ++graphs;
  *executable = graph;
  return ok;
}
int cudaGraphLaunch(void* executable, void* stream) {
  const Told told(graph_launch);
  for (Node& node : static_cast<Graph*>(executable)->nodes) {
    std::vector<void*> arguments;
    for (std::uint64_t& value : node.values) arguments.push_back(&value);
    Launch one = node.launch;
    one.name = node.name.c_str();
    one.arguments = arguments.empty() ? nullptr : arguments.data();
    one.correlation = told.correlation();
    one.graph = static_cast<Graph*>(executable)->id;
    fake_gpu_launch(&one, stream_of(stream));
  }
  return ok;
}
int cudaGraphExecDestroy(void*) { return ok; }
int cudaGraphDestroy(void*) { return ok; }
}
