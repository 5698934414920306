// A small CUDA program for the tests of the injection: built without nvcc, against the fake
// runtime, its kernel is the twin. Adds two arrays, in the way that its first argument says.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include <dlfcn.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/fake_gpu/fake_runtime.h"

namespace {

constexpr int host_to_device = 1, device_to_host = 2;
constexpr std::size_t count = 1 << 18, bytes = count * sizeof(float);
const char add_kernel = 0;  ///< its address is the kernel's

void start() {
  static char name[] = "add";
  __cudaRegisterFunction(nullptr, &add_kernel, name, name, -1, nullptr, nullptr, nullptr, nullptr,
                         nullptr);
}

void launch(float* a, float* b, float* c, std::size_t items, void* stream) {
  void* arguments[] = {&a, &b, &c, &items};
  const unsigned blocks = static_cast<unsigned>((items + 255) / 256);
  cudaLaunchKernel(&add_kernel, {blocks, 1, 1}, {256, 1, 1}, arguments, 0, stream);
}

float* on_device(std::size_t size = bytes) {
  void* memory = nullptr;
  cudaMalloc(&memory, size);
  return static_cast<float*>(memory);
}

/// Where nothing is carried out there is nothing to be right.
bool right(const float* sum) {
  const char* carried_out = std::getenv("FAKE_GPU_EXECUTE");
  if (carried_out && *carried_out == '0') return true;
  for (std::size_t i = 0; i < count; ++i)
    if (sum[i] != static_cast<float>(i % 1000) + 2) return false;
  return true;
}

void fill(float* a, float* b) {
  for (std::size_t i = 0; i < count; ++i) {
    a[i] = static_cast<float>(i % 1000);
    b[i] = 2;
  }
}

/// The four steps again and again; `resident`: the inputs go once, the result comes back once.
bool add_from(float* a, float* b, float* sum, int repeats, bool resident) {
  fill(a, b);
  float *da = on_device(), *db = on_device(), *dc = on_device();
  for (int i = 0; i < repeats; ++i) {
    if (i == 0 || !resident) cudaMemcpy(da, a, bytes, host_to_device);
    if (i == 0 || !resident) cudaMemcpy(db, b, bytes, host_to_device);
    launch(da, db, dc, count, nullptr);
    if (i + 1 == repeats || !resident) cudaMemcpy(sum, dc, bytes, device_to_host);
  }
  return right(sum);
}

bool pageable_add(int repeats, bool resident = false) {
  std::vector<float> a(count), b(count), sum(count);
  return add_from(a.data(), b.data(), sum.data(), repeats, resident);
}

float* pinned_array() {
  void* memory = nullptr;
  cudaMallocHost(&memory, bytes);
  return static_cast<float*>(memory);
}

bool pinned_add(int repeats) {
  return add_from(pinned_array(), pinned_array(), pinned_array(), repeats, false);
}

/// Pinned, in chunks on four streams; waits for an event.
bool streamed_add(int repeats) {
  void *a = nullptr, *b = nullptr;
  cudaMallocHost(&a, bytes);
  cudaHostAlloc(&b, bytes, 0);
  std::vector<float> sum(count);
  cudaHostRegister(sum.data(), bytes, 0);
  fill(static_cast<float*>(a), static_cast<float*>(b));
  float *da = on_device(), *db = on_device(), *dc = on_device();
  void* streams[4];
  for (void*& stream : streams) cudaStreamCreateWithFlags(&stream, 1);
  constexpr std::size_t chunk = count / 16;
  for (std::size_t i = 0; i < 16 * static_cast<std::size_t>(repeats); ++i) {
    if (i > 0 && i % 16 == 0) cudaDeviceSynchronize();
    void* stream = streams[i % 4];
    const std::size_t at = i % 16 * chunk, size = chunk * sizeof(float);
    cudaMemcpyAsync(da + at, static_cast<float*>(a) + at, size, host_to_device, stream);
    cudaMemcpyAsync(db + at, static_cast<float*>(b) + at, size, host_to_device, stream);
    launch(da + at, db + at, dc + at, chunk, stream);
    cudaMemcpyAsync(sum.data() + at, dc + at, size, device_to_host, stream);
  }
  void* event = nullptr;
  cudaEventCreate(&event);
  cudaEventRecord(event, streams[3]);
  cudaEventSynchronize(event);
  cudaDeviceSynchronize();
  return right(sum.data());
}

/// `waits`: after each of them.
void tiny_launches(int launches, bool waits) {
  float* memory = on_device();
  cudaMemset(memory, 0, bytes);
  for (int i = 0; i < launches; ++i) {
    launch(memory, memory, memory, 256, nullptr);
    if (waits) cudaDeviceSynchronize();
  }
  cudaDeviceSynchronize();
}

void set_memory(int times) {
  float* memory = on_device();
  for (int i = 0; i < times; ++i) cudaMemset(memory, 0, bytes);
  cudaDeviceSynchronize();
}

/// The program's own code, of so much CPU time.
double compute(int milliseconds) {
  timespec used{};
  double sum = 1;
  while (used.tv_sec * 1000 + used.tv_nsec / 1'000'000 < milliseconds) {
    for (int i = 1; i < 1'000'000; ++i) sum += 1 / sum;
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  }
  return sum;
}

/// What a profiler within the program does with CUPTI: its own records of kernels, if CUPTI lets
/// it. Never the program's own failure.
int own_records = 0;
void give_buffer(unsigned char** buffer, std::size_t* size, std::size_t* most) {
  *size = 1 << 16;
  *buffer = static_cast<unsigned char*>(std::aligned_alloc(64, *size));
  *most = 0;
}
void count_records(void*, unsigned, unsigned char* buffer, std::size_t, std::size_t valid) {
  own_records += valid > 0;
  std::free(buffer);
}
/// What CUPTI answers.
int subscribe() {
  void* cupti = ::dlopen("libcupti.so.13", RTLD_NOW);
  if (!cupti) return -1;
  const auto take = reinterpret_cast<int (*)(decltype(&give_buffer), decltype(&count_records))>(
      ::dlsym(cupti, "cuptiActivityRegisterCallbacks"));
  const auto enable = reinterpret_cast<int (*)(unsigned)>(::dlsym(cupti, "cuptiActivityEnable"));
  const int answer = take(give_buffer, count_records);
  return answer == 0 ? enable(10) : answer;  // kernels
}
int beside_own_profiler(bool early) {
  int answer = early ? subscribe() : 0;
  const bool fine = pageable_add(3);
  if (!early) answer = subscribe();
  const auto flush = reinterpret_cast<int (*)(unsigned)>(
      ::dlsym(::dlopen("libcupti.so.13", RTLD_NOW), "cuptiActivityFlushAll"));
  flush(1);
  std::printf("%d, %d buffers\n", answer, own_records);
  return fine && (own_records > 0) == early ? 0 : 3;
}

void graph_of_launches(int launches) {
  float* memory = on_device();
  void *stream = nullptr, *graph = nullptr, *executable = nullptr;
  cudaStreamCreate(&stream);
  cudaStreamBeginCapture(stream, 0);
  for (int i = 0; i < 50; ++i) launch(memory, memory, memory, 256, stream);
  cudaStreamEndCapture(stream, &graph);
  cudaGraphInstantiate(&executable, graph, 0);
  for (int i = 0; i < launches / 50; ++i) cudaGraphLaunch(executable, stream);
  cudaStreamSynchronize(stream);
}

bool on_two_devices() {
  for (int device = 0; device < 2; ++device) {
    if (cudaSetDevice(device) != 0) return false;
    if (!pageable_add(1)) return false;
  }
  return true;
}

int in_children(bool exec) {
  for (int i = 0; i < 3; ++i) {
    if (::fork() != 0) continue;
    if (exec) ::execl("/proc/self/exe", "cuda_target", "pageable", "2", nullptr);
    ::_exit(pageable_add(1) ? 0 : 3);
  }
  int worst = 0, status = 0;
  while (::wait(&status) > 0) worst |= status;
  return worst == 0 ? 0 : 3;
}

/// After CUDA has started, the child may not use it; it ends by itself.
int after_start() {
  const bool fine = pageable_add(1);
  const pid_t child = ::fork();
  if (child == 0) std::exit(4);
  int status = 0;
  ::waitpid(child, &status, 0);
  return fine && WEXITSTATUS(status) == 4 ? 0 : 3;
}

}  // namespace

extern "C" {
__attribute__((visibility("default"))) void bottleneck_twin_add(const int* grid, const int* block,
                                                                void** arguments) {
  const auto array = [&](int i) { return *static_cast<float**>(arguments[i]); };
  const std::size_t items = *static_cast<std::size_t*>(arguments[3]);
  const auto threads = static_cast<std::size_t>(grid[0]) * static_cast<std::size_t>(block[0]);
  for (std::size_t i = 0; i < items && i < threads; ++i) array(2)[i] = array(0)[i] + array(1)[i];
}
extern const int bottleneck_twin_add_arguments;
const int bottleneck_twin_add_arguments = 4;
}

int main(int words, char** word) {
  const std::string mode = words > 1 ? word[1] : "pageable";
  const int number = words > 2 ? std::atoi(word[2]) : 1;
  start();
  if (mode == "forked") return in_children(false);
  if (mode == "execs") return in_children(true);
  if (mode == "forks_late") return after_start();
  if (mode == "two_devices") return on_two_devices() ? 0 : 3;
  if (mode == "computes") return compute(number) > 0 && pageable_add(3) ? 0 : 3;
  if (words > 3) ::usleep(1000U * static_cast<unsigned>(std::atoi(word[3])));
  if (mode == "streamed") return streamed_add(number) ? 0 : 3;
  if (mode == "pinned") return pinned_add(number) ? 0 : 3;
  if (mode == "resident") return pageable_add(number, true) ? 0 : 3;
  if (mode == "own_profiler") return beside_own_profiler(true);
  if (mode == "late_profiler") return beside_own_profiler(false);
  if (mode == "graph") graph_of_launches(number);
  if (mode == "tiny" || mode == "waits") tiny_launches(number, mode == "waits");
  if (mode == "sets") set_memory(number);
  if (mode == "graph" || mode == "tiny" || mode == "waits" || mode == "sets") return 0;
  const bool fine = pageable_add(number);
  if (mode == "_exit") ::_exit(fine ? 5 : 3);
  if (mode == "becomes") ::execl("/bin/sh", "sh", "-c", "exit 6", nullptr);
  if (mode == "abort") std::abort();
  if (mode == "killed_later") ::usleep(300'000);  // some regular flushes later
  if (mode == "killed" || mode == "killed_later") ::kill(::getpid(), SIGKILL);
  return fine ? 0 : 3;
}
