#include "probes/ceilings/kernels/storage_queue.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>

#include <fmt/format.h>
#include <liburing.h>

#include "probes/ceilings/kernels/slices.h"

namespace bottleneck::ceilings {
namespace {

/// A window is as long, and has as many completions, or its rate is mostly chance.
constexpr double window_s = 0.01;
constexpr long window_requests = 16;

/// Completions, cut into windows. One thread calls it, or all under a lock.
class Windows {
 public:
  void count() {
    ++completed_;
    if (completed_ < window_requests) return;
    const double now = wall_seconds();
    if (now - begin_ < window_s) return;
    rates_.push_back(static_cast<double>(completed_) / (now - begin_));
    begin_ = now;
    completed_ = 0;
  }
  std::vector<double> finish() {
    if (rates_.empty() && completed_ > 0)
      rates_.push_back(static_cast<double>(completed_) / (wall_seconds() - begin_));
    return std::move(rates_);
  }

 private:
  double begin_ = wall_seconds();
  long completed_ = 0;
  std::vector<double> rates_;
};

/// Where the next request goes. Any thread may ask.
class Offsets {
 public:
  Offsets(const StorageFile& file, const Load& load)
      : random_(load.random), block_(load.block), blocks_(file.size() / load.block) {}
  std::size_t next() {
    const std::uint64_t index = index_.fetch_add(1, std::memory_order_relaxed);
    // Multiplication by an odd constant (2^64 / golden ratio) scatters consecutive numbers.
    const std::uint64_t scattered = (index * 0x9e3779b97f4a7c15) >> 20;
    return (random_ ? scattered : index) % blocks_ * block_;
  }

 private:
  bool random_;
  std::size_t block_;
  std::uint64_t blocks_;
  std::atomic<std::uint64_t> index_ = 0;
};

void check_completion(const StorageFile& file, const Load& load, ssize_t result, const char* buffer,
                      std::size_t offset) {
  if (result != static_cast<ssize_t>(load.block))
    throw Unavailable{
        fmt::format("{}: a {} of {} bytes returned {}", file.directory(),
                    load.write ? "write" : "read", load.block,
                    result < 0 ? std::strerror(static_cast<int>(-result)) : std::to_string(result)),
        ""};
  if (!load.write && !blocks_are_numbered(buffer, load.block, offset))
    throw Unavailable{"self-check failed: a read returned what was not written", ""};
}

class Ring {
 public:
  explicit Ring(int depth) : error_(io_uring_queue_init(static_cast<unsigned>(depth), &ring_, 0)) {}
  ~Ring() {
    if (error_ == 0) io_uring_queue_exit(&ring_);
  }
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;
  int error() const { return -error_; }

  void submit(int fd, const Load& load, char* buffer, std::size_t offset, std::size_t slot) {
    io_uring_sqe* entry = io_uring_get_sqe(&ring_);
    const auto bytes = static_cast<unsigned>(load.block);
    if (load.write) {
      io_uring_prep_write(entry, fd, buffer, bytes, offset);
    } else {
      io_uring_prep_read(entry, fd, buffer, bytes, offset);
    }
    io_uring_sqe_set_data64(entry, slot);
  }
  /// The slot and result of the next that is complete. Errors: throws Unavailable.
  std::pair<std::size_t, int> wait() {
    io_uring_submit(&ring_);
    io_uring_cqe* entry = nullptr;
    int failed = 0;
    while ((failed = io_uring_wait_cqe(&ring_, &entry)) == -EINTR) {
    }
    if (failed != 0) throw Unavailable{fmt::format("io_uring: {}", std::strerror(-failed)), ""};
    const std::pair result{static_cast<std::size_t>(entry->user_data), entry->res};
    io_uring_cqe_seen(&ring_, entry);
    return result;
  }

 private:
  io_uring ring_{};
  int error_;
};

std::vector<double> run_ring(Ring& ring, const StorageFile& file, const Load& load,
                             double seconds) {
  const auto depth = static_cast<std::size_t>(load.depth);
  const AlignedBuffer buffer = make_aligned(load.block * depth);
  std::vector<std::size_t> offset_of(depth);
  Offsets offsets(file, load);
  const auto submit = [&](std::size_t slot) {
    char* own = buffer.get() + slot * load.block;
    offset_of[slot] = offsets.next();
    if (load.write) number_blocks(own, load.block, offset_of[slot]);
    ring.submit(file.fd(), load, own, offset_of[slot], slot);
  };
  Windows windows;
  const double end = wall_seconds() + seconds;
  std::optional<Unavailable> failed;
  std::size_t in_flight = depth;
  for (std::size_t slot = 0; slot < depth; ++slot) submit(slot);
  // What is in flight is waited for, whatever happens: it writes into the buffer.
  for (; in_flight > 0; --in_flight) {
    const auto [slot, result] = ring.wait();
    try {
      check_completion(file, load, result, buffer.get() + slot * load.block, offset_of[slot]);
    } catch (const Unavailable& why) {
      failed = why;
    }
    windows.count();
    if (failed || wall_seconds() >= end) continue;
    submit(slot);
    ++in_flight;
  }
  if (failed) throw *failed;
  return windows.finish();
}

std::vector<double> run_threads(const StorageFile& file, const Load& load, double seconds) {
  Offsets offsets(file, load);
  Windows windows;
  std::mutex mutex;
  std::optional<Unavailable> failed;
  const double end = wall_seconds() + seconds;
  const auto work = [&] {
    try {
      const AlignedBuffer buffer = make_aligned(load.block);
      do {
        const std::size_t offset = offsets.next();
        const auto at = static_cast<off_t>(offset);
        if (load.write) number_blocks(buffer.get(), load.block, offset);
        const ssize_t result = load.write ? ::pwrite(file.fd(), buffer.get(), load.block, at)
                                          : ::pread(file.fd(), buffer.get(), load.block, at);
        check_completion(file, load, result < 0 ? -errno : result, buffer.get(), offset);
        const std::lock_guard lock(mutex);
        windows.count();
      } while (wall_seconds() < end);
    } catch (const Unavailable& why) {
      const std::lock_guard lock(mutex);
      failed = why;
    }
  };
  try {
    std::vector<std::jthread> threads;
    for (int i = 0; i < load.depth; ++i) threads.emplace_back(work);
  } catch (const std::system_error& error) {
    throw Unavailable{fmt::format("{} threads cannot be started ({})", load.depth, error.what()),
                      ""};
  }
  if (failed) throw *failed;
  return windows.finish();
}

}  // namespace

LoadResult run_load(const StorageFile& file, const Load& load, double seconds, Queueing queueing) {
  std::string why = "as asked";
  if (queueing == Queueing::as_allowed) {
    Ring ring(load.depth);
    if (ring.error() == 0) return {run_ring(ring, file, load, seconds), "io_uring"};
    why = fmt::format("io_uring: {}", std::strerror(ring.error()));
  }
  return {run_threads(file, load, seconds),
          fmt::format("{} {} ({})", load.depth, load.depth == 1 ? "thread" : "threads", why)};
}

}  // namespace bottleneck::ceilings
