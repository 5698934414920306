// Waiting and start-up, one mode each: waits MODE SECONDS
//   timer    sleeps 10 ms again and again                              sleep, timer
//   stdin    reads lines from standard input and does nothing else     sleep, outside (the writer
//   is not in the tree) halves   of every 20 ms computes 9, sleeps 9, makes system calls for 2
//   mixed startup  touches fresh memory for 1 s, then computes for SECONDS   compute (the loop),
//   faults are the rest
#include <string_view>

#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "target.h"

namespace {

using target::now;

void sleep_until(double end) {
  const double left = end - now();
  if (left > 0) usleep(static_cast<useconds_t>(left * 1e6));
}

void run_timer(double end) {
  while (now() < end) usleep(10'000);
}

void run_stdin() {
  char buffer[4096];
  while (target::must(read(STDIN_FILENO, buffer, sizeof buffer), "read") > 0) {
  }
}

void run_halves(double end) {
  while (now() < end) {
    const double start = now();
    target::burn_until(start + 0.009);
    sleep_until(start + 0.018);
    while (now() < start + 0.020)
      for (int i = 0; i < 200; ++i) syscall(SYS_getppid);
  }
}

void touch_fresh_until(double end) {
  constexpr std::size_t size = 64U << 20U;
  while (now() < end) {
    void* block = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (block == MAP_FAILED) target::fail("mmap");
    madvise(block, size, MADV_NOHUGEPAGE);
    auto* bytes = static_cast<volatile char*>(block);
    for (std::size_t i = 0; i < size; i += 4096) bytes[i] = 1;
    munmap(block, size);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  const std::string_view mode = argv[1];
  const double seconds = std::atof(argv[2]);
  const double start = now();
  if (mode == "timer") {
    run_timer(start + seconds);
  } else if (mode == "stdin") {
    run_stdin();
  } else if (mode == "halves") {
    run_halves(start + seconds);
  } else if (mode == "startup") {
    touch_fresh_until(start + 1);
    target::burn_until(start + 1 + seconds);
  } else {
    return 2;
  }
}
