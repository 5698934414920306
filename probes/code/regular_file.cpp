#include "probes/code/regular_file.h"

#include <algorithm>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace bottleneck {

std::optional<RegularFile> RegularFile::open(const std::string& path) {
  RegularFile file;
  file.descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  struct stat facts {};
  if (file.descriptor_ < 0 || ::fstat(file.descriptor_, &facts) != 0) return std::nullopt;
  if (!S_ISREG(facts.st_mode)) return std::nullopt;
  file.size_ = static_cast<std::uint64_t>(facts.st_size);
  file.inode_ = facts.st_ino;
  file.private_ = facts.st_uid == ::geteuid() && (facts.st_mode & (S_IRWXG | S_IRWXO)) == 0;
  return file;
}

RegularFile::RegularFile(RegularFile&& other) noexcept { *this = std::move(other); }

RegularFile& RegularFile::operator=(RegularFile&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  size_ = other.size_;
  inode_ = other.inode_;
  private_ = other.private_;
  return *this;
}

RegularFile::~RegularFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

std::string RegularFile::read_at(std::uint64_t offset, std::size_t count) const {
  std::string bytes;
  append_to(bytes, offset, count);
  return bytes;
}

std::size_t RegularFile::append_to(std::string& to, std::uint64_t offset, std::size_t count) const {
  if (offset >= size_) return 0;
  const std::size_t before = to.size();
  const std::size_t wanted = std::min<std::uint64_t>(count, size_ - offset);
  to.resize(before + wanted);
  std::size_t have = 0;
  while (have < wanted) {
    const ssize_t got = ::pread(descriptor_, to.data() + before + have, wanted - have,
                                static_cast<off_t>(offset + have));
    if (got <= 0) break;
    have += static_cast<std::size_t>(got);
  }
  to.resize(before + have);
  return have;
}

}  // namespace bottleneck
