// One CPU's ring buffer: mapped memory that the kernel fills and we empty. Several events may write
// into one ring (PERF_EVENT_IOC_SET_OUTPUT on the same CPU).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace bottleneck::perf {

class Ring {
 public:
  /// Maps `pages` (a power of two) data pages of the event.
  /// Errors: throws std::system_error when the kernel refuses (RLIMIT_MEMLOCK,
  /// perf_event_mlock_kb).
  Ring(int event_fd, std::size_t pages);
  ~Ring();
  Ring(Ring&& other) noexcept;
  Ring& operator=(Ring&&) = delete;

  /// Calls `take` with each whole record that is there, then gives the space back. Returns how many
  /// there were.
  std::size_t drain(const std::function<void(std::span<const std::byte>)>& take);

 private:
  void* base_ = nullptr;
  std::size_t data_size_ = 0;
  std::size_t page_size_ = 0;
  std::vector<std::byte> wrapped_;  ///< a record that lies across the end of the ring, put together
};

}  // namespace bottleneck::perf
