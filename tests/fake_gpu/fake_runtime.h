// CUDA's runtime as far as the fake libcudart.so.13 has it, in declarations of our own: for a host
// program that is to run without nvcc and NVIDIA's headers. The binary interface is NVIDIA's, so
// that programs of nvcc -cudart shared run on it unmodified. Errors are CUDA's numbers.
#pragma once

#include <cstddef>

struct FakeDim3 {
  unsigned x, y, z;
};

extern "C" {
int cudaGetDeviceCount(int* count);
int cudaSetDevice(int device);
int cudaMalloc(void** memory, std::size_t bytes);
int cudaFree(void* memory);
int cudaMallocHost(void** memory, std::size_t bytes);
int cudaHostAlloc(void** memory, std::size_t bytes, unsigned flags);
int cudaHostRegister(void* memory, std::size_t bytes, unsigned flags);
int cudaHostUnregister(void* memory);
int cudaFreeHost(void* memory);
int cudaMemcpy(void* to, const void* from, std::size_t bytes, int kind);
int cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, int kind, void* stream);
int cudaMemset(void* to, int value, std::size_t bytes);
int cudaStreamCreate(void** stream);
int cudaStreamCreateWithFlags(void** stream, unsigned flags);
int cudaStreamDestroy(void* stream);
int cudaStreamSynchronize(void* stream);
int cudaStreamWaitEvent(void* stream, void* event, unsigned flags);
int cudaDeviceSynchronize();
int cudaEventCreate(void** event);
int cudaEventRecord(void* event, void* stream);
int cudaEventSynchronize(void* event);
int cudaEventElapsedTime(float* milliseconds, void* begin, void* end);
int cudaStreamBeginCapture(void* stream, int mode);
int cudaStreamEndCapture(void* stream, void** graph);
int cudaGraphInstantiate(void** executable, void* graph, unsigned long long flags);
int cudaGraphLaunch(void* executable, void* stream);
int cudaLaunchKernel(const void* function, FakeDim3 grid, FakeDim3 block, void** arguments,
                     std::size_t shared, void* stream);
/// What nvcc's start-up code calls for each kernel; a host program does so itself.
void __cudaRegisterFunction(void** module, const char* function, char* device_function,
                            const char* name, int threads, void*, void*, void*, void*, int*);
}
