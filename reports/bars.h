// The bars of the first screen: the shares of the time as rows whose shown percents add up to 100.
// Between the Report and the screen; it prints nothing itself.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "src/core/classes.h"

namespace bottleneck {

/// A bar of eighths of a cell, exactly `cells` columns wide, blanks included. A share that is more
/// than 0 shows.
std::string draw_bar(double share, int cells);

struct BarRow {
  std::string label;
  Bottleneck kind = Bottleneck::unattributed;  ///< of `others`: unattributed, and the label says it
  double share = 0;
  int percent = 0;
  bool is_class() const;  ///< not "N others"
};

/// By share, largest first, the small ones in one row "N others", `unattributed` last and always
/// there. Needs: most_rows >= 3. The percents add up to 100 if the shares add up to 1.
std::vector<BarRow> arrange_bars(const std::map<Bottleneck, double>& shares, int most_rows);

/// The row that shows this class, or null.
const BarRow* row_of(const std::vector<BarRow>&, Bottleneck);

}  // namespace bottleneck
