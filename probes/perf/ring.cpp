#include "probes/perf/ring.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include <linux/perf_event.h>
#include <sys/mman.h>
#include <unistd.h>

namespace bottleneck::perf {

Ring::Ring(int event_fd, std::size_t pages)
    : data_size_(pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE))),
      page_size_(static_cast<std::size_t>(::sysconf(_SC_PAGESIZE))) {
  base_ = ::mmap(nullptr, data_size_ + page_size_, PROT_READ | PROT_WRITE, MAP_SHARED, event_fd, 0);
  if (base_ == MAP_FAILED) {
    base_ = nullptr;
    throw std::system_error(errno, std::generic_category(), "mmap of a perf ring buffer");
  }
}

Ring::Ring(Ring&& other) noexcept
    : base_(std::exchange(other.base_, nullptr)),
      data_size_(other.data_size_),
      page_size_(other.page_size_),
      wrapped_(std::move(other.wrapped_)) {}

Ring::~Ring() {
  if (base_) ::munmap(base_, data_size_ + page_size_);
}

std::size_t Ring::drain(const std::function<void(std::span<const std::byte>)>& take) {
  auto* page = static_cast<perf_event_mmap_page*>(base_);
  const auto* data = static_cast<const std::byte*>(base_) + page_size_;
  const std::uint64_t head = std::atomic_ref(page->data_head).load(std::memory_order_acquire);
  std::uint64_t tail = page->data_tail;
  std::size_t count = 0;
  while (tail < head) {
    const std::size_t at = tail & (data_size_ - 1);
    perf_event_header header;  // headers are 8-byte aligned: never cut by the end of the ring
    std::memcpy(&header, data + at, sizeof header);
    // A size that no kernel writes would lead us out of the ring.
    if (header.size < sizeof header || header.size % sizeof header != 0) break;
    if (header.size > std::min<std::uint64_t>(head - tail, data_size_)) break;
    std::span<const std::byte> record(data + at, header.size);
    if (at + header.size > data_size_) {
      const std::size_t first = data_size_ - at;
      wrapped_.resize(header.size);
      std::copy_n(data + at, first, wrapped_.begin());
      std::copy_n(data, header.size - first, wrapped_.begin() + static_cast<std::ptrdiff_t>(first));
      record = wrapped_;
    }
    take(record);
    tail += header.size;
    ++count;
  }
  std::atomic_ref(page->data_tail).store(head, std::memory_order_release);
  return count;
}

}  // namespace bottleneck::perf
