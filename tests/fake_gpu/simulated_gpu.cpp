// The simulated GPU itself: memory, streams, three engines a device, and the model of time.
#include "tests/fake_gpu/simulated_gpu.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include <dlfcn.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

namespace fake_gpu {

struct Stream {
  std::uint64_t tail = 0;
  std::uint32_t id = 0;
  int device = 0;
  bool blocking = true;  ///< waits for the default stream, and it for this one
};

namespace {

double setting(const char* name, double otherwise) {
  const char* text = std::getenv(name);
  return text && *text ? std::atof(text) : otherwise;
}

/// The assumed figures of an H100 at PCIe generation 5. Source: research/gpu.md 5.4.
struct Model {
  double h2d = setting("FAKE_GPU_H2D_GBS", 55);
  double d2h = setting("FAKE_GPU_D2H_GBS", 55);
  double pageable_h2d = setting("FAKE_GPU_PAGEABLE_H2D_GBS", 12);
  double pageable_d2h = setting("FAKE_GPU_PAGEABLE_D2H_GBS", 12);
  double memory = setting("FAKE_GPU_MEMORY_GBS", 3000);
  double peer = setting("FAKE_GPU_PEER_GBS", 100);
  double both_ways = setting("FAKE_GPU_BOTH_WAYS", 0.85);  ///< of either, while both copy
  double copy_latency_ns = setting("FAKE_GPU_COPY_LATENCY_NS", 1500);
  double kernel_ns = setting("FAKE_GPU_KERNEL_NS", 2000);
  double submit_ns = setting("FAKE_GPU_SUBMIT_NS", 4000);
  double call_ns = setting("FAKE_GPU_CALL_NS", 2500);
  double graph_node_ns = setting("FAKE_GPU_GRAPH_NODE_NS", 600);
  double bytes_per_item = setting("FAKE_GPU_BYTES_PER_ITEM", 12);
  double flops_per_item = setting("FAKE_GPU_FLOPS_PER_ITEM", 1);
  double gigaflops = setting("FAKE_GPU_GFLOPS", 60000);
  double wait_ns = setting("FAKE_GPU_WAIT_NS", 0);  ///< a call that had to wait returns so late
  double allocation_ns = setting("FAKE_GPU_ALLOCATION_NS", 20000);
  bool execute = setting("FAKE_GPU_EXECUTE", 1) != 0;
};

struct Span {
  std::uint64_t start, end;
};
struct Device {
  Stream default_stream;
  std::uint64_t h2d = 0, d2h = 0, compute = 0;  ///< when each engine is free
  std::deque<Span> to, from;                    ///< the last copies each way, in order
};

/// Never destroyed: programs call us from their own destructors.
struct State {
  Model model;
  std::recursive_mutex mutex;
  std::vector<Device> devices;
  std::vector<Stream*> streams;
  std::map<std::uintptr_t, std::pair<std::size_t, int>> memory;  ///< begin → bytes, device
  std::map<std::uintptr_t, std::size_t> pinned;
  void (*listener)(const Event*) = nullptr;
  std::uint32_t next_stream = 13, correlation = 0;
  State() : devices(static_cast<std::size_t>(std::max(1.0, setting("FAKE_GPU_DEVICES", 1)))) {
    for (std::size_t i = 0; i < devices.size(); ++i)
      devices[i].default_stream = {0, 7, static_cast<int>(i), true};
  }
};
State& state() {
  static State* const made = new State;
  return *made;
}

thread_local int current_device = 0;

std::uint64_t thread_id() { return static_cast<std::uint64_t>(::syscall(SYS_gettid)); }

void tell(const Event& event) {
  if (state().listener) state().listener(&event);
}

/// Sleeps, and spins for the rest: sleeping alone comes back 50 us late.
void wait_until(std::uint64_t at) {
  constexpr std::uint64_t spun_ns = 80'000;
  if (at > fake_gpu_now() + spun_ns) {
    const std::uint64_t until = at - spun_ns;
    const timespec moment{static_cast<time_t>(until / 1'000'000'000),
                          static_cast<long>(until % 1'000'000'000)};
    ::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &moment, nullptr);
  }
  while (fake_gpu_now() < at) {
  }
}

void take_host_time(double ns) { wait_until(fake_gpu_now() + static_cast<std::uint64_t>(ns)); }

/// The device whose memory it is, -1: the host's.
int owner_of(const void* address) {
  const auto at = reinterpret_cast<std::uintptr_t>(address);
  auto found = state().memory.upper_bound(at);
  if (found == state().memory.begin()) return -1;
  --found;
  return at < found->first + found->second.first ? found->second.second : -1;
}

bool is_pinned(const void* address) {
  const auto at = reinterpret_cast<std::uintptr_t>(address);
  auto found = state().pinned.upper_bound(at);
  if (found == state().pinned.begin()) return false;
  --found;
  return at < found->first + found->second;
}

Stream& named(Stream* stream) {
  // 0, 1 and 2 are CUDA's names of the default streams.
  return reinterpret_cast<std::uintptr_t>(stream) <= 2
             ? state().devices[static_cast<std::size_t>(current_device)].default_stream
             : *stream;
}

/// The rule of the legacy default stream.
std::uint64_t ready(Stream& stream) {
  Device& device = state().devices[static_cast<std::size_t>(stream.device)];
  std::uint64_t at = stream.tail;
  if (&stream != &device.default_stream) {
    if (stream.blocking) at = std::max(at, device.default_stream.tail);
    return at;
  }
  for (const Stream* other : state().streams)
    if (other->blocking && other->device == stream.device) at = std::max(at, other->tail);
  return at;
}

void place(Event& event, Stream& stream, std::uint64_t& engine, double duration_ns) {
  const auto earliest = fake_gpu_now() + static_cast<std::uint64_t>(state().model.submit_ns);
  event.start = std::max({earliest, ready(stream), engine});
  event.end = event.start + static_cast<std::uint64_t>(duration_ns);
  event.stream = stream.id;
  event.device = static_cast<std::uint32_t>(stream.device);
  engine = stream.tail = event.end;
}

/// How long a copy takes that starts then, beside those of the other direction that are known yet:
/// these keep their pace, so that of each pair only the later one is slowed.
double beside(const std::deque<Span>& others, std::uint64_t start, double left_ns) {
  auto now = static_cast<double>(start);
  for (const Span& other : others) {
    const auto from = static_cast<double>(other.start), to = static_cast<double>(other.end);
    if (to <= now) continue;
    const double alone = std::min(left_ns, std::max(0.0, from - now));
    now += alone;
    left_ns -= alone;
    if (left_ns <= 0) break;
    const double part = std::min(left_ns, (to - now) * state().model.both_ways);
    now += part / state().model.both_ways;
    left_ns -= part;
    if (left_ns <= 0) break;
  }
  return now + left_ns - static_cast<double>(start);
}

void keep(std::deque<Span>& copies, const Event& event) {
  copies.push_back({event.start, event.end});
  while (!copies.empty() && copies.front().end < fake_gpu_now()) copies.pop_front();
}

void run_twin(const Launch& launch) {
  using Twin = void (*)(const int*, const int*, void**);
  static std::map<std::string, Twin>& twins = *new std::map<std::string, Twin>;
  const std::string symbol = std::string("bottleneck_twin_") + launch.name;
  const auto [found, is_new] = twins.try_emplace(symbol, nullptr);
  if (is_new) found->second = reinterpret_cast<Twin>(::dlsym(RTLD_DEFAULT, symbol.c_str()));
  if (found->second && launch.arguments) found->second(launch.grid, launch.block, launch.arguments);
}

void tell_allocation(void* memory, std::size_t bytes, Memory kind) {
  Event event{};
  event.what = What::allocation;
  event.start = event.end = fake_gpu_now();
  event.bytes = bytes;
  event.address = reinterpret_cast<std::uintptr_t>(memory);
  event.destination = kind;
  tell(event);
}

}  // namespace

extern "C" {

void fake_gpu_start() {
  static std::once_flag once;
  std::call_once(once, [] {
    const char* path = std::getenv("CUDA_INJECTION64_PATH");
    if (!path || !*path || std::strcmp(path, "none") == 0) return;
    void* object = ::dlopen(path, RTLD_NOW | RTLD_LOCAL);
    const auto begin =
        object ? reinterpret_cast<int (*)()>(::dlsym(object, "InitializeInjection")) : nullptr;
    if (begin) begin();
  });
}

void fake_gpu_listen(void (*listener)(const Event*)) { state().listener = listener; }

std::uint64_t fake_gpu_now() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 +
         static_cast<std::uint64_t>(now.tv_nsec);
}

std::uint32_t fake_gpu_next_correlation() {
  return __atomic_add_fetch(&state().correlation, 1, __ATOMIC_RELAXED);
}

void fake_gpu_call(std::uint32_t call, std::uint64_t start, std::uint32_t correlation) {
  Event event{};
  event.what = What::call;
  event.call = call;
  event.start = start;
  event.end = fake_gpu_now();
  event.correlation = correlation;
  event.thread = static_cast<std::uint32_t>(thread_id());
  tell(event);
}

int fake_gpu_devices() { return static_cast<int>(state().devices.size()); }
int fake_gpu_device() { return current_device; }
void fake_gpu_set_device(int device) { current_device = device; }

void* fake_gpu_allocate(std::size_t bytes) {
  const std::lock_guard lock(state().mutex);
  void* memory = std::aligned_alloc(4096, (bytes + 4095) / 4096 * 4096 + 4096);
  if (!memory) return nullptr;
  state().memory[reinterpret_cast<std::uintptr_t>(memory)] = {bytes, current_device};
  take_host_time(state().model.allocation_ns);
  tell_allocation(memory, bytes, device_memory);
  return memory;
}

bool fake_gpu_free(void* memory) {
  const std::lock_guard lock(state().mutex);
  if (!memory) return true;
  if (state().memory.erase(reinterpret_cast<std::uintptr_t>(memory)) == 0) return false;
  std::free(memory);
  return true;
}

void* fake_gpu_allocate_pinned(std::size_t bytes) {
  void* memory = std::aligned_alloc(4096, (bytes + 4095) / 4096 * 4096 + 4096);
  if (memory) fake_gpu_pin(memory, bytes);
  return memory;
}

bool fake_gpu_free_pinned(void* memory) {
  if (!fake_gpu_unpin(memory)) return false;
  std::free(memory);
  return true;
}

void fake_gpu_pin(void* memory, std::size_t bytes) {
  const std::lock_guard lock(state().mutex);
  state().pinned[reinterpret_cast<std::uintptr_t>(memory)] = bytes;
  take_host_time(state().model.allocation_ns + static_cast<double>(bytes) * 0.1);
  tell_allocation(memory, bytes, pinned);
}

bool fake_gpu_unpin(void* memory) {
  const std::lock_guard lock(state().mutex);
  return state().pinned.erase(reinterpret_cast<std::uintptr_t>(memory)) > 0;
}

Stream* fake_gpu_make_stream(bool blocking) {
  const std::lock_guard lock(state().mutex);
  return state().streams.emplace_back(
      new Stream{0, state().next_stream++, current_device, blocking});
}

void fake_gpu_free_stream(Stream* stream) {
  const std::lock_guard lock(state().mutex);
  std::erase(state().streams, stream);
  delete stream;
}

std::uint64_t fake_gpu_tail(Stream* stream) {
  const std::lock_guard lock(state().mutex);
  return ready(named(stream));
}

std::uint64_t fake_gpu_tail_of_device() {
  const std::lock_guard lock(state().mutex);
  std::uint64_t at = named(nullptr).tail;
  for (const Stream* stream : state().streams)
    if (stream->device == current_device) at = std::max(at, stream->tail);
  return at;
}

void fake_gpu_delay(Stream* stream, std::uint64_t until) {
  const std::lock_guard lock(state().mutex);
  named(stream).tail = std::max(named(stream).tail, until);
}

void fake_gpu_copy(void* to, const void* from, std::size_t bytes, Stream* on, bool asynchronous,
                   std::uint32_t correlation) {
  std::unique_lock lock(state().mutex);
  const Model& model = state().model;
  Stream& stream = named(on);
  Device& device = state().devices[static_cast<std::size_t>(stream.device)];
  const int from_device = owner_of(from), to_device = owner_of(to);
  const auto memory = [](int owner, const void* at) {
    return owner >= 0 ? device_memory : is_pinned(at) ? pinned : pageable;
  };
  Event event{};
  event.what = What::copy;
  event.correlation = correlation;
  event.bytes = bytes;
  event.asynchronous = asynchronous;
  event.source = memory(from_device, from);
  event.destination = memory(to_device, to);
  const bool staged = event.source == pageable || event.destination == pageable;
  double rate = 10;
  std::uint64_t* engine = &device.h2d;
  event.copy_kind = 9;  // host to host
  if (from_device >= 0 && to_device >= 0) {
    event.copy_kind = from_device == to_device ? 8 : 10;
    rate = from_device == to_device ? model.memory / 2 : model.peer;
    engine = &device.compute;
  } else if (to_device >= 0) {
    event.copy_kind = 1;
    rate = staged ? model.pageable_h2d : model.h2d;
  } else if (from_device >= 0) {
    event.copy_kind = 2;
    rate = staged ? model.pageable_d2h : model.d2h;
    engine = &device.d2h;
  }
  const double alone_ns = model.copy_latency_ns + static_cast<double>(bytes) / rate;
  const auto begin = std::max(
      {fake_gpu_now() + static_cast<std::uint64_t>(model.submit_ns), ready(stream), *engine});
  auto* const same = engine == &device.h2d ? &device.to : &device.from;
  const bool crosses = event.copy_kind == 1 || event.copy_kind == 2;
  place(event, stream, *engine,
        crosses ? beside(same == &device.to ? device.from : device.to, begin, alone_ns) : alone_ns);
  if (crosses) keep(*same, event);
  if (model.execute) std::memcpy(to, from, bytes);
  tell(event);
  lock.unlock();
  constexpr std::size_t staged_at_once = 65536;
  if (!asynchronous || (staged && bytes > staged_at_once))
    wait_until(event.end);  // in effect: what is staged has to be there
  else
    take_host_time(model.call_ns);
}

void fake_gpu_set(void* to, int value, std::size_t bytes, Stream* on, std::uint32_t correlation) {
  const std::lock_guard lock(state().mutex);
  Stream& stream = named(on);
  Event event{};
  event.what = What::set;
  event.correlation = correlation;
  event.bytes = bytes;
  event.destination = device_memory;
  place(event, stream, state().devices[static_cast<std::size_t>(stream.device)].compute,
        1500 + static_cast<double>(bytes) / state().model.memory);
  if (state().model.execute) std::memset(to, value, bytes);
  tell(event);
  take_host_time(state().model.call_ns);
}

void fake_gpu_launch(const Launch* launch, Stream* on) {
  const std::lock_guard lock(state().mutex);
  const Model& model = state().model;
  Stream& stream = named(on);
  Event event{};
  event.what = What::kernel;
  event.name = launch->name;
  event.correlation = launch->correlation;
  event.graph = launch->graph;
  double items = 1;
  for (int i = 0; i < 3; ++i) {
    event.grid[i] = launch->grid[i];
    event.block[i] = launch->block[i];
    items *= static_cast<double>(launch->grid[i]) * launch->block[i];
  }
  const double duration_ns = std::max({model.kernel_ns, items * model.bytes_per_item / model.memory,
                                       items * model.flops_per_item / model.gigaflops});
  std::uint64_t& engine = state().devices[static_cast<std::size_t>(stream.device)].compute;
  // Behind its predecessor a node of a graph needs no submission of its own.
  if (launch->graph != 0 && stream.tail > fake_gpu_now() + 1000) {
    event.start = std::max(stream.tail, engine) + static_cast<std::uint64_t>(model.graph_node_ns);
    event.end = event.start + static_cast<std::uint64_t>(duration_ns);
    event.stream = stream.id;
    event.device = static_cast<std::uint32_t>(stream.device);
    engine = stream.tail = event.end;
  } else {
    place(event, stream, engine, duration_ns);
  }
  if (model.execute) run_twin(*launch);
  tell(event);
  if (launch->graph == 0) take_host_time(model.call_ns);
}

void fake_gpu_wait(std::uint64_t until, Wait kind, Stream* stream, std::uint32_t correlation) {
  Event event{};
  event.what = What::wait;
  event.wait = kind;
  event.correlation = correlation;
  event.stream = kind == wait_context ? ~std::uint32_t{0} : named(stream).id;
  event.start = fake_gpu_now();
  wait_until(until);
  if (event.start < until) take_host_time(state().model.wait_ns);
  event.end = fake_gpu_now();
  tell(event);
}

}  // extern "C"
}  // namespace fake_gpu
