// A regular file opened for reading: the only way in which this module opens files that a target
// chose. A FIFO or device under a mapped name must neither block nor be read; everything else is
// refused as "not there".
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace bottleneck {

class RegularFile {
 public:
  /// Nothing if the path leads to no regular file, or it cannot be opened.
  static std::optional<RegularFile> open(const std::string& path);
  RegularFile(RegularFile&&) noexcept;
  RegularFile& operator=(RegularFile&&) noexcept;
  ~RegularFile();

  int descriptor() const { return descriptor_; }
  std::uint64_t size() const { return size_; }
  std::uint64_t inode() const { return inode_; }
  bool owned_by_us_alone() const { return private_; }  ///< our user, no rights for others

  /// What is there, at most `count` bytes; shorter at the end or on error.
  std::string read_at(std::uint64_t offset, std::size_t count) const;
  /// The same behind what `to` holds already. Returns how many bytes those were.
  std::size_t append_to(std::string& to, std::uint64_t offset, std::size_t count) const;

 private:
  RegularFile() = default;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
  std::uint64_t inode_ = 0;
  bool private_ = false;
};

}  // namespace bottleneck
