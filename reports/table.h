// Rows of text under titles, as wide as they need to be and never wider than the screen. Between
// the renderers and Screen; it knows nothing of what stands in the cells.
#pragma once

#include <string>
#include <vector>

#include "reports/screen.h"

namespace bottleneck {

struct Column {
  std::string title;
  bool number = false;  ///< numbers stand at the right edge
};

/// Needs: as many cells in each row as columns. A table without rows shows nothing but `title` and
/// "none".
void add_table(Screen&, const std::string& title, const std::vector<Column>&,
               const std::vector<std::vector<std::string>>& rows);

}  // namespace bottleneck
