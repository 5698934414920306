// The kernel as the bottleneck: calls MODE SECONDS. All of them: kernel.
//   syscalls  getppid in a loop                                                    syscalls
//   zero      reads 64 KB from /dev/zero                                           copies
//   pingpong  one byte to and fro through two pipes, between two processes         switches
//   forkexec  fork, exec of /bin/true, wait                                        processes
#include <array>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "target.h"

namespace {

using target::must;
using target::now;

void call_often(double end) {
  while (now() < end)
    for (int i = 0; i < 1000; ++i) syscall(SYS_getppid);
}

void read_zero(double end) {
  const int fd = must(open("/dev/zero", O_RDONLY | O_CLOEXEC), "/dev/zero");
  std::vector<char> buffer(65536);
  while (now() < end)
    for (int i = 0; i < 20; ++i) must(read(fd, buffer.data(), buffer.size()), "read");
}

/// Sends back what it gets until the other side closes.
void echo(int from, int to) {
  char byte = 0;
  while (read(from, &byte, 1) == 1 && write(to, &byte, 1) == 1) {
  }
}

void ping_pong(double end) {
  std::array<int, 2> there{};
  std::array<int, 2> back{};
  must(pipe(there.data()), "pipe");
  must(pipe(back.data()), "pipe");
  const pid_t child = must(fork(), "fork");
  if (child == 0) {
    close(there[1]);
    close(back[0]);
    echo(there[0], back[1]);
    _exit(0);
  }
  close(there[0]);
  close(back[1]);
  char byte = 1;
  while (now() < end) {
    must(write(there[1], &byte, 1), "write");
    must(read(back[0], &byte, 1), "read");
  }
  close(there[1]);
  waitpid(child, nullptr, 0);
}

void fork_exec(double end) {
  while (now() < end) {
    const pid_t child = must(fork(), "fork");
    if (child == 0) {
      execl("/bin/true", "true", nullptr);
      _exit(127);
    }
    must(waitpid(child, nullptr, 0), "waitpid");
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  const std::string_view mode = argv[1];
  const double end = now() + std::atof(argv[2]);
  if (mode == "syscalls") {
    call_often(end);
  } else if (mode == "zero") {
    read_zero(end);
  } else if (mode == "pingpong") {
    ping_pong(end);
  } else if (mode == "forkexec") {
    fork_exec(end);
  } else {
    return 2;
  }
}
