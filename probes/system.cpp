#include "probes/system.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

namespace bottleneck {

std::optional<std::string> System::read(const std::string& absolute) const {
  const int fd = ::open(path(absolute).c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return std::nullopt;
  std::string text;
  std::array<char, 16384> buffer;
  ssize_t got = 0;
  while ((got = ::read(fd, buffer.data(), buffer.size())) > 0)
    text.append(buffer.data(), static_cast<std::size_t>(got));
  ::close(fd);
  if (got < 0) return std::nullopt;
  return text;
}

std::optional<std::string> System::read_link(const std::string& absolute) const {
  std::array<char, 4096> buffer;
  const ssize_t got = ::readlink(path(absolute).c_str(), buffer.data(), buffer.size());
  if (got < 0) return std::nullopt;
  return std::string(buffer.data(), static_cast<std::size_t>(got));
}

std::vector<std::string> System::list(const std::string& absolute) const {
  struct Close {
    void operator()(DIR* directory) const { ::closedir(directory); }
  };
  const std::unique_ptr<DIR, Close> directory(::opendir(path(absolute).c_str()));
  std::vector<std::string> names;
  if (!directory) return names;
  while (const dirent* entry = ::readdir(directory.get())) {
    const std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

KeptFile::KeptFile(const System& system, const std::string& absolute)
    : fd_(::open(system.path(absolute).c_str(), O_RDONLY | O_CLOEXEC)) {}

KeptFile::~KeptFile() {
  if (fd_ >= 0) ::close(fd_);
}

std::optional<std::string_view> KeptFile::read(std::span<char> buffer) const {
  if (fd_ < 0) {
    errno = EBADF;
    return std::nullopt;
  }
  const ssize_t got = ::pread(fd_, buffer.data(), buffer.size(), 0);
  if (got == 0) errno = ESRCH;
  if (got <= 0) return std::nullopt;
  return std::string_view(buffer.data(), static_cast<std::size_t>(got));
}

}  // namespace bottleneck
