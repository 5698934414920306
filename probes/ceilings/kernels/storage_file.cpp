#include "probes/ceilings/kernels/storage_file.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>

#include "probes/ceilings/kernels/memory_pool.h"
#include "probes/ceilings/kernels/slices.h"

namespace bottleneck::ceilings {
namespace {

constexpr const char* other_directory =
    "name a directory on the storage in question that you may write to";

[[noreturn]] void refuse(const std::string& directory, const char* what) {
  const int error = errno;
  if (error == EINVAL)
    throw Unavailable{
        fmt::format("{}: its file system does no direct I/O (memory, or a network's)", directory),
        other_directory};
  throw Unavailable{fmt::format("{}: {} ({})", directory, what, std::strerror(error)),
                    other_directory};
}

/// Without a name where the file system can do that; else the name is taken away at once.
Fd open_nameless(const std::string& directory) {
  constexpr int mode = O_RDWR | O_DIRECT | O_CLOEXEC;
  Fd fd(::open(directory.c_str(), O_TMPFILE | mode, 0600));
  if (fd || (errno != EOPNOTSUPP && errno != EISDIR)) return fd;
  std::string name = directory + "/.bottleneck-XXXXXX";
  fd = Fd(::mkostemp(name.data(), O_DIRECT | O_CLOEXEC));
  if (fd) ::unlink(name.c_str());
  return fd;
}

/// tmpfs takes direct I/O since Linux 6.6, and is no storage for that.
void refuse_memory(const std::string& directory, const Fd& fd) {
  struct statfs facts {};
  if (::fstatfs(fd.get(), &facts) != 0) return;
  if (facts.f_type == TMPFS_MAGIC || facts.f_type == RAMFS_MAGIC)
    throw Unavailable{fmt::format("{}: its file system is memory (tmpfs)", directory),
                      other_directory};
}

/// A tenth of what is free: measuring shall not fill anybody's disk.
std::size_t bytes_within(const std::string& directory, const Fd& fd, std::size_t wanted) {
  constexpr std::size_t part = 10;
  constexpr std::size_t least = 4u << 20;
  struct statvfs facts {};
  if (::fstatvfs(fd.get(), &facts) != 0) refuse(directory, "its free space is not told");
  const std::size_t room = facts.f_bavail * facts.f_frsize / part;
  if (room < least)
    throw Unavailable{fmt::format("{}: it is nearly full", directory), other_directory};
  return std::min(wanted, room);
}

}  // namespace

void FreeAligned::operator()(char* memory) const { std::free(memory); }

AlignedBuffer make_aligned(std::size_t bytes) {
  AlignedBuffer buffer(static_cast<char*>(std::aligned_alloc(storage_block, bytes)));
  if (!buffer)
    throw Unavailable{fmt::format("there is no memory for a buffer of {}", name_size(bytes)),
                      "give it more memory"};
  std::memset(buffer.get(), 0x5a, bytes);  // no zeros, which some devices do not store
  return buffer;
}

void number_blocks(char* buffer, std::size_t bytes, std::size_t offset) {
  for (std::size_t at = 0; at < bytes; at += storage_block) {
    const std::uint64_t number = (offset + at) / storage_block;
    std::memcpy(buffer + at, &number, sizeof number);
  }
}

bool blocks_are_numbered(const char* buffer, std::size_t bytes, std::size_t offset) {
  for (std::size_t at = 0; at < bytes; at += storage_block) {
    std::uint64_t number = 0;
    std::memcpy(&number, buffer + at, sizeof number);
    if (number != (offset + at) / storage_block) return false;
  }
  return true;
}

StorageFile::StorageFile(const std::string& directory, std::size_t bytes)
    : directory_(directory), fd_(open_nameless(directory)) {
  constexpr std::size_t step = 1u << 20;
  constexpr double longest_s = 1;
  if (!fd_) refuse(directory, "no file can be made in it");
  refuse_memory(directory_, fd_);
  const std::size_t wanted = bytes_within(directory, fd_, bytes) / step * step;
  const AlignedBuffer buffer = make_aligned(step);
  const double end = wall_seconds() + longest_s;
  while (bytes_ < wanted && (wall_seconds() < end || bytes_ == 0)) {
    number_blocks(buffer.get(), step, bytes_);
    const ssize_t written = ::pwrite(fd_.get(), buffer.get(), step, static_cast<off_t>(bytes_));
    if (written != static_cast<ssize_t>(step)) refuse(directory, "a file in it cannot be written");
    bytes_ += step;
  }
}

}  // namespace bottleneck::ceilings
