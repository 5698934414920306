#include "reports/markdown.h"

#include <algorithm>

#include <fmt/format.h>

#include "reports/visible.h"

namespace bottleneck {
namespace {

int longest_fence(std::string_view text) {
  int longest = 0, run = 0;
  for (const char c : text) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return longest;
}

}  // namespace

std::string code_span(std::string_view text, int most_columns) {
  std::string visible = cut_to(make_visible(text.substr(0, 10'000)), most_columns);
  if (visible.find_first_not_of(' ') == std::string::npos) return "–";
  const std::string fence(static_cast<std::size_t>(longest_fence(visible)) + 1, '`');
  std::string span;
  for (const char c : visible) span += c == '|' ? "\\|" : std::string(1, c);
  const bool touches = visible.front() == '`' || visible.back() == '`';
  const char* gap = touches ? " " : "";
  return fence + gap + span + gap + fence;
}

std::string prose(std::string_view text, int most_columns) {
  constexpr std::string_view marks = "\\`*_{}[]<>()#+-!|~&:.$";
  std::string escaped;
  for (const char c : cut_to(make_visible(text.substr(0, 10'000)), most_columns)) {
    if (marks.find(c) != std::string_view::npos) escaped += '\\';
    escaped += c;
    if (c == '@') escaped += "\u2060";  // a word joiner: nobody is called
  }
  return escaped;
}

std::string markdown_table(const std::vector<std::pair<std::string, bool>>& titles,
                           const std::vector<std::vector<std::string>>& rows) {
  std::string text = "|", rule = "|";
  for (const auto& [title, number] : titles) {
    text += " " + title + " |";
    rule += number ? " ---: |" : " --- |";
  }
  text += "\n" + rule + "\n";
  for (const auto& row : rows) {
    text += "|";
    for (const std::string& cell : row) text += " " + cell + " |";
    text += "\n";
  }
  return text;
}

std::string xml_text(std::string_view text, int most_columns) {
  std::string escaped;
  for (const char c : cut_to(make_visible(text.substr(0, 100'000)), most_columns)) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

}  // namespace bottleneck
