// What a comparison shows: the screen (within 24 lines), the Markdown of a job summary or a
// comment, and the JUnit file of a gate. Pure, like all of reports/; whatever stands in a command
// or a symbol is inert in each of them. The JSON is src/core/json_comparison.h.
#pragma once

#include <string>

#include "reports/terminal.h"
#include "src/core/comparison.h"

namespace bottleneck {

std::string render_comparison(const Comparison&, const TerminalStyle&);

/// Below 64 kB (GitHub's limit of a comment), with a hidden marker by which a comment is found
/// again.
std::string comparison_to_markdown(const Comparison&);

/// One test: failed for a regression, skipped where nothing could be said (failed with `strict`).
std::string comparison_to_junit(const Comparison&, bool strict);

/// "1.102 [1.087 – 1.115]"; "not measured" without a ratio.
std::string describe_ratio(const Comparison&);
/// "1.10× [1.08 – 1.12] of base's: no verdict, it sees no waiting"; "" not measured.
std::string describe_cpu_ratio(const Comparison&);
/// "memory_latency, strided, serial"; "" where it was not profiled.
std::string describe_side(const ComparedSide&);
/// How much was measured, and how small a slowdown it could have found.
std::string describe_power(const Comparison&);
/// "+15 ms", "-3.0 ms".
std::string describe_change_s(double seconds);
/// Rows that are worth a line: a change of at least 1 % of base's run, at most `most`.
std::vector<SecondsChange> pick_changes(const std::vector<SecondsChange>&, double base_s,
                                        std::size_t most);

}  // namespace bottleneck
