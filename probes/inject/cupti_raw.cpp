#include "probes/inject/cupti_raw.h"

#include <cstdio>
#include <cstdlib>

#include <fcntl.h>
#include <unistd.h>

namespace bottleneck::inject::cupti {
namespace {

/// Enough records for any test: a buffer has some 20 000.
constexpr int most_kept = 8;
int kept = 0;

}  // namespace

void keep_raw_buffer(const std::uint8_t* buffer, std::size_t bytes) {
  const char* const folder = std::getenv(raw_variable);
  if (!folder || !*folder || bytes == 0) return;
  const int number = __atomic_fetch_add(&kept, 1, __ATOMIC_RELAXED);
  if (number >= most_kept) return;
  char path[4096];
  std::snprintf(path, sizeof path, "%s/%d-%d.cupti", folder, ::getpid(), number);
  const int file = ::open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return;
  while (bytes > 0) {
    const ssize_t written = ::write(file, buffer, bytes);
    if (written <= 0) break;
    buffer += written;
    bytes -= static_cast<std::size_t>(written);
  }
  ::close(file);
}

}  // namespace bottleneck::inject::cupti
