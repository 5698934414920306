#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "reports/sections.h"

namespace bottleneck {
namespace {

bool needs_quotes(const std::string& word) {
  constexpr std::string_view harmless = "-_./=+:,@%";
  return word.empty() || !std::all_of(word.begin(), word.end(), [&](char c) {
           return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
                  harmless.find(c) != std::string_view::npos;
         });
}

std::string quote(const std::string& word) {
  if (!needs_quotes(word)) return word;
  std::string quoted = "'";
  for (const char c : word) {
    if (c == '\'') {
      quoted += "'\\''";
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

}  // namespace

std::string quote_command(const std::vector<std::string>& command) {
  std::string line;
  for (const std::string& word : command) line += (line.empty() ? "" : " ") + quote(word);
  return line;
}

std::string name_file(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return std::string(slash == std::string_view::npos ? path : path.substr(slash + 1));
}

std::string name_function(std::string_view function) {
  if (function.empty()) return "";
  const auto last = static_cast<unsigned char>(function.back());
  const bool bare =
      (std::isalnum(last) != 0 || last == '_') &&
      function.find_first_of("( ") == std::string_view::npos;  // "function at 0x5ae0" is no name
  return std::string(function) + (bare ? "()" : "");
}

std::string name_place(const Where& where) {
  if (!where.file.empty()) {
    return where.line > 0 ? fmt::format("{}:{}", name_file(where.file), where.line)
                          : name_file(where.file);
  }
  if (!where.function.empty()) return name_function(where.function);
  return where.process;
}

std::string name_class(Bottleneck kind, Detail detail) {
  std::string name{to_string(kind)};
  if (detail != Detail::none) name += ", " + std::string(to_string(detail));
  return name;
}

}  // namespace bottleneck
