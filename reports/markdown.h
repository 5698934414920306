// Text for GitHub's and GitLab's Markdown. What comes from a profile stands in code spans, where
// nothing is markup, a link or a mention, or is prose with every mark escaped. Below the writers of
// summaries; it knows nothing of what they say.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bottleneck {

/// By it a comment of ours is found again, to be replaced.
inline constexpr const char* markdown_marker = "<!-- bottleneck -->\n";
/// GitHub's limit of a comment is 65 536 characters, a job summary's 1 MiB: one text fits both.
inline constexpr std::size_t most_markdown = 60'000;

/// A code span, also inside tables: one line, cut, its fence longer than any in the text.
std::string code_span(std::string_view text, int most_columns = 120);
/// Words of ours with names in them: control characters visible, marks escaped, no mention.
std::string prose(std::string_view text, int most_columns = 400);
/// Cells are Markdown already. A number's column stands at the right.
std::string markdown_table(const std::vector<std::pair<std::string, bool>>& titles,
                           const std::vector<std::vector<std::string>>& rows);

/// Text of an XML document, in an element or a quoted attribute: always valid, control characters
/// visible.
std::string xml_text(std::string_view text, int most_columns = 2000);

}  // namespace bottleneck
