#include "reports/json_text.h"

#include <cmath>

#include <fmt/format.h>

#include "reports/visible.h"

namespace bottleneck {
namespace {

std::string quote(std::string_view visible) {
  std::string quoted = "\"";
  for (const char c : visible) {
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (c == '<' || c == '>' || c == '&') {
      quoted += fmt::format("\\u{:04x}", c);
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

}  // namespace

JsonText& JsonText::separate() {
  if (!bytes_.empty() && std::string_view("{[:,").find(bytes_.back()) == std::string_view::npos)
    bytes_ += ',';
  return *this;
}

JsonText& JsonText::open(Literal bracket) {
  separate();
  bytes_ += bracket.text();
  return *this;
}

JsonText& JsonText::close(Literal bracket) {
  bytes_ += bracket.text();
  return *this;
}

JsonText& JsonText::key(Literal name) {
  separate();
  bytes_ += fmt::format("\"{}\":", name.text());
  return *this;
}

JsonText& JsonText::text(std::string_view text, int most_columns) {
  separate();
  bytes_ += quote(cut_to(make_visible(shorten(text, most_columns)), most_columns));
  return *this;
}

JsonText& JsonText::number(double value) {
  separate();
  bytes_ += std::isfinite(value) ? fmt::format("{:.6g}", value) : "null";
  return *this;
}

JsonText& JsonText::whole(std::int64_t value) {
  separate();
  bytes_ += fmt::format("{}", value);
  return *this;
}

JsonText& JsonText::flag(bool value) {
  separate();
  bytes_ += value ? "true" : "false";
  return *this;
}

JsonText& JsonText::raw(std::string_view json) {
  separate();
  bytes_ += json;
  return *this;
}

}  // namespace bottleneck
