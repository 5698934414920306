#include "src/cli/progress.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "reports/visible.h"
#include "src/cli/screen.h"

namespace bottleneck {

Progress::Progress() {
  constexpr int first_own_fd = 3;
  if (isatty(STDERR_FILENO) != 0)
    terminal_ = Fd(fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, first_own_fd));
}

void Progress::tell(const std::string& step) {
  constexpr int columns = 58;  // within the narrowest terminal: it must not wrap
  if (terminal_) show(terminal_.get(), "\r\033[K" + cut_to(make_visible(step), columns));
}

void Progress::clear() {
  if (terminal_) show(terminal_.get(), "\r\033[K");
}

}  // namespace bottleneck
