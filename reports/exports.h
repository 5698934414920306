// A report in the formats of other tools and of CI systems: one writer each, in export_*.cpp. Pure;
// beside terminal.h and html.h. Whatever stands in a name is plain text in each of them, control
// characters visible; each stays below what its receivers take.
#pragma once

#include <string>

#include "src/core/report.h"

namespace bottleneck {

/// Chrome's trace events, for ui.perfetto.dev, speedscope and chrome://tracing: slices of one tid
/// nest or follow each other. A profile keeps windows: the order inside one is not known, and said.
/// Source: "Trace Event Format". At most most_trace_slices; the shortest are left out, and counted.
std::string export_trace(const Report&);
inline constexpr std::size_t most_trace_slices = 100'000;

/// google/pprof's profile.proto, gzipped: samples, CPU and blocked nanoseconds by place, thread and
/// process as labels.
std::string export_pprof(const Report&);

/// Collapsed stacks, one a line: frames by ;, microseconds on a CPU.
std::string export_folded(const Report&);

struct SarifOptions {
  std::string root;     ///< files below it are named relative to it, others are left out
  std::string version;  ///< of bottleneck
};
/// SARIF 2.1.0: what limits and what to do, at its source line. GitHub takes 10 MB and 25 000
/// results; far fewer are written. What has no line below the root is no result, and counted.
std::string export_sarif(const Report&, const SarifOptions&);

/// A job summary, or a comment with a hidden marker: below 64 kB.
std::string export_markdown(const Report&);

/// Two tests: that the program ended with 0, and the diagnosis, which never fails.
std::string export_junit(const Report&);

}  // namespace bottleneck
