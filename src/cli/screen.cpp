#include "src/cli/screen.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <string_view>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "reports/visible.h"

namespace bottleneck {
namespace {

/// Narrower, the bars and their labels no longer fit beside each other; the terminal wraps.
constexpr int narrowest = 60;

bool wants_color(int fd, Color color) {
  if (color != Color::automatic) return color == Color::always;
  const char* no_color = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  bool dumb = terminal && std::string_view(terminal) == "dumb";
  return isatty(fd) && !dumb && !(no_color && *no_color);
}

/// A locale that is set and is not UTF-8 gets ASCII bars; none set says nothing (containers, CI).
bool takes_unicode() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* value = std::getenv(name);
    if (!value || !*value) continue;
    const std::string_view locale(value);
    return locale.find("UTF-8") != std::string_view::npos ||
           locale.find("utf8") != std::string_view::npos;
  }
  return true;
}

}  // namespace

TerminalStyle style_for(int fd, Color color, bool verbose) {
  TerminalStyle style;
  style.color = wants_color(fd, color);
  style.unicode = takes_unicode();
  style.verbose = verbose;
  winsize size{};
  if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    style.width = std::clamp<int>(size.ws_col, narrowest, style.width);
  return style;
}

bool show(int fd, const std::string& text) {
  for (std::size_t done = 0; done < text.size();) {
    ssize_t written = write(fd, text.data() + done, text.size() - done);
    if (written < 0 && errno != EINTR) return false;
    if (written > 0) done += static_cast<std::size_t>(written);
  }
  return true;
}

void show_error(const Error& error) {
  std::string text = fmt::format("bottleneck: error: {}\n", make_visible(error.what));
  auto add = [&](const char* label, const std::string& part) {
    if (!part.empty()) text += fmt::format("  {:<4} {}\n", label, make_visible(part));
  };
  add("why", error.why);
  add("so", error.so);
  add("fix", error.fix);
  show(STDERR_FILENO, text);
}

}  // namespace bottleneck
