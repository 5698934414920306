// Storage: io MODE FILE [MEGABYTES | SECONDS]
//   make FILE MB      writes a file of pseudo-random bytes and takes it to disk (a tool for the
//   set-up) drop FILE         takes the file's pages out of the page cache (a tool for the set-up)
//   direct_random     preads 4 KB at random places, O_DIRECT                         io_read,
//   random direct_sequential preads 1 MB after 1 MB, O_DIRECT io_read, sequential cold reads 1 MB
//   after 1 MB through the page cache, dropped before each pass     io_read mapped touches random
//   pages of a cold mapping, no read-ahead, dropped after each pass     io_read pool one thread
//   reads (O_DIRECT), two workers add up what it hands over         io_read cached preads 256 KB of
//   a file that is in the page cache              kernel, copies fsync             appends 4 KB
//   records, fsync after each                         io_write, sync dsync             writes 16 KB
//   blocks, O_DSYNC                                   io_write, sync refault           random pages
//   of a mapping that is larger than the memory limit memory_capacity, limit
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <numeric>
#include <string_view>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "target.h"

namespace {

using target::must;
using target::now;

constexpr std::size_t page = 4096;
constexpr std::size_t megabyte = 1U << 20U;

struct Free {
  void operator()(char* p) const { std::free(p); }
};
using Buffer = std::unique_ptr<char, Free>;

Buffer aligned(std::size_t size) {
  return Buffer(static_cast<char*>(std::aligned_alloc(page, size)));
}

/// Knuth's 64-bit LCG: the same places in every run.
struct Random {
  std::uint64_t state = 1;
  std::uint64_t next() {
    return (state = state * 6364136223846793005U + 1442695040888963407U) >> 24U;
  }
};

off_t size_of(int fd) {
  struct stat facts {};
  must(fstat(fd, &facts), "fstat");
  return facts.st_size;
}

void drop(int fd) { posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED); }

void make_file(const char* path, long megabytes) {
  const int fd = must(open(path, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0644), path);
  Random random;
  std::vector<std::uint64_t> block(megabyte / 8);
  for (long i = 0; i < megabytes; ++i) {
    for (auto& word : block) word = random.next();
    must(write(fd, block.data(), megabyte), "write");
  }
  must(fsync(fd), "fsync");
  drop(fd);
}

void drop_file(const char* path) {
  const int fd = must(open(path, O_RDONLY | O_CLOEXEC), path);
  fsync(fd);
  drop(fd);
}

void read_direct(const char* path, double end, std::size_t block, bool in_order) {
  const int fd = must(open(path, O_RDONLY | O_DIRECT | O_CLOEXEC), path);
  const auto blocks = static_cast<std::uint64_t>(size_of(fd)) / block;
  const Buffer buffer = aligned(block);
  Random random;
  for (std::uint64_t i = 0; now() < end; ++i) {
    const std::uint64_t place = (in_order ? i : random.next()) % blocks;
    must(pread(fd, buffer.get(), block, static_cast<off_t>(place * block)), "pread");
  }
}

void read_cold(const char* path, double end) {
  const int fd = must(open(path, O_RDONLY | O_CLOEXEC), path);
  const Buffer buffer = aligned(megabyte);
  drop(fd);
  while (now() < end) {
    if (must(read(fd, buffer.get(), megabyte), "read") > 0) continue;
    drop(fd);
    must(lseek(fd, 0, SEEK_SET), "lseek");
  }
}

volatile char* map_file(int fd, std::size_t size) {
  void* mapping = mmap(nullptr, size, PROT_READ, MAP_SHARED, fd, 0);
  if (mapping == MAP_FAILED) target::fail("mmap");
  return static_cast<volatile char*>(mapping);
}

void touch_mapped(const char* path, double end) {
  const int fd = must(open(path, O_RDONLY | O_CLOEXEC), path);
  const auto size = static_cast<std::size_t>(size_of(fd));
  Random random;
  while (now() < end) {
    drop(fd);
    volatile char* bytes = map_file(fd, size);
    madvise(const_cast<char*>(bytes), size, MADV_RANDOM);
    for (std::size_t i = 0; i < size / page / 4 && now() < end; ++i)
      static_cast<void>(bytes[random.next() % (size / page) * page]);
    munmap(const_cast<char*>(bytes), size);
  }
}

/// Fills the memory limit in order first, so that each later miss is a refault of a page that was
/// there before.
void refault(const char* path, double end) {
  const int fd = must(open(path, O_RDONLY | O_CLOEXEC), path);
  const auto size = static_cast<std::size_t>(size_of(fd));
  volatile char* bytes = map_file(fd, size);
  for (std::size_t i = 0; i < size; i += page) static_cast<void>(bytes[i]);
  madvise(const_cast<char*>(bytes), size, MADV_RANDOM);
  Random random;
  while (now() < end)
    for (int i = 0; i < 16; ++i) static_cast<void>(bytes[random.next() % (size / page) * page]);
}

void read_cached(const char* path, double end) {
  const int fd = must(open(path, O_RDONLY | O_CLOEXEC), path);
  constexpr std::size_t block = 256U << 10U;
  const off_t size = size_of(fd);
  const Buffer buffer = aligned(block);
  for (off_t place = 0; now() < end; place = (place + static_cast<off_t>(block)) % size)
    must(pread(fd, buffer.get(), block, place), "pread");
}

void write_records(const char* path, double end, std::size_t block, int flags, bool sync_each) {
  const int fd = must(open(path, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC | flags, 0644), path);
  const std::vector<char> record(block, 'r');
  while (now() < end) {
    must(write(fd, record.data(), block), "write");
    if (sync_each) must(fsync(fd), "fsync");
  }
}

/// One reader hands 64 KB blocks to two workers, which add them up: 20 us of work for 100 us of
/// reading or more.
class Pool {
 public:
  Pool(const char* path, double end) : path_(path), end_(end) {}

  void run() {
    std::thread first([this] { work(); });
    std::thread second([this] { work(); });
    read_blocks();
    first.join();
    second.join();
  }

 private:
  void read_blocks() {
    const int fd = must(open(path_, O_RDONLY | O_DIRECT | O_CLOEXEC), path_);
    const off_t size = size_of(fd);
    const Buffer buffer = aligned(block);
    for (off_t place = 0; now() < end_; place = (place + static_cast<off_t>(block)) % size) {
      must(pread(fd, buffer.get(), block, place), "pread");
      const std::lock_guard guard(mutex_);
      blocks_.emplace_back(buffer.get(), buffer.get() + block);
      ready_.notify_one();
    }
    const std::lock_guard guard(mutex_);
    over_ = true;
    ready_.notify_all();
  }

  void work() {
    std::unique_lock guard(mutex_);
    for (;;) {
      ready_.wait(guard, [this] { return over_ || !blocks_.empty(); });
      if (blocks_.empty()) return;
      const std::vector<char> mine = std::move(blocks_.back());
      blocks_.pop_back();
      guard.unlock();
      const long sum = std::accumulate(mine.begin(), mine.end(), 0L);
      guard.lock();
      sum_ += sum;
    }
  }

  static constexpr std::size_t block = 65536;
  const char* path_;
  double end_;
  std::mutex mutex_;
  std::condition_variable ready_;
  std::vector<std::vector<char>> blocks_;
  bool over_ = false;
  long sum_ = 0;
};

int run(std::string_view mode, const char* path, double end) {
  if (mode == "direct_random") {
    read_direct(path, end, page, false);
  } else if (mode == "direct_sequential") {
    read_direct(path, end, megabyte, true);
  } else if (mode == "cold") {
    read_cold(path, end);
  } else if (mode == "mapped") {
    touch_mapped(path, end);
  } else if (mode == "pool") {
    Pool(path, end).run();
  } else if (mode == "cached") {
    read_cached(path, end);
  } else if (mode == "fsync") {
    write_records(path, end, page, 0, true);
  } else if (mode == "dsync") {
    write_records(path, end, 4 * page, O_DSYNC, false);
  } else if (mode == "refault") {
    refault(path, end);
  } else {
    return 2;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  const std::string_view mode = argv[1];
  if (mode == "drop") {
    for (int i = 2; i < argc; ++i) drop_file(argv[i]);
    return 0;
  }
  if (argc < 4) return 2;
  if (mode == "make") {
    make_file(argv[2], std::atol(argv[3]));
    return 0;
  }
  return run(mode, argv[2], now() + std::atof(argv[3]));
}
