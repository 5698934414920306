#include "reports/bars.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include <fmt/format.h>

#include "reports/units.h"

namespace bottleneck {

std::string draw_bar(double share, int cells) {
  static constexpr const char* parts[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const double within = std::clamp(share, 0.0, 1.0);
  int eighths = static_cast<int>(std::lround(within * cells * 8));
  if (within > 0) eighths = std::max(1, eighths);
  std::string bar;
  for (int i = 0; i < eighths / 8; ++i) bar += "█";
  bar += parts[eighths % 8];
  const int used = (eighths + 7) / 8;
  return bar.append(static_cast<std::size_t>(std::max(0, cells - used)), ' ');
}

std::vector<BarRow> arrange_bars(const std::map<Bottleneck, double>& shares, int most_rows) {
  assert(most_rows >= 3);
  constexpr double shown_from = 0.005;  // what rounds to 0 % needs no row of its own
  std::vector<BarRow> rows;
  for (const auto& [kind, share] : shares) {
    if (kind != Bottleneck::unattributed && share > 0) {
      rows.push_back({std::string(to_string(kind)), kind, share, 0});
    }
  }
  std::stable_sort(rows.begin(), rows.end(),
                   [](const BarRow& a, const BarRow& b) { return a.share > b.share; });
  BarRow others;
  std::size_t folded = 0;
  while (!rows.empty() && rows.size() > 1 &&
         (rows.back().share < shown_from ||
          rows.size() + (folded > 0 ? 1 : 0) + 1 > static_cast<std::size_t>(most_rows))) {
    others.label = rows.back().label;
    others.kind = rows.back().kind;
    others.share += rows.back().share;
    rows.pop_back();
    ++folded;
  }
  if (folded > 1)
    others = {fmt::format("{} others", folded), Bottleneck::unattributed, others.share, 0};
  if (folded > 0) rows.push_back(others);
  const auto unknown = shares.find(Bottleneck::unattributed);
  rows.push_back({"unattributed", Bottleneck::unattributed,
                  unknown == shares.end() ? 0.0 : unknown->second, 0});
  std::vector<double> values;
  for (const BarRow& row : rows) values.push_back(row.share);
  const std::vector<int> percents = round_to_hundred(values);
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i].percent = percents[i];
  std::erase_if(rows,
                [](const BarRow& row) { return row.percent == 0 && row.label != "unattributed"; });
  return rows;
}

bool BarRow::is_class() const { return label == to_string(kind); }

const BarRow* row_of(const std::vector<BarRow>& rows, Bottleneck kind) {
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const BarRow& row) {
    return row.is_class() && row.kind == kind;
  });
  return found == rows.end() ? nullptr : &*found;
}

}  // namespace bottleneck
