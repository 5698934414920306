// What the fuzz targets have in common: their entry, and files in memory for readers that take a
// path. It knows nothing of what is fuzzed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <sys/mman.h>
#include <unistd.h>

#include "src/core/fd.h"

/// Source: libFuzzer. Returns 0; a bug ends the process.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace bottleneck {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// A regular file that is nowhere in the file system.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view content) : fd_(memfd_create("fuzzed", MFD_CLOEXEC)) {
    append(content);
  }
  void append(std::string_view content) const {
    if (write(fd_.get(), content.data(), content.size()) != static_cast<ssize_t>(content.size()))
      std::abort();
  }
  std::string path() const { return "/proc/self/fd/" + std::to_string(fd_.get()); }

 private:
  Fd fd_;
};

}  // namespace bottleneck
