// Runs one kernel of known truth:  kernels_O2 NAME [THREADS] [SECONDS] | NAME tiny | list
// Each thread has arrays of its own, starts with the others and passes over them until SECONDS of
// its CPU time are over (1.5 by default). Then it prints on stderr what it did, by its own count:
//   truth name=triad thread=0 bytes=... iterations=... flops=... step=... cpu_s=... passes=...
//   checksum=...
// `tiny`: two passes over a small size, for the test of the checksums.
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <thread>
#include <vector>

#include <pthread.h>

#include "kernels.h"

namespace {

struct Request {
  const Kernel* kernel = nullptr;
  bool tiny = false;
  unsigned threads = 1;
  double seconds = 1.5;
};

double cpu_now() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

void print_truth(const Request& request, unsigned thread, const State& s, double passes,
                 double cpu_s) {
  constexpr int looked_at = 1000;
  double checksum = s.checksum;
  for (int i = 0; s.out && i < looked_at; ++i) checksum += s.out[i];
  std::fprintf(stderr,
               "truth name=%s thread=%u bytes=%.0f iterations=%.0f flops=%.0f step=%g cpu_s=%.6f "
               "passes=%.0f "
               "checksum=%.7g\n",
               request.kernel->name, thread, s.bytes * passes, s.iterations * passes,
               s.flops * passes, s.step, cpu_s, passes, checksum);
}

void run(const Request& request, unsigned thread, pthread_barrier_t* start) {
  State s{};
  s.tiny = request.tiny;
  request.kernel->prepare(&s);
  pthread_barrier_wait(start);
  const double begin = cpu_now();
  double now = begin;
  double passes = 0;
  do {
    request.kernel->pass(&s);
    ++passes;
    now = cpu_now();
  } while (request.tiny ? passes < 2 : now - begin < request.seconds);
  print_truth(request, thread, s, passes, now - begin);
}

template <typename Visit>
void for_each_kernel(Visit visit) {
  for (const Kernel* group : {KERNEL_GROUPS})
    for (; group->name; ++group) visit(*group);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  if (std::strcmp(argv[1], "list") == 0) {
    for_each_kernel([](const Kernel& kernel) { std::puts(kernel.name); });
    return 0;
  }
  Request request;
  for_each_kernel([&](const Kernel& kernel) {
    if (std::strcmp(kernel.name, argv[1]) == 0) request.kernel = &kernel;
  });
  if (!request.kernel) return 2;
  request.tiny = argc > 2 && std::strcmp(argv[2], "tiny") == 0;
  if (argc > 2 && !request.tiny) request.threads = static_cast<unsigned>(std::atoi(argv[2]));
  if (argc > 3) request.seconds = std::atof(argv[3]);
  if (request.threads < 1) return 2;

  pthread_barrier_t start;
  pthread_barrier_init(&start, nullptr, request.threads);
  std::vector<std::thread> others;
  for (unsigned i = 1; i < request.threads; ++i) others.emplace_back(run, request, i, &start);
  run(request, 0, &start);
  for (std::thread& other : others) other.join();
}
