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

}  // namespace

Screen::Screen(const TerminalStyle& style)
    : width_(std::clamp(style.width, narrowest, widest)),
      color_(style.color),
      unicode_(style.unicode) {}

void Screen::add(const std::vector<HuedText>& spans) {
  std::string line;
  std::size_t end = 0;  // of what is no trailing blank
  int left = width_;
  for (const HuedText& span : spans) {
    std::string text = cut_to(make_visible(span.text), left);
    left -= width_of(text);
    if (!unicode_) text = to_ascii(text);
    const std::size_t body = text.find_last_not_of(' ') + 1;  // blanks are not painted
    if (body == 0 || !color_ || span.hue == Hue::plain) {
      line += text;
    } else {
      line += std::string(start_of(span.hue)) + text.substr(0, body) + "\x1b[0m";
      line += text.substr(body);
    }
    if (body > 0) end = line.size() - (text.size() - body);
  }
  lines_.push_back(line.substr(0, end));
}

void Screen::add_wrapped(const HuedText& label, std::string_view text, int most_lines) {
  const int indent = std::min(width_of(make_visible(label.text)), width_ / 2);
  HuedText first = label;
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
