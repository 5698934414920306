// What the three parts of the fake stack share (libcuda.so.1, libcudart.so.13, libcupti.so.13): a
// simulated GPU, which lives in libcuda.so.1. Operations get their times from a model the moment
// they are issued; host calls that wait sleep until then. Effects happen at once, kernels by a
// twin on the CPU. It proves plumbing, never a figure of hardware. README.md has its settings.
#pragma once

#include <cstddef>
#include <cstdint>

namespace fake_gpu {

enum class What { call, copy, set, kernel, wait, allocation };
enum Memory : int { pageable = 1, pinned = 2, device_memory = 3 };  ///< as CUPTI numbers them
enum Wait : int { wait_event = 1, wait_stream = 3, wait_context = 4 };

/// Something happened; times in ns of CLOCK_MONOTONIC.
struct Event {
  What what;
  std::uint64_t start, end;
  std::uint32_t correlation, stream, device, call, thread, graph;
  int copy_kind, source, destination, wait;
  bool asynchronous;
  std::uint64_t bytes, address;
  const char* name;
  int grid[3], block[3];
};

struct Stream;
struct Launch {
  const char* name;
  int grid[3], block[3];
  void** arguments;  ///< null: the twin is not run
  std::uint32_t correlation, graph;
};

extern "C" {
void fake_gpu_start();  ///< loads what CUDA_INJECTION64_PATH names, once
void fake_gpu_listen(void (*listener)(const Event*));
std::uint64_t fake_gpu_now();
std::uint32_t fake_gpu_next_correlation();
void fake_gpu_call(std::uint32_t call, std::uint64_t start, std::uint32_t correlation);
int fake_gpu_devices();
/// Of the calling thread.
int fake_gpu_device();
void fake_gpu_set_device(int device);
void* fake_gpu_allocate(std::size_t bytes);
bool fake_gpu_free(void* memory);
void* fake_gpu_allocate_pinned(std::size_t bytes);
bool fake_gpu_free_pinned(void* memory);
void fake_gpu_pin(void* memory, std::size_t bytes);
bool fake_gpu_unpin(void* memory);
Stream* fake_gpu_make_stream(bool blocking);
void fake_gpu_free_stream(Stream* stream);
/// When everything issued to the stream so far will have ended; null: the default stream.
std::uint64_t fake_gpu_tail(Stream* stream);
void fake_gpu_delay(Stream* stream, std::uint64_t until);
void fake_gpu_copy(void* to, const void* from, std::size_t bytes, Stream* stream, bool asynchronous,
                   std::uint32_t correlation);
void fake_gpu_set(void* to, int value, std::size_t bytes, Stream* stream,
                  std::uint32_t correlation);
void fake_gpu_launch(const Launch* launch, Stream* stream);
void fake_gpu_wait(std::uint64_t until, Wait kind, Stream* stream, std::uint32_t correlation);
std::uint64_t fake_gpu_tail_of_device();
}

}  // namespace fake_gpu
