// A small OpenCL program for the layer's tests and its cost: adds two arrays on any device, in the
// way that its first argument says. Exit status 3: wrong result; 77: no OpenCL device here.
#define CL_TARGET_OPENCL_VERSION 300
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include <CL/cl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

constexpr const char* source =
    "__kernel void add(__global const float* a, __global const float* b, __global float* c) {"
    "  size_t i = get_global_id(0); c[i] = a[i] + b[i]; }";

struct Device {
  cl_context context = nullptr;
  cl_command_queue queue = nullptr;
  cl_kernel add = nullptr;
};

Device open_device() {
  cl_platform_id platform = nullptr;
  cl_device_id device = nullptr;
  if (clGetPlatformIDs(1, &platform, nullptr) != CL_SUCCESS ||
      clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, 1, &device, nullptr) != CL_SUCCESS)
    std::exit(77);
  Device opened;
  opened.context = clCreateContext(nullptr, 1, &device, nullptr, nullptr, nullptr);
  opened.queue = clCreateCommandQueueWithProperties(opened.context, device, nullptr, nullptr);
  const char* text = source;
  cl_program program = clCreateProgramWithSource(opened.context, 1, &text, nullptr, nullptr);
  if (clBuildProgram(program, 1, &device, "", nullptr, nullptr) != CL_SUCCESS) std::exit(77);
  opened.add = clCreateKernel(program, "add", nullptr);
  return opened;
}

struct Buffers {
  cl_mem a, b, c;
};

Buffers make_buffers(const Device& on, std::size_t bytes, cl_mem_flags more) {
  const auto make = [&] {
    return clCreateBuffer(on.context, CL_MEM_READ_WRITE | more, bytes, nullptr, nullptr);
  };
  return {make(), make(), make()};
}

void set_arguments(const Device& on, const Buffers& buffers) {
  clSetKernelArg(on.add, 0, sizeof(cl_mem), &buffers.a);
  clSetKernelArg(on.add, 1, sizeof(cl_mem), &buffers.b);
  clSetKernelArg(on.add, 2, sizeof(cl_mem), &buffers.c);
}

bool copied_add(const Device& on, std::size_t count, int repeats) {
  const std::size_t bytes = count * sizeof(float);
  const Buffers buffers = make_buffers(on, bytes, 0);
  set_arguments(on, buffers);
  std::vector<float> a(count, 1.5F), b(count), c(count);
  for (std::size_t i = 0; i < count; ++i) b[i] = static_cast<float>(i % 100);
  for (int i = 0; i < repeats; ++i) {
    clEnqueueWriteBuffer(on.queue, buffers.a, CL_TRUE, 0, bytes, a.data(), 0, nullptr, nullptr);
    clEnqueueWriteBuffer(on.queue, buffers.b, CL_FALSE, 0, bytes, b.data(), 0, nullptr, nullptr);
    clEnqueueNDRangeKernel(on.queue, on.add, 1, nullptr, &count, nullptr, 0, nullptr, nullptr);
    clEnqueueReadBuffer(on.queue, buffers.c, CL_TRUE, 0, bytes, c.data(), 0, nullptr, nullptr);
  }
  for (std::size_t i = 0; i < count; ++i)
    if (c[i] != a[i] + b[i]) return false;
  return true;
}

bool mapped_add(const Device& on, std::size_t count) {
  const std::size_t bytes = count * sizeof(float);
  const Buffers buffers = make_buffers(on, bytes, CL_MEM_ALLOC_HOST_PTR);
  set_arguments(on, buffers);
  for (cl_mem input : {buffers.a, buffers.b}) {
    auto* mapped = static_cast<float*>(clEnqueueMapBuffer(on.queue, input, CL_TRUE, CL_MAP_WRITE, 0,
                                                          bytes, 0, nullptr, nullptr, nullptr));
    for (std::size_t i = 0; i < count; ++i) mapped[i] = 2;
    clEnqueueUnmapMemObject(on.queue, input, mapped, 0, nullptr, nullptr);
  }
  clEnqueueNDRangeKernel(on.queue, on.add, 1, nullptr, &count, nullptr, 0, nullptr, nullptr);
  const auto* result = static_cast<float*>(clEnqueueMapBuffer(
      on.queue, buffers.c, CL_TRUE, CL_MAP_READ, 0, bytes, 0, nullptr, nullptr, nullptr));
  return result[0] == 4 && result[count - 1] == 4;
}

/// What a command costs the host, in rounds of 100 that are waited for.
void tiny_kernels(const Device& on, int count) {
  set_arguments(on, make_buffers(on, 4096, 0));
  const std::size_t items = 1;
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < count; ++i) {
    clEnqueueNDRangeKernel(on.queue, on.add, 1, nullptr, &items, nullptr, 0, nullptr, nullptr);
    if (i % 100 == 99) clFinish(on.queue);
  }
  clFinish(on.queue);
  const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - begin;
  std::printf("%.3f us a kernel\n", took.count() / count);
}

int forked_children() {
  for (int i = 0; i < 3; ++i)
    if (::fork() == 0) ::_exit(copied_add(open_device(), 1000, 1) ? 0 : 3);
  int worst = 0, status = 0;
  while (::wait(&status) > 0) worst |= status;
  return worst == 0 ? 0 : 3;
}

int many_threads(const Device& on) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      std::vector<float> host(1000, 1);
      const Buffers buffers = make_buffers(on, 4000, 0);
      for (int n = 0; n < 200; ++n)
        clEnqueueWriteBuffer(on.queue, buffers.a, n % 20 == 19, 0, 4000, host.data(), 0, nullptr,
                             nullptr);
      clFinish(on.queue);
    });
  for (std::thread& thread : threads) thread.join();
  return 0;
}

}  // namespace

int main(int count, char** words) {
  const std::string mode = count > 1 ? words[1] : "copied";
  const int number = count > 2 ? std::atoi(words[2]) : 1;
  if (mode == "forked") return forked_children();
  const Device device = open_device();
  if (mode == "mapped") return mapped_add(device, 1 << 16) ? 0 : 3;
  if (mode == "threads") return many_threads(device);
  if (mode == "tiny") tiny_kernels(device, number);
  if (mode == "copied") return copied_add(device, 1 << 20, number) ? 0 : 3;
  const bool right = copied_add(device, 1 << 16, number);
  if (mode == "_exit") ::_exit(right ? 5 : 3);
  if (mode == "crash") std::abort();
  if (mode == "killed") ::kill(::getpid(), SIGKILL);
  return 0;
}
