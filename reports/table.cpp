#include "reports/table.h"

#include <algorithm>
#include <numeric>

#include "reports/visible.h"

namespace bottleneck {
namespace {

constexpr int indent = 2;
constexpr int gap = 2;
constexpr int narrowest_column = 8;

/// The widest column gives way until all fit.
std::vector<int> fit_widths(std::vector<int> widths, int screen) {
  const int gaps = indent + gap * (static_cast<int>(widths.size()) - 1);
  int excess = std::accumulate(widths.begin(), widths.end(), gaps) - screen;
  for (; excess > 0; --excess) {
    const auto widest = std::max_element(widths.begin(), widths.end());
    if (*widest <= narrowest_column) break;
    --*widest;
  }
  return widths;
}

std::string align(const std::string& visible, int width, bool right) {
  const int missing = width - width_of(visible);
  if (!right || missing <= 0) return pad_to(visible, width);
  return std::string(static_cast<std::size_t>(missing), ' ') + visible;
}

}  // namespace

void add_table(Screen& screen, const std::string& title, const std::vector<Column>& columns,
               const std::vector<std::vector<std::string>>& rows) {
  screen.add_blank();
  screen.add({{title, Hue::bold}});
  if (rows.empty()) {
    screen.add_text("  none");
    return;
  }
  std::vector<int> widths;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    int width = width_of(columns[c].title);
    for (const auto& row : rows) width = std::max(width, width_of(make_visible(row.at(c))));
    widths.push_back(width);
  }
  widths = fit_widths(std::move(widths), screen.width());
  const auto add_row = [&](const auto& cell_of, Hue hue) {
    std::string line(indent, ' ');
    for (std::size_t c = 0; c < columns.size(); ++c) {
      if (c > 0) line.append(gap, ' ');
      line += align(make_visible(cell_of(c)), widths[c], columns[c].number);
    }
    screen.add({{line, hue}});
  };
  add_row([&](std::size_t c) { return columns[c].title; }, Hue::faint);
  for (const auto& row : rows) add_row([&](std::size_t c) { return row.at(c); }, Hue::plain);
}

}  // namespace bottleneck
