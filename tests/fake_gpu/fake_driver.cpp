// The few functions of libcuda.so.1 that tools ask. Programs use the runtime (fake_runtime.cpp);
// those that call the driver itself do not run here.
#include <cstdio>
#include <cstdlib>

#include "tests/fake_gpu/simulated_gpu.h"

extern "C" {

int cuInit(unsigned) {
  fake_gpu::fake_gpu_start();
  return 0;
}
int cuDriverGetVersion(int* version) {
  *version = 13000;
  return 0;
}
int cuDeviceGetCount(int* count) {
  *count = fake_gpu::fake_gpu_devices();
  return 0;
}
int cuDeviceGet(int* device, int ordinal) {
  *device = ordinal;
  return 0;
}
int cuDeviceGetName(char* name, int room, int device) {
  std::snprintf(name, static_cast<std::size_t>(room), "SIMULATED GPU %d", device);
  return 0;
}
}
