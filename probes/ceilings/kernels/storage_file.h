// The file that storage is measured with: without a name from its beginning, written with words
// that say where they belong, read and written around the page cache. How requests are queued is
// storage_queue.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "src/core/fd.h"

namespace bottleneck::ceilings {

/// What direct I/O is aligned to on every device; each such block begins with its own number.
constexpr std::size_t storage_block = 4096;

struct FreeAligned {
  void operator()(char* memory) const;
};
using AlignedBuffer = std::unique_ptr<char, FreeAligned>;
AlignedBuffer make_aligned(std::size_t bytes);  ///< Errors: throws Unavailable

/// Sets the number of each block of a buffer that belongs at `offset` of the file.
void number_blocks(char* buffer, std::size_t bytes, std::size_t offset);
bool blocks_are_numbered(const char* buffer, std::size_t bytes, std::size_t offset);

class StorageFile {
 public:
  /// Writes up to `bytes`, for a second at most. Errors: throws Unavailable if the directory does
  /// not take it: absent, not writable, full, not on a device.
  StorageFile(const std::string& directory, std::size_t bytes);

  int fd() const { return fd_.get(); }
  std::size_t size() const { return bytes_; }
  const std::string& directory() const { return directory_; }

 private:
  std::string directory_;
  Fd fd_;
  std::size_t bytes_ = 0;
};

}  // namespace bottleneck::ceilings
