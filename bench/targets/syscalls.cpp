// System calls: getppid and a pread of 64 cached bytes by turns.
// Usage: syscalls ROUNDS     a round is 10 000 of each
#include <cstdio>
#include <cstdlib>

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "stopwatch.h"

int main(int argc, char** argv) {
  const long rounds = argc > 1 ? std::strtol(argv[1], nullptr, 10) : 1;
  const int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    std::perror("/proc/self/exe");
    return 1;
  }
  char bytes[64];
  const Stopwatch stopwatch;
  for (long call = 0; call < rounds * 10'000; ++call) {
    syscall(SYS_getppid);
    if (pread(fd, bytes, sizeof bytes, 0) != static_cast<ssize_t>(sizeof bytes)) return 1;
  }
  stopwatch.print();
  close(fd);
}
