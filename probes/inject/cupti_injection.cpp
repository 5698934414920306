// Loaded into the target by NVIDIA's driver (CUDA_INJECTION64_PATH) as CUDA starts: has CUPTI
// record what the device does, and hands it to the file of gpu_writer.h, every 50 ms and at the
// end. Whatever CUPTI refuses becomes a note; the target goes on. No subscriber, which there can be
// only one of. All that the target waits for has a time limit.
#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include <dlfcn.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/prctl.h>
#include <time.h>

#include "probes/inject/cupti_library.h"
#include "probes/inject/cupti_raw.h"
#include "probes/inject/cupti_records.h"
#include "probes/inject/exit_hook.h"
#include "probes/inject/gpu_writer.h"

namespace bottleneck::inject {
namespace {

/// Source: Kineto's (research/gpu.md section 2); NVIDIA recommends 1 to 10 MB.
constexpr std::size_t buffer_bytes = 4 << 20;
/// What a killed process loses at most.
constexpr std::uint64_t flush_every_ns = 50'000'000;
/// Source: a flush writes 10 million records a second; seconds are for drivers that hang.
constexpr std::uint64_t longest_wait_at_exit_ns = 2'000'000'000;
constexpr std::uint64_t longest_wait_at_once_ns = 500'000'000;

/// Calls that programs make all the time and that take no time: cudaGetDevice, cudaGetLastError,
/// cudaPeekAtLastError. Source: cupti_runtime_cbid.h.
constexpr std::uint32_t silent_calls[] = {17, 10, 11};

constexpr std::uint32_t wanted_kinds[] = {cupti::kind_device,
                                          cupti::kind_memcpy,
                                          cupti::kind_memcpy_peer,
                                          cupti::kind_memset,
                                          cupti::kind_concurrent_kernel,
                                          cupti::kind_runtime,
                                          cupti::kind_synchronization,
                                          cupti::kind_memory,
                                          cupti::kind_overhead};

enum Wish { wish_nothing, wish_flush, wish_end };

cupti::Library library;
GpuWriter writer;
cupti::Seen seen;
sem_t wake;
int wish = wish_nothing;  ///< what the flushing thread is to do next
int fulfilled = 0;        ///< how many wishes it has
bool ended = false;       ///< it is no more, and CUPTI is not called any more

void note(const char* what, int error) {
  const char* reason = nullptr;
  if (library.result_text) library.result_text(error, &reason);
  char text[256];
  std::snprintf(text, sizeof text, "%s: %s", what, reason ? reason : "refused");
  writer.note(text, error);
}

/// A refused buffer crashes CUPTI before CUDA 12.9 (research/gpu.md section 2): only out of memory.
void request_buffer(std::uint8_t** buffer, std::size_t* size, std::size_t* most_records) {
  *buffer = static_cast<std::uint8_t*>(std::aligned_alloc(64, buffer_bytes));
  *size = *buffer ? buffer_bytes : 0;
  *most_records = 0;
}

void take_buffer(void*, std::uint32_t, std::uint8_t* buffer, std::size_t, std::size_t valid) {
  cupti::Activity* record = nullptr;
  int result = cupti::success;
  if (buffer) cupti::keep_raw_buffer(buffer, valid);
  while (buffer && (result = library.next_record(buffer, valid, &record)) == cupti::success)
    cupti::write_record(*record, library, writer, seen);
  if (buffer && result != cupti::max_limit_reached)
    note("CUPTI stopped amid a buffer of records, and the rest of it is lost", result);
  std::free(buffer);
}

void count_dropped() {
  std::size_t dropped = 0;
  if (library.dropped_records && library.dropped_records(nullptr, 0, &dropped) == cupti::success &&
      dropped > 0)
    writer.add_vendor_dropped(dropped);
}

/// Programs that call the driver without the runtime (JAX) are asked about the driver's calls: all
/// of them, for both kinds together would tell each launch twice.
void follow_driver_calls() {
  static bool followed = false;
  if (followed || seen.operations == 0 || seen.calls > 0) return;
  followed = true;
  const int result = library.enable(cupti::kind_driver);
  if (result != cupti::success) note("CUPTI refuses the driver's calls", result);
}

void flush(bool last) {
  library.flush_all(last ? cupti::flush_forced : 0);
  count_dropped();
}

timespec later(std::uint64_t ns) {
  const std::uint64_t at = gpu_now_ns() + ns;
  return {static_cast<time_t>(at / 1'000'000'000), static_cast<long>(at % 1'000'000'000)};
}

void* keep_flushing(void*) {
  ::prctl(PR_SET_NAME, "bottleneck-gpu");
  for (;;) {
    const timespec until = later(flush_every_ns);
    sem_clockwait(&wake, CLOCK_MONOTONIC, &until);
    const int now = __atomic_exchange_n(&wish, wish_nothing, __ATOMIC_ACQ_REL);
    flush(now != wish_nothing);
    follow_driver_calls();
    if (now == wish_nothing) continue;
    writer.close();
    if (now == wish_end) __atomic_store_n(&ended, true, __ATOMIC_RELEASE);
    __atomic_fetch_add(&fulfilled, 1, __ATOMIC_RELEASE);
    if (now == wish_end) return nullptr;
  }
}

/// Another thread does it, for this one may have been interrupted inside of CUPTI, or hold what it
/// needs. Async-signal-safe.
void ask_and_wait(Wish what, std::uint64_t longest_ns) {
  if (!writer.is_open() || !writer.is_ours() || __atomic_load_n(&ended, __ATOMIC_ACQUIRE)) return;
  const int before = __atomic_load_n(&fulfilled, __ATOMIC_ACQUIRE);
  __atomic_store_n(&wish, what, __ATOMIC_RELEASE);
  sem_post(&wake);
  const std::uint64_t give_up_ns = gpu_now_ns() + longest_ns;
  const timespec moment{0, 100'000};
  while (__atomic_load_n(&fulfilled, __ATOMIC_ACQUIRE) == before && gpu_now_ns() < give_up_ns)
    ::nanosleep(&moment, nullptr);
}

void at_exit() { ask_and_wait(wish_end, longest_wait_at_exit_ns); }
/// Also before exec, which may fail: recording goes on.
void before_end() { ask_and_wait(wish_flush, longest_wait_at_once_ns); }

void start_flushing() {
  sem_init(&wake, 0, 0);
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);  // the target's handlers run on its own threads
  pthread_t thread;
  const int failed = pthread_create(&thread, nullptr, keep_flushing, nullptr);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (failed) return writer.note("no thread to flush CUPTI's buffers", failed);
  pthread_detach(thread);
  std::atexit(at_exit);
  auto** hook = reinterpret_cast<void (**)()>(dlsym(RTLD_DEFAULT, BOTTLENECK_EXIT_HOOK));
  if (hook) __atomic_store_n(hook, &before_end, __ATOMIC_RELEASE);
}

bool enable_kinds() {
  int enabled = 0;
  for (const std::uint32_t kind : wanted_kinds) {
    const int result = library.enable(kind);
    char text[80];
    std::snprintf(text, sizeof text, "CUPTI refuses records of kind %u", kind);
    if (result == cupti::success)
      ++enabled;
    else
      note(text, result);
  }
  library.enable(cupti::kind_pcie);  // not everywhere, and only for the link's speed
  for (const std::uint32_t call : silent_calls)
    if (library.enable_call) library.enable_call(call, 0);
  return enabled > 0;
}

void start() {
  if (!writer.open(cupti_folder_variable)) return;
  const cupti::Found found = cupti::open_library(library);
  if (found == cupti::Found::no_library)
    return writer.note("libcupti.so.13 or .12 was not found: install the CUDA toolkit's CUPTI", 0);
  if (found == cupti::Found::lacks_functions)
    return writer.note("this libcupti lacks functions that are needed", 0);
  int result = cupti::success;
  // Before any kind is enabled: what is recorded earlier has CUPTI's own clock.
  if (library.register_clock && (result = library.register_clock(gpu_now_ns)) != cupti::success)
    return note("CUPTI refuses our clock", result);
  if (!library.register_clock) return writer.note("this libcupti takes no clock of ours", 0);
  if ((result = library.register_callbacks(request_buffer, take_buffer)) != cupti::success)
    return note("CUPTI refuses to record", result);
  if (enable_kinds()) start_flushing();
}

}  // namespace
}  // namespace bottleneck::inject

/// What the driver calls, and wants 1 from.
extern "C" __attribute__((visibility("default"))) int InitializeInjection() {
  static bool called = false;
  if (!__atomic_exchange_n(&called, true, __ATOMIC_ACQ_REL)) bottleneck::inject::start();
  return 1;
}
