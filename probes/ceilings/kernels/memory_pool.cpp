#include "probes/ceilings/kernels/memory_pool.h"

#include <cerrno>
#include <cstdint>
#include <cstring>

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "src/core/measurement.h"

namespace bottleneck::ceilings {
namespace {

constexpr std::size_t huge_page = 2u << 20;
constexpr std::size_t small_page = 4096;
/// Below it the text says that the pages are small.
constexpr double mostly = 0.9;

}  // namespace

long faults_taken() {
  rusage usage{};
  getrusage(RUSAGE_THREAD, &usage);
  return usage.ru_minflt;
}

std::string name_size(std::size_t bytes) {
  constexpr std::size_t kibibyte = 1024;
  constexpr std::size_t mebibyte = kibibyte * kibibyte;
  if (bytes >= 4 * mebibyte) return fmt::format("{} MB", bytes / mebibyte);
  return fmt::format("{} KB", bytes / kibibyte);
}

MemoryPool::MemoryPool(std::size_t bytes, Pages pages)
    : bytes_(bytes / small_page * small_page), mapped_(bytes_ + huge_page) {
  void* mapping =
      mmap(nullptr, mapped_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapping == MAP_FAILED)
    throw Unavailable{
        fmt::format("{} cannot be mapped ({})", name_size(mapped_), std::strerror(errno)),
        "ulimit -v unlimited"};
  mapping_ = static_cast<char*>(mapping);
  const auto address = reinterpret_cast<std::uintptr_t>(mapping);
  data_ = mapping_ + ((address + huge_page - 1) / huge_page * huge_page - address);
  madvise(data_, bytes_, pages == Pages::huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
  madvise(mapping_, mapped_, MADV_DONTFORK);
  const long before = faults_taken();
  for (std::size_t at = 0; at < bytes_; at += small_page) data_[at] = 1;
  // Each huge page takes one fault where small ones take 512.
  const double all_small = static_cast<double>(bytes_) / small_page;
  const double taken = static_cast<double>(faults_taken() - before);
  if (all_small > 0) huge_share_ = 1 - taken / all_small;
}

MemoryPool::~MemoryPool() { munmap(mapping_, mapped_); }

bool MemoryPool::is_huge() const { return huge_share_ > mostly; }

std::string MemoryPool::describe() const {
  return fmt::format("{} in {} pages", name_size(bytes_), is_huge() ? "huge" : "small");
}

}  // namespace bottleneck::ceilings
