// Lines on their way to a terminal: every text made visible, every line cut to the width, colour
// added last. Each renderer fills one; nothing else in reports/ knows how colour is written.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "reports/terminal.h"

namespace bottleneck {

/// Never the only carrier of a meaning: without colour the words say the same.
enum class Hue { plain, bold, faint, good, poor, bar };

struct HuedText {
  std::string text;
  Hue hue = Hue::plain;
};

class Screen {
 public:
  explicit Screen(const TerminalStyle&);
  void add(const std::vector<HuedText>& spans);  ///< one line
  void add_text(std::string text) { add({HuedText{std::move(text), Hue::plain}}); }
  void add_blank() { lines_.emplace_back(); }
  /// A labelled text, broken into at most `most_lines` lines that are indented behind the label.
  void add_wrapped(const HuedText& label, std::string_view text, int most_lines);
  int width() const { return width_; }
  int lines() const { return static_cast<int>(lines_.size()); }
  /// All lines, each with its newline.
  std::string text() const;

 private:
  int width_;
  bool color_;
  bool unicode_;
  std::vector<std::string> lines_;
};

}  // namespace bottleneck
