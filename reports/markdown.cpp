#include "reports/markdown.h"

#include <algorithm>

#include <fmt/format.h>

#include "reports/html_markup.h"
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

/// Whether Markdown would take this character for its own. A dot and a colon only in addresses, and
/// where a line begins what would make it a list.
bool is_mark(const std::string& text, std::size_t at) {
  constexpr std::string_view everywhere = "\\`*_{}[]<>|~&$";
  const char c = text[at];
  if (everywhere.find(c) != std::string_view::npos) return true;
  if (c == ':') return at + 1 < text.size() && text[at + 1] == '/';
  const std::string before = text.substr(at < 3 ? 0 : at - 3, std::min<std::size_t>(at, 3));
  const bool ends = at + 1 == text.size() || text[at + 1] == ' ';
  if (c == '.' || c == ')')
    return before == "www" || (ends && text.find_first_not_of("0123456789") == at);
  return at == 0 && (c == '-' || c == '+' || c == '#' || c == '=');
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
  const std::string visible = cut_to(make_visible(text.substr(0, 10'000)), most_columns);
  std::string escaped;
  for (std::size_t at = 0; at < visible.size(); ++at) {
    if (is_mark(visible, at)) escaped += '\\';
    escaped += visible[at];
    // A word joiner: nobody is called, no issue is linked; an escape would not prevent that.
    const bool number = at + 1 < visible.size() && visible[at + 1] >= '0' && visible[at + 1] <= '9';
    if (visible[at] == '@' || (visible[at] == '#' && number)) escaped += "\u2060";
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

std::string xml_text(std::string_view text, int most_columns) { return escape(text, most_columns); }

}  // namespace bottleneck
