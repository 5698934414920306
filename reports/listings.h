// The long tables as plain values, for every renderer: titles and cells as text that is not yet
// made visible. Between the Profile and the renderers; they know nothing of width or markup.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "reports/table.h"
#include "src/core/report.h"

namespace bottleneck {

struct Listing {
  std::string title;
  std::vector<Column> columns;
  std::vector<std::vector<std::string>> rows;
  std::size_t all = 0;  ///< how many rows there would be without a limit
};

/// ", the top 20 of 35", or "" where nothing was left out.
std::string describe_cut(const Listing&);

/// "read call: read_input()", "multiply()", "unknown (unknown_kernel)".
std::string name_code(const Location&);
/// "matmul.cpp:14, from main()"; "unknown".
std::string place_of(const Location&);

/// Each with the largest times first.
Listing list_hot_loops(const Report&, std::size_t most_rows);
Listing list_on_cpu(const Profile&, std::size_t most_rows);
Listing list_blocked(const Profile&, std::size_t most_rows);
Listing list_threads(const Profile&, std::size_t most_rows);

/// All of them: few, and each says what was measured or why not.
Listing list_measurements(const std::vector<Measurement>&);

/// Labels and texts: what `doctor` says about the machine.
std::vector<std::pair<std::string, std::string>> list_machine(const Machine&);

/// "memory_latency 93 %, compute 7 %": those that round to at least 1 %.
std::string describe_shares(const std::map<Bottleneck, double>&);

}  // namespace bottleneck
