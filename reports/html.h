// A report as one HTML page: of a run, of what a machine can do, of a comparison, of all demos.
// Text, tables and CSS, nothing fetched, readable on a phone, on paper, in the dark and in the
// light, with scripts blocked. Pure: the script that draws the charts over the tables comes in.
// Whatever stands in a name, it is text: nothing in it becomes markup, and control characters
// become visible.
#pragma once

#include <string>
#include <string_view>

#include "reports/demo.h"
#include "reports/terminal.h"
#include "src/core/comparison.h"
#include "src/core/report.h"

namespace bottleneck {

struct MachineReport;

struct PageScript {
  std::string_view text;
  std::string_view hash;  ///< as a Content-Security-Policy names it: "sha256-..."
};

struct PageParts {
  PageScript script;    ///< empty: no charts
  SourceLines sources;  ///< of the hot loops, where they could be read
};

std::string render_html(const Report&, const PageParts&);
std::string render_html(const Report&);  ///< without them

std::string render_html(const MachineReport&, const PageScript&);
std::string render_html(const Comparison&, const PageScript&);
/// One page of all demos: what was predicted and measured in one table, then a section for each.
std::string render_html(const std::vector<TriedDemo>&, const PageScript&);

}  // namespace bottleneck
