// Anonymous memory for kernels: mapped, touched and given back. In huge pages where the kernel
// gives them, so that the memory is measured and not the page tables; it says which it got. Not
// copied to children, so that a fork costs what it costs a small program.
#pragma once

#include <cstddef>
#include <string>

namespace bottleneck::ceilings {

class MemoryPool {
 public:
  enum class Pages { huge, small };
  /// Touches all of it. Huge pages are asked for, and come where the kernel has some. Errors:
  /// throws Unavailable if it cannot be mapped.
  explicit MemoryPool(std::size_t bytes, Pages pages = Pages::huge);
  ~MemoryPool();
  MemoryPool(const MemoryPool&) = delete;
  MemoryPool& operator=(const MemoryPool&) = delete;

  char* data() const { return data_; }
  std::size_t size() const { return bytes_; }
  /// Whether all of it is 1.0 as doubles: what streams want. Walks leave addresses, which as
  /// doubles are denormal and slow.
  bool holds_numbers = false;
  bool is_huge() const;  ///< nearly all of it
  /// "384 MB in huge pages"
  std::string describe() const;

 private:
  char* data_ = nullptr;
  std::size_t bytes_;
  std::size_t mapped_ = 0;
  char* mapping_ = nullptr;
  double huge_share_ = 0;  ///< of its bytes; by the faults that touching it took
};

/// Minor faults that this thread has taken.
long faults_taken();

/// "384 MB": powers of 1024, as caches are named.
std::string name_size(std::size_t bytes);

}  // namespace bottleneck::ceilings
