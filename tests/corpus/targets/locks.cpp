// Locks: locks MODE SECONDS [FILE]. All of them: lock.
//   mutex    two threads, all work (about 0.5 ms) under one mutex                             mutex
//   gap      two threads, 2 ms under the mutex, 0.3 ms outside                                mutex
//   short    two threads, 2 us under the mutex, 0.2 us outside: fights through the kernel     mutex
//   spin     two threads, all work (about 20 us) under a lock of one atomic exchange          spin
//   flock    two processes, 2 ms under flock(FILE), 0.2 ms outside                            flock
#include <atomic>
#include <mutex>
#include <string_view>
#include <thread>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include "target.h"

namespace {

using target::burn;
using target::must;
using target::now;

template <typename Body>
void in_two_threads(Body body) {
  std::thread first(body);
  std::thread second(body);
  first.join();
  second.join();
}

void fight_for_mutex(double end, long inside, long outside) {
  std::mutex mutex;
  in_two_threads([&] {
    while (now() < end) {
      {
        const std::lock_guard guard(mutex);
        burn(inside);
      }
      burn(outside);
    }
  });
}

void fight_for_spin_lock(double end) {
  std::atomic<bool> taken = false;
  in_two_threads([&] {
    while (now() < end) {
      while (taken.exchange(true, std::memory_order_acquire)) {
      }
      burn(10'000);
      taken.store(false, std::memory_order_release);
      burn(100);  // long enough for the other one to see it free
    }
  });
}

void fight_for_file(double end, const char* path) {
  const pid_t child = must(fork(), "fork");
  const int fd =
      must(open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0644), path);  // an open file of each one's own
  while (now() < end) {
    must(flock(fd, LOCK_EX), "flock");
    burn(1'000'000);
    must(flock(fd, LOCK_UN), "flock");
    burn(100'000);
  }
  if (child == 0) _exit(0);
  waitpid(child, nullptr, 0);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  const std::string_view mode = argv[1];
  const double end = now() + std::atof(argv[2]);
  if (mode == "mutex") {
    fight_for_mutex(end, 250'000, 0);
  } else if (mode == "gap") {
    fight_for_mutex(end, 1'000'000, 150'000);
  } else if (mode == "short") {
    fight_for_mutex(end, 1'000, 100);
  } else if (mode == "spin") {
    fight_for_spin_lock(end);
  } else if (mode == "flock" && argc > 3) {
    fight_for_file(end, argv[3]);
  } else {
    return 2;
  }
}
