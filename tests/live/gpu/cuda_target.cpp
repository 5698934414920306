// A small CUDA program for the tests of the injection: built without nvcc, against the fake
// runtime, its kernel is the twin. Adds two arrays, in the way that its first argument says.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include <signal.h>
#include <sys/wait.h>
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

bool right(const float* sum) {
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

bool pageable_add(int repeats) {
  std::vector<float> a(count), b(count), sum(count);
  fill(a.data(), b.data());
  float *da = on_device(), *db = on_device(), *dc = on_device();
  for (int i = 0; i < repeats; ++i) {
    cudaMemcpy(da, a.data(), bytes, host_to_device);
    cudaMemcpy(db, b.data(), bytes, host_to_device);
    launch(da, db, dc, count, nullptr);
    cudaMemcpy(sum.data(), dc, bytes, device_to_host);
  }
  return right(sum.data());
}

/// Pinned, in chunks on four streams; waits for an event.
bool streamed_add() {
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
  for (std::size_t i = 0; i < 16; ++i) {
    void* stream = streams[i % 4];
    const std::size_t at = i * chunk, size = chunk * sizeof(float);
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

void tiny_launches(int launches) {
  float* memory = on_device();
  cudaMemset(memory, 0, bytes);
  for (int i = 0; i < launches; ++i) launch(memory, memory, memory, 256, nullptr);
  cudaDeviceSynchronize();
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
  if (mode == "streamed") return streamed_add() ? 0 : 3;
  if (mode == "graph") graph_of_launches(number);
  if (mode == "tiny") tiny_launches(number);
  if (mode == "graph" || mode == "tiny") return 0;
  const bool fine = pageable_add(number);
  if (mode == "_exit") ::_exit(fine ? 5 : 3);
  if (mode == "becomes") ::execl("/bin/sh", "sh", "-c", "exit 6", nullptr);
  if (mode == "abort") std::abort();
  if (mode == "killed") ::kill(::getpid(), SIGKILL);
  return fine ? 0 : 3;
}
