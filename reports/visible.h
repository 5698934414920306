// Text of unknown origin made fit for a terminal: one line, no control characters, of a known width
// in columns. Below everything in reports/ that prints. It knows nothing of colour; the locale of
// the user plays no part.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bottleneck {

/// Control, direction and invalid characters become visible escapes (\n, \x1b, \u202e); the rest
/// stays. Doing it twice changes nothing.
std::string make_visible(std::string_view);

/// Columns on a terminal. Needs: visible text.
int width_of(std::string_view visible);

/// At most `columns` wide, with an ellipsis at the end where something was cut. Needs: visible
/// text.
std::string cut_to(std::string_view visible, int columns);

/// Exactly `columns` wide: cut, or filled with blanks on the right. Needs: visible text.
std::string pad_to(std::string_view visible, int columns);

/// Broken at blanks into lines of at most `columns`; of more than `most_lines` the last is cut.
/// Needs: visible text.
std::vector<std::string> wrap_to(std::string_view visible, int columns, int most_lines);

/// The same width in ASCII alone, for terminals that do not know UTF-8. Needs: visible text.
std::string to_ascii(std::string_view visible);

}  // namespace bottleneck
