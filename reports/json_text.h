// JSON under construction, for data that stands inside a page: numbers, and texts that are made
// visible and cut like those of the markup. No `<` comes out, so nothing in it can end the element
// that holds it. It only writes; saved files are src/core/json.h.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "reports/html_markup.h"

namespace bottleneck {

class JsonText {
 public:
  JsonText& open(Literal bracket);   ///< "{" or "["
  JsonText& close(Literal bracket);  ///< "}" or "]"
  JsonText& key(Literal name);
  JsonText& text(std::string_view text, int most_columns = longest_cell);
  JsonText& number(double value);  ///< null where it is not finite
  JsonText& whole(std::int64_t value);
  JsonText& flag(bool value);
  /// Text that is JSON already, as src/core/json.h makes it: without `<`.
  JsonText& raw(std::string_view json);
  const std::string& bytes() const { return bytes_; }

 private:
  JsonText& separate();
  std::string bytes_;
};

}  // namespace bottleneck
