// Short processes: fork and exec of /bin/true, one after the other.
// Usage: processes COUNT
#include <cstdio>
#include <cstdlib>

#include <sys/wait.h>
#include <unistd.h>

#include "stopwatch.h"

int main(int argc, char** argv) {
  const long count = argc > 1 ? std::strtol(argv[1], nullptr, 10) : 1;
  const Stopwatch stopwatch;
  for (long i = 0; i < count; ++i) {
    const pid_t child = fork();
    if (child == 0) {
      execl("/bin/true", "true", static_cast<char*>(nullptr));
      _exit(127);
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0) {
      std::perror("fork, exec or wait");
      return 1;
    }
  }
  stopwatch.print();
}
