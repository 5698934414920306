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

/// "(anonymous namespace)::" says nothing to whoever wrote the function.
std::string drop_anonymous(std::string_view function) {
  constexpr std::string_view unnamed = "(anonymous namespace)::";
  std::string name{function};
  for (auto at = name.find(unnamed); at != std::string::npos; at = name.find(unnamed, at))
    name.erase(at, unnamed.size());
  return name;
}

/// Brackets of "operator<", "operator->", "operator<<" open nothing.
bool is_operator(const std::string& name, std::size_t at) {
  constexpr std::string_view word = "operator";
  while (at > 0 && (name[at - 1] == '<' || name[at - 1] == '>' || name[at - 1] == '-')) --at;
  return at >= word.size() && name.compare(at - word.size(), word.size(), word) == 0;
}

/// Arguments of templates that are longer than a word become "<…>".
std::string shorten_templates(const std::string& name) {
  constexpr std::size_t longest_kept = 12;
  std::string text, inside;
  int depth = 0;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    const bool bracket = (c == '<' || c == '>') && !is_operator(name, i) && i > 0;
    if (bracket && c == '<' && depth++ == 0) continue;
    if (bracket && c == '>' && depth > 0 && --depth == 0) {
      text += "<" + (inside.size() > longest_kept ? "…" : inside) + ">";
      inside.clear();
      continue;
    }
    (depth > 0 ? inside : text) += c;
  }
  return depth == 0 ? text : name;  // unbalanced: as it is
}

/// "f(int, char) const" -> "f"; "operator()(int)" and "{lambda(int)#1}" keep theirs.
std::string drop_parameters(const std::string& name) {
  int braces = 0;
  for (std::size_t i = 1; i < name.size(); ++i) {
    braces += name[i] == '{' ? 1 : name[i] == '}' ? -1 : 0;
    if (name[i] != '(' || braces > 0 || name[i - 1] == ' ') continue;
    if (name.compare(i, 2, "()") == 0 && is_operator(name, i)) {
      ++i;
      continue;
    }
    // What follows the parameters of a function that encloses this one belongs to the name.
    const auto rest = name.find(")::", i);
    if (rest == std::string::npos) return name.substr(0, i);
  }
  return name;
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
  constexpr std::size_t longest = 4096;  // nobody reads more, and what follows looks back and forth
  const std::string name =
      drop_parameters(shorten_templates(drop_anonymous(function.substr(0, longest))));
  if (name.empty()) return "";
  const auto last = static_cast<unsigned char>(name.back());
  const bool bare =
      (std::isalnum(last) != 0 || last == '_' || last == '>') &&
      name.find_first_of("( ") == std::string_view::npos;  // "function at 0x5ae0" is no name
  return name + (bare ? "()" : "");
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
