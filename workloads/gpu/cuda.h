// What the CUDA parts share: errors as exceptions, memory that frees itself, and which device
// answers. Only for files that nvcc compiles. It hides no step: moving and launching stand in the
// variants themselves.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>

#include <cuda_runtime.h>

#include "workloads/gpu/part.h"

namespace workload::gpu {

inline std::string say(cudaError_t error) {
  return "error " + std::to_string(static_cast<int>(error)) + ", " + cudaGetErrorString(error);
}

inline void check(cudaError_t error, const char* what) {
  if (error != cudaSuccess) throw std::runtime_error(std::string(what) + ": CUDA " + say(error));
}

/// On the device.
class DeviceArray {
 public:
  explicit DeviceArray(std::size_t count) {
    check(cudaMalloc(reinterpret_cast<void**>(&data_), count * sizeof(float)), "cudaMalloc");
  }
  DeviceArray(const DeviceArray&) = delete;
  DeviceArray& operator=(const DeviceArray&) = delete;
  ~DeviceArray() { cudaFree(data_); }
  float* data() const { return data_; }

 private:
  float* data_ = nullptr;
};

/// On the host, its pages locked: the device reads and writes them by itself.
class PinnedArray {
 public:
  explicit PinnedArray(std::size_t count) {
    check(cudaMallocHost(reinterpret_cast<void**>(&data_), count * sizeof(float)),
          "cudaMallocHost");
  }
  PinnedArray(const PinnedArray&) = delete;
  PinnedArray& operator=(const PinnedArray&) = delete;
  ~PinnedArray() { cudaFreeHost(data_); }
  float* data() const { return data_; }

 private:
  float* data_ = nullptr;
};

class Stream {
 public:
  Stream() {
    check(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "cudaStreamCreate");
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream() { cudaStreamDestroy(stream_); }
  cudaStream_t get() const { return stream_; }

 private:
  cudaStream_t stream_ = nullptr;
};

/// The stand-in for a driver (tests/fake_gpu) calls its devices so.
inline bool is_simulated(const char* name) { return std::string(name).rfind("SIMULATED", 0) == 0; }

/// Without a driver the runtime answers 35, with the stub of the toolkit 34, without a GPU 100.
inline void describe_cuda_device(Part& part) {
  int driver = 0, count = 0;
  cudaDriverGetVersion(&driver);
  const cudaError_t error = cudaGetDeviceCount(&count);
  if (error != cudaSuccess || count == 0) {
    part.missing = error == cudaSuccess ? "no device" : say(error);
    if (driver == 0) part.missing += " (no driver: libcuda.so.1)";
    return;
  }
  cudaDeviceProp properties{};
  check(cudaGetDeviceProperties(&properties, 0), "cudaGetDeviceProperties");
  part.simulated = is_simulated(properties.name);
  part.host_memory = properties.integrated != 0;
  part.device = std::string("CUDA: ") + properties.name + ", driver " +
                std::to_string(driver / 1000) + "." + std::to_string(driver % 1000 / 10);
}

}  // namespace workload::gpu
