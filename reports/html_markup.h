// Markup under construction. Text from a profile goes in through `escape` alone; markup goes in
// only as a literal of our source, which the compiler checks: no string that was made while running
// can become an element or an attribute. It knows HTML's syntax, not what the page says.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "reports/listings.h"

namespace bottleneck {

/// Columns of one text; longer ones are cut with an ellipsis, so that a page stays small.
inline constexpr int longest_text = 2000;
inline constexpr int longest_cell = 120;

/// Any bytes as text of a page, in an element or a quoted attribute: always valid UTF-8, control
/// and direction characters visible (visible.h), no character that HTML could take for its own.
std::string escape(std::string_view text, int most_columns = longest_text);

/// A megabyte need not be looked at for the columns that are shown; what is cut here is never seen.
std::string_view shorten(std::string_view text, int most_columns);

class Literal {
 public:
  consteval Literal(const char* text) : text_(text) {}
  constexpr std::string_view text() const { return text_; }

 private:
  std::string_view text_;
};

class JsonText;

class Markup {
 public:
  Markup& add(Literal literal);
  Markup& add(const Markup& part);
  Markup& text(std::string_view text, int most_columns = longest_text);
  Markup& number(double value);  ///< for style sheets: a plain decimal number
  /// <name>text</name>
  Markup& element(Literal name, std::string_view text);
  Markup& code(std::string_view text);  ///< names, paths, commands
  /// A label and what it says, inside a <dl>.
  Markup& fact(Literal label, std::string_view text);
  Markup& list(const std::vector<std::string>& items);
  /// That so many rows were left out; nothing if none was.
  Markup& more(std::size_t left_out);
  /// As data that no browser runs: what JsonText wrote ends no element.
  Markup& data(const JsonText&);
  /// A straight line of a drawing, in its own units.
  Markup& line(Literal kind, double x1, double y1, double x2, double y2);
  /// Opens a <div> for a table: it scrolls by itself where the page is narrow.
  Markup& open_scrolling(std::string_view label);
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

/// In a container of its own that scrolls; says how many rows were left out. Without a caption
/// where a heading already says it.
enum class Caption { shown, said_above };
void add_listing(Markup&, const Listing&, Caption = Caption::shown);

}  // namespace bottleneck
