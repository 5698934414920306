#include "probes/system.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>

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

}  // namespace bottleneck
