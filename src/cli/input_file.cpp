#include "src/cli/input_file.h"

#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "src/core/error.h"
#include "src/core/fd.h"

namespace bottleneck {
namespace {

/// The reader of reports refuses more than this (src/core/json.cpp): one byte beyond it is enough.
constexpr std::size_t most_bytes = (64u << 20) + 1;

[[noreturn]] void fail(const std::string& path, const std::string& why) {
  throw Error(fmt::format("cannot read {}", path), why, "there is nothing to show",
              "make one: bottleneck run --json FILE PROGRAM", exit_failed);
}

}  // namespace

std::string read_input(const std::string& path) {
  const bool standard_input = path == "-";
  const Fd opened(standard_input ? -1 : open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!standard_input && !opened) fail(path, std::strerror(errno));
  const int fd = standard_input ? STDIN_FILENO : opened.get();
  std::string text;
  std::array<char, 1 << 16> buffer;
  while (text.size() < most_bytes) {
    const ssize_t got = read(fd, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail(path, errno == EISDIR ? "it is a directory" : std::strerror(errno));
    if (got == 0) break;
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return text;
}

}  // namespace bottleneck
