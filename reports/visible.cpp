#include "reports/visible.h"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>
#include <locale.h>
#include <wchar.h>

namespace bottleneck {
namespace {

/// One character of a text: its bytes, its code point (-1: the byte is no UTF-8).
struct Character {
  std::string_view bytes;
  std::int32_t point = -1;
};

int continuation_bytes(unsigned char lead) {
  if (lead < 0x80) return 0;
  if (lead >= 0xc2 && lead <= 0xdf) return 1;
  if (lead >= 0xe0 && lead <= 0xef) return 2;
  if (lead >= 0xf0 && lead <= 0xf4) return 3;
  return -1;
}

/// Overlong forms, surrogates and what lies above U+10FFFF are no UTF-8.
bool is_scalar(std::int32_t point, int extra) {
  constexpr std::int32_t least[] = {0, 0x80, 0x800, 0x10000};
  return point >= least[extra] && point <= 0x10ffff && (point < 0xd800 || point > 0xdfff);
}

/// Needs: a text that is not empty. Takes its first character off.
Character take_character(std::string_view& text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const int extra = continuation_bytes(lead);
  Character one{text.substr(0, 1), -1};
  if (extra >= 0 && text.size() > static_cast<std::size_t>(extra)) {
    std::int32_t point = extra == 0 ? lead : lead & (0x3f >> extra);
    bool valid = true;
    for (int i = 1; i <= extra; ++i) {
      const auto next = static_cast<unsigned char>(text[static_cast<std::size_t>(i)]);
      valid = valid && (next & 0xc0) == 0x80;
      point = (point << 6) | (next & 0x3f);
    }
    if (valid && is_scalar(point, extra)) {
      one = {text.substr(0, static_cast<std::size_t>(extra) + 1), point};
    }
  }
  text.remove_prefix(one.bytes.size());
  return one;
}

/// The width table of glibc, whatever the user's locale is: renderers have no environment.
class Utf8Locale {
 public:
  Utf8Locale() : locale_(newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)) {}
  int width(std::int32_t point) const {
    if (point < 0x80) return point >= 0x20 && point != 0x7f ? 1 : -1;
    if (!locale_) return -1;
    const locale_t before = uselocale(locale_);
    const int columns = wcwidth(static_cast<wchar_t>(point));
    uselocale(before);
    return columns;
  }

 private:
  locale_t locale_;  // lives as long as the process
};

int width_of_point(std::int32_t point) {
  static const Utf8Locale locale;
  return locale.width(point);
}

/// Marks that reorder or hide the text around them. Source: Unicode TR 36, section 2.
bool deceives(std::int32_t point) {
  return point == 0xad || point == 0x61c || (point >= 0x200b && point <= 0x200f) ||
         (point >= 0x2028 && point <= 0x202e) || (point >= 0x2060 && point <= 0x206f) ||
         point == 0xfeff || (point >= 0xe0000 && point <= 0xe007f);
}

std::string escape(const Character& one) {
  if (one.point == '\n') return "\\n";
  if (one.point == '\t') return "\\t";
  if (one.point == '\r') return "\\r";
  if (one.point >= 0x100) return fmt::format("\\u{:04x}", one.point);
  const auto byte = static_cast<unsigned char>(one.bytes.front());
  return fmt::format("\\x{:02x}", one.point >= 0 ? one.point : static_cast<std::int32_t>(byte));
}

std::string ascii_of(const Character& one, int columns) {
  switch (one.point) {
    case 0xb7:
      return "-";  // middle dot
    case 0xd7:
      return "x";  // times
    case 0xb5:
      return "u";  // micro
    case 0x2013:
      return "-";  // dash of a range
    case 0x2026:
      return "~";  // ellipsis
    default:
      break;
  }
  if (one.point >= 0x2588 && one.point <= 0x258c) return "#";  // half a cell and more
  if (one.point >= 0x258d && one.point <= 0x258f) return " ";
  return std::string(static_cast<std::size_t>(columns), '?');
}

}  // namespace

std::string make_visible(std::string_view text) {
  std::string visible;
  bool base = false;  // a combining mark needs something to stand on, and only one may
  while (!text.empty()) {
    const Character one = take_character(text);
    const int columns = one.point < 0 ? -1 : width_of_point(one.point);
    const bool plain = columns > 0 || (columns == 0 && base);
    if (plain && !deceives(one.point)) {
      visible += one.bytes;
    } else {
      visible += escape(one);
    }
    base = columns != 0;
  }
  return visible;
}

int width_of(std::string_view visible) {
  int columns = 0;
  while (!visible.empty()) {
    const Character one = take_character(visible);
    columns += one.point < 0 ? 1 : std::max(0, width_of_point(one.point));
  }
  return columns;
}

std::string cut_to(std::string_view visible, int columns) {
  if (columns <= 0) return "";
  if (width_of(visible) <= columns) return std::string(visible);
  std::string cut;
  int used = 0;
  while (!visible.empty()) {
    const Character one = take_character(visible);
    const int wide = width_of(one.bytes);
    if (used + wide > columns - 1) break;
    cut += one.bytes;
    used += wide;
  }
  return cut + "…";
}

std::string pad_to(std::string_view visible, int columns) {
  std::string padded = cut_to(visible, columns);
  const int missing = columns - width_of(padded);
  if (missing > 0) padded.append(static_cast<std::size_t>(missing), ' ');
  return padded;
}

std::vector<std::string> wrap_to(std::string_view visible, int columns, int most_lines) {
  std::vector<std::string> lines;
  while (!visible.empty() && static_cast<int>(lines.size()) + 1 < most_lines &&
         width_of(visible) > columns) {
    std::size_t end = 0;  // of the longest prefix of whole words that fits
    for (std::size_t blank = visible.find(' '); blank != std::string_view::npos;
         blank = visible.find(' ', blank + 1)) {
      if (width_of(visible.substr(0, blank)) > columns) break;
      end = blank;
    }
    if (end == 0) break;
    lines.emplace_back(visible.substr(0, end));
    visible.remove_prefix(end + 1);
  }
  if (!visible.empty()) lines.push_back(cut_to(visible, columns));
  return lines;
}

std::string to_ascii(std::string_view visible) {
  std::string ascii;
  while (!visible.empty()) {
    const Character one = take_character(visible);
    if (one.point >= 0 && one.point < 0x80) {
      ascii += one.bytes;
    } else {
      ascii += ascii_of(one, width_of(one.bytes));
    }
  }
  return ascii;
}

}  // namespace bottleneck
