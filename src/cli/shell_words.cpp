#include "src/cli/shell_words.h"

#include <cctype>
#include <optional>

#include <fmt/format.h>

#include "src/core/error.h"

namespace bottleneck {
namespace {

/// Outside of quotes a shell would do something with them. Source: POSIX.1-2017, shell, 2.2.
constexpr std::string_view for_a_shell = "|&;<>()$`*?[#";
constexpr std::string_view for_a_shell_quoted = "$`";

class Splitter {
 public:
  Splitter(const std::string& text, const std::string& option) : text_(text), option_(option) {}

  std::vector<std::string> split() {
    for (at_ = 0; at_ < text_.size(); ++at_) take(text_[at_]);
    if (quote_ != 0) fail(fmt::format("the quote {} is never closed", quote_), "close it");
    end_word();
    return std::move(words_);
  }

  [[noreturn]] void fail(const std::string& why, const std::string& fix) const {
    throw Error(fmt::format("{} '{}' was not understood", option_, text_), why,
                "nothing was started", fix, exit_usage);
  }

 private:
  void take(char c) {
    if (c == '\\' && quote_ != '\'') return take_escaped();
    if (quote_ != 0 && c == quote_) {
      quote_ = 0;
    } else if (quote_ == 0 && (c == '\'' || c == '"')) {
      quote_ = c;
      word_.emplace(word_.value_or(""));
    } else if (quote_ == 0 && std::isspace(static_cast<unsigned char>(c))) {
      end_word();
    } else {
      check(c);
      word_ = word_.value_or("") + c;
    }
  }

  void take_escaped() {
    if (++at_ >= text_.size()) fail("it ends with a \\", "write the character behind it");
    const char next = text_[at_];
    const bool kept = quote_ == '"' && std::string_view("$`\"\\").find(next) == std::string::npos;
    word_ = word_.value_or("") + (kept ? "\\" : "") + next;
  }

  void check(char c) const {
    const bool starts = !word_.has_value();
    const bool asks = quote_ == 0     ? (c == '~' ? starts : is_in(for_a_shell, c, starts))
                      : quote_ == '"' ? is_in(for_a_shell_quoted, c, false)
                                      : false;
    if (!asks) return;
    fail(fmt::format("no shell runs it, so {} would be a plain character", c),
         fmt::format("quote it, or: {} \"sh -c '...'\"", option_));
  }

  static bool is_in(std::string_view set, char c, bool starts) {
    return set.find(c) != std::string_view::npos && (c != '#' || starts);
  }

  void end_word() {
    if (word_) words_.push_back(std::move(*word_));
    word_.reset();
  }

  const std::string& text_;
  const std::string& option_;
  std::size_t at_ = 0;
  char quote_ = 0;
  std::optional<std::string> word_;
  std::vector<std::string> words_;
};

bool is_setting(const std::string& word) {
  const std::size_t equals = word.find('=');
  if (equals == std::string::npos || equals == 0) return false;
  for (std::size_t i = 0; i < equals; ++i) {
    const auto c = static_cast<unsigned char>(word[i]);
    if (!(std::isalpha(c) || c == '_' || (i > 0 && std::isdigit(c)))) return false;
  }
  return true;
}

}  // namespace

Target split_command(const std::string& text, const std::string& option) {
  Splitter splitter(text, option);
  Target target;
  for (std::string& word : splitter.split()) {
    const bool setting = target.command.empty() && is_setting(word);
    (setting ? target.environment : target.command).push_back(std::move(word));
  }
  if (target.command.empty())
    splitter.fail("it names no program", fmt::format("{} './myprog input.txt'", option));
  return target;
}

}  // namespace bottleneck
