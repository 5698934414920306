// Memory by the page for workloads whose subject is memory: fresh from the kernel, not touched yet,
// 4 KB pages unless huge ones are asked for. It counts nothing and keeps no pool.
#pragma once

#include <cstddef>
#include <new>

#include <sys/mman.h>

namespace workload {

enum class PageSize { usual, huge };

/// `count` values of T, all zero, not touched. Errors: throws std::bad_alloc.
template <typename T>
class Pages {
 public:
  explicit Pages(std::size_t count, PageSize size = PageSize::usual)
      : bytes_((count * sizeof(T) + huge_page) / huge_page * huge_page) {
    // Room for one more, so that the values begin with a huge page wherever the kernel puts them.
    mapped_ = ::mmap(nullptr, bytes_ + huge_page, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mapped_ == MAP_FAILED) throw std::bad_alloc();
    const auto address = reinterpret_cast<std::size_t>(mapped_);
    first_ = reinterpret_cast<T*>((address + huge_page - 1) / huge_page * huge_page);
    ::madvise(first_, bytes_, size == PageSize::huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
  }
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;
  ~Pages() { ::munmap(mapped_, bytes_ + huge_page); }

  T* data() { return first_; }
  const T* data() const { return first_; }
  T& operator[](std::size_t i) { return first_[i]; }
  const T& operator[](std::size_t i) const { return first_[i]; }

 private:
  static constexpr std::size_t huge_page = 2 << 20;
  std::size_t bytes_;
  void* mapped_;
  T* first_;
};

}  // namespace workload
