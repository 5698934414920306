#include "reports/screen.h"

#include <algorithm>

#include "reports/visible.h"

namespace bottleneck {
namespace {

constexpr int narrowest = 20;  // below that nothing can be said; the terminal may wrap then
constexpr int widest = 1000;

/// Source: ECMA-48, select graphic rendition.
std::string_view start_of(Hue hue) {
  switch (hue) {
    case Hue::plain:
      return "";
    case Hue::bold:
      return "\x1b[1m";
    case Hue::faint:
      return "\x1b[2m";
    case Hue::good:
      return "\x1b[32m";
    case Hue::poor:
      return "\x1b[33m";
    case Hue::bar:
      return "\x1b[36m";
  }
  return "";
}

bool is_blank(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c == ' '; });
}

}  // namespace

Screen::Screen(const TerminalStyle& style)
    : width_(std::clamp(style.width, narrowest, widest)),
      color_(style.color),
      unicode_(style.unicode) {}

void Screen::add(const std::vector<Span>& spans) {
  std::string line;
  std::size_t end = 0;  // of what is no trailing blank
  int left = width_;
  for (const Span& span : spans) {
    std::string text = cut_to(make_visible(span.text), left);
    left -= width_of(text);
    if (!unicode_) text = to_ascii(text);
    const bool painted = color_ && span.hue != Hue::plain && !is_blank(text);
    if (painted) line += start_of(span.hue);
    line += text;
    if (painted) line += "\x1b[0m";
    if (painted) end = line.size();
    const std::size_t last = line.find_last_not_of(' ');
    if (last != std::string::npos) end = std::max(end, last + 1);
  }
  lines_.push_back(line.substr(0, end));
}

void Screen::add_wrapped(const Span& label, std::string_view text, int most_lines) {
  const int indent = std::min(width_of(make_visible(label.text)), width_ / 2);
  Span first = label;
  for (const std::string& line : wrap_to(make_visible(text), width_ - indent, most_lines)) {
    add({{pad_to(make_visible(first.text), indent), first.hue}, {line}});
    first = {"", Hue::plain};
  }
}

std::string Screen::text() const {
  std::string all;
  for (const std::string& line : lines_) all += line + "\n";
  return all;
}

}  // namespace bottleneck
