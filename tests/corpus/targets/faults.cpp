// Fresh memory, again and again: faults MODE SECONDS. All of them: memory_capacity, first_touch.
//   touch   maps 64 MB, writes one byte per page, unmaps
//   memset  allocates 64 MB (above malloc's mapping threshold), fills it, frees it
//   calloc  callocs 48 MB (always mapped afresh), writes one byte per page, frees it
// Huge pages are off, so that each page is a fault on every machine.
#include <cstring>
#include <string_view>

#include <sys/mman.h>
#include <sys/prctl.h>

#include "target.h"

namespace {

constexpr std::size_t page = 4096;

void write_each_page(void* block, std::size_t size) {
  auto* bytes = static_cast<volatile char*>(block);
  for (std::size_t i = 0; i < size; i += page) bytes[i] = 1;
}

void touch() {
  constexpr std::size_t size = 64U << 20U;
  void* block = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (block == MAP_FAILED) target::fail("mmap");
  write_each_page(block, size);
  munmap(block, size);
}

__attribute__((noipa)) void fill(void* block, std::size_t size) { std::memset(block, 7, size); }

void fill_fresh() {
  constexpr std::size_t size = 64U << 20U;
  void* block = std::malloc(size);
  if (block == nullptr) target::fail("malloc");
  fill(block, size);
  std::free(block);
}

void calloc_fresh() {
  constexpr std::size_t size = 48U << 20U;
  void* block = std::calloc(size, 1);
  if (block == nullptr) target::fail("calloc");
  write_each_page(block, size);
  std::free(block);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  const std::string_view mode = argv[1];
  prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
  const double end = target::now() + std::atof(argv[2]);
  while (target::now() < end) {
    if (mode == "touch") {
      touch();
    } else if (mode == "memset") {
      fill_fresh();
    } else if (mode == "calloc") {
      calloc_fresh();
    } else {
      return 2;
    }
  }
}
