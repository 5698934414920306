// The planted part of the held-out set: second MODE SECONDS [FILE | ADDRESS PORT]
//   timedwait  waits for a condition that nobody signals, with a time-out of 20 ms sleep, timer
//   fcntl      two processes, 2 ms of work under a record lock on FILE                        lock,
//   flock semop      two processes, 2 ms of work under a System V semaphore lock rwlock     two
//   threads, 2 ms of work as the writer of a read-write lock                   lock scattered
//   buffered 4 KB preads at random places of a cold FILE, no read-ahead            io_read, random
//   fdatasync  writes 256 KB and has it on disk before the next io_write, sync msync      changes
//   16 pages of a mapped FILE and has them on disk before the next         io_write, sync dontneed
//   touches 64 MB, gives the pages back, touches them again                        memory_capacity
//   epoll      asks ADDRESS PORT (net serve) through epoll, without blocking calls network threads
//   one byte to and fro through a socket pair between two threads                  kernel, switches
//   bytes      preads 16 bytes of a cached FILE kernel, syscalls uneven     two processes work 40
//   and 10 ms, then both end; again and again                compute, imbalanced
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "target.h"

namespace {

using target::burn;
using target::must;
using target::now;

constexpr std::size_t page = 4096;
constexpr long inside = 1'000'000;  // about 2 ms
constexpr long outside = 50'000;

std::uint64_t next_random() {
  static std::uint64_t state = 7;
  return (state = state * 6364136223846793005U + 1442695040888963407U) >> 24U;
}

int open_file(const char* path) {
  return must(open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0644), path);
}

std::uint64_t pages_of(int fd) {
  struct stat facts {};
  must(fstat(fd, &facts), "fstat");
  return static_cast<std::uint64_t>(facts.st_size) / page;
}

void wait_for_nothing(double end) {
  std::mutex mutex;
  std::condition_variable never;
  std::unique_lock guard(mutex);
  while (now() < end) never.wait_for(guard, std::chrono::milliseconds(20));
}

template <typename Take, typename Give>
void work_in_turn(double end, Take take, Give give) {
  while (now() < end) {
    take();
    burn(inside);
    give();
    burn(outside);
  }
}

template <typename Body>
void in_two_processes(Body body) {
  const pid_t child = must(fork(), "fork");
  body();
  if (child == 0) _exit(0);
  waitpid(child, nullptr, 0);
}

void fight_for_record(double end, const char* path) {
  in_two_processes([&] {
    const int fd = open_file(path);
    const auto set = [fd](short kind) {
      struct flock record {};
      record.l_type = kind;
      record.l_whence = SEEK_SET;
      must(fcntl(fd, F_SETLKW, &record), "fcntl");
    };
    work_in_turn(
        end, [&] { set(F_WRLCK); }, [&] { set(F_UNLCK); });
  });
}

void fight_for_semaphore(double end) {
  const int id = must(semget(IPC_PRIVATE, 1, IPC_CREAT | 0600), "semget");
  const auto change = [id](short by) {
    sembuf operation{0, by, 0};
    must(semop(id, &operation, 1), "semop");
  };
  change(1);
  in_two_processes([&] {
    work_in_turn(
        end, [&] { change(-1); }, [&] { change(1); });
  });
  semctl(id, 0, IPC_RMID);
}

void fight_to_write(double end) {
  pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
  const auto body = [&] {
    work_in_turn(
        end, [&] { pthread_rwlock_wrlock(&lock); }, [&] { pthread_rwlock_unlock(&lock); });
  };
  std::thread other(body);
  body();
  other.join();
}

void read_scattered(double end, const char* path) {
  const int fd = open_file(path);
  const std::uint64_t pages = pages_of(fd);
  std::vector<char> buffer(page);
  posix_fadvise(fd, 0, 0, POSIX_FADV_RANDOM);
  while (now() < end) {
    posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
    for (std::uint64_t i = 0; i < pages / 4 && now() < end; ++i)
      must(pread(fd, buffer.data(), page, static_cast<off_t>(next_random() % pages * page)),
           "pread");
  }
}

void write_and_sync(double end, const char* path) {
  const int fd = open_file(path);
  const std::vector<char> block(64 * page, 'w');
  for (off_t i = 0; now() < end; i = (i + 1) % 256) {
    must(pwrite(fd, block.data(), block.size(), i * static_cast<off_t>(block.size())), "pwrite");
    must(fdatasync(fd), "fdatasync");
  }
}

void change_mapped(double end, const char* path) {
  const int fd = open_file(path);
  constexpr std::size_t size = 1024 * page;
  must(ftruncate(fd, size), "ftruncate");
  void* mapping = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (mapping == MAP_FAILED) target::fail("mmap");
  auto* bytes = static_cast<volatile char*>(mapping);
  for (char value = 1; now() < end; ++value) {
    for (int i = 0; i < 16; ++i) bytes[next_random() % 1024 * page] = value;
    must(msync(mapping, size, MS_SYNC), "msync");
  }
}

void give_pages_back(double end) {
  constexpr std::size_t size = 64U << 20U;
  void* block = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (block == MAP_FAILED) target::fail("mmap");
  madvise(block, size, MADV_NOHUGEPAGE);
  auto* bytes = static_cast<volatile char*>(block);
  while (now() < end) {
    for (std::size_t i = 0; i < size; i += page) bytes[i] = 1;
    must(madvise(block, size, MADV_DONTNEED), "madvise");
  }
}

void ask_through_epoll(double end, const char* host, const char* port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(port)));
  if (inet_pton(AF_INET, host, &address.sin_addr) != 1) target::fail(host);
  const int fd = must(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
  must(connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), "connect");
  const int watch = must(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
  epoll_event event{};
  event.events = EPOLLIN;
  must(epoll_ctl(watch, EPOLL_CTL_ADD, fd, &event), "epoll_ctl");
  char request[64] = {1};
  while (now() < end) {
    must(send(fd, request, sizeof request, MSG_NOSIGNAL), "send");
    must(epoll_wait(watch, &event, 1, 1000), "epoll_wait");
    must(recv(fd, request, sizeof request, MSG_DONTWAIT), "recv");
  }
}

void talk_to_thread(double end) {
  int pair[2];
  must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), "socketpair");
  std::thread other([&] {
    char byte = 0;
    while (read(pair[1], &byte, 1) == 1) must(write(pair[1], &byte, 1), "write");
  });
  char byte = 1;
  while (now() < end) {
    must(write(pair[0], &byte, 1), "write");
    must(read(pair[0], &byte, 1), "read");
  }
  shutdown(pair[0], SHUT_RDWR);
  other.join();
}

void read_bytes(double end, const char* path) {
  const int fd = open_file(path);
  char buffer[16];
  while (now() < end)
    for (off_t i = 0; i < 1000; ++i) must(pread(fd, buffer, sizeof buffer, i * 16), "pread");
}

void work_unevenly(double end) {
  while (now() < end) {
    const pid_t child = must(fork(), "fork");
    burn(child == 0 ? 20'000'000 : 5'000'000);
    if (child == 0) _exit(0);
    must(waitpid(child, nullptr, 0), "waitpid");
  }
}

bool run_plain(std::string_view mode, double end) {
  if (mode == "timedwait") {
    wait_for_nothing(end);
  } else if (mode == "semop") {
    fight_for_semaphore(end);
  } else if (mode == "rwlock") {
    fight_to_write(end);
  } else if (mode == "dontneed") {
    give_pages_back(end);
  } else if (mode == "threads") {
    talk_to_thread(end);
  } else if (mode == "uneven") {
    work_unevenly(end);
  } else {
    return false;
  }
  return true;
}

bool run_on_file(std::string_view mode, double end, const char* path) {
  if (mode == "fcntl") {
    fight_for_record(end, path);
  } else if (mode == "scattered") {
    read_scattered(end, path);
  } else if (mode == "fdatasync") {
    write_and_sync(end, path);
  } else if (mode == "msync") {
    change_mapped(end, path);
  } else if (mode == "bytes") {
    read_bytes(end, path);
  } else {
    return false;
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  const std::string_view mode = argv[1];
  const double end = now() + std::atof(argv[2]);
  if (run_plain(mode, end)) return 0;
  if (argc > 3 && run_on_file(mode, end, argv[3])) return 0;
  if (argc < 5 || mode != "epoll") return 2;
  ask_through_epoll(end, argv[3], argv[4]);
}
