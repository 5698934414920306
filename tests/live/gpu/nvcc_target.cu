// The same as an ordinary program of nvcc, which knows nothing of the fake stack but the twin.
#include <cuda_runtime.h>

#include <cstdio>
#include <vector>

extern "C" __global__ void add(const float* a, const float* b, float* c, size_t n) {
  const size_t i = blockIdx.x * static_cast<size_t>(blockDim.x) + threadIdx.x;
  if (i < n) c[i] = a[i] + b[i];
}

extern "C" __attribute__((visibility("default"), used)) void bottleneck_twin_add(const int*, const int*,
                                                                                void** arguments) {
  const float *a = *static_cast<float**>(arguments[0]), *b = *static_cast<float**>(arguments[1]);
  float* c = *static_cast<float**>(arguments[2]);
  for (size_t i = 0; i < *static_cast<size_t*>(arguments[3]); ++i) c[i] = a[i] + b[i];
}

int main() {
  const size_t n = 1 << 18, bytes = n * sizeof(float);
  std::vector<float> a(n, 1), b(n, 2), c(n);
  float *da = nullptr, *db = nullptr, *dc = nullptr;
  const cudaError_t error = cudaMalloc(&da, bytes);
  if (error != cudaSuccess) {
    std::printf("%d %s\n", static_cast<int>(error), cudaGetErrorString(error));
    return 9;
  }
  cudaMalloc(&db, bytes);
  cudaMalloc(&dc, bytes);
  cudaMemcpy(da, a.data(), bytes, cudaMemcpyHostToDevice);
  cudaMemcpy(db, b.data(), bytes, cudaMemcpyHostToDevice);
  add<<<(n + 255) / 256, 256>>>(da, db, dc, n);
  cudaMemcpy(c.data(), dc, bytes, cudaMemcpyDeviceToHost);
  return c[n / 2] == 3 ? 0 : 3;
}
