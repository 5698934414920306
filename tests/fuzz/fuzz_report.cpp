// A saved report as anybody may send it: read, analyzed and shown on all ways out.
#include "reports/terminal.h"
#include "src/analysis/analyze.h"
#include "src/core/error.h"
#include "src/core/json.h"
#include "tests/fuzz/fuzz_input.h"

using namespace bottleneck;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const Report report = analyze(profile_from_json(std::string(text_of(data, size)), "fuzzed"));
    if (report_to_json(report).empty()) std::abort();
    TerminalStyle style;
    if (render_terminal(report, style).empty()) std::abort();
    style.verbose = true;
    render_terminal(report, style);
  } catch (const Error&) {  // refused, in four parts
  }
  return 0;
}
