#include <cmath>
#include <map>

#include "reports/exports.h"
#include "reports/stacks.h"
#include "reports/visible.h"

namespace bottleneck {
namespace {

constexpr int longest_frame = 300;

/// `;` parts frames.
std::string write_frame(const std::string& name) {
  std::string text = cut_to(make_visible(std::string_view(name).substr(0, 10'000)), longest_frame);
  for (char& c : text)
    if (c == ';') c = ':';
  return text.empty() ? "unknown" : text;
}

}  // namespace

std::string export_folded(const Report& report) {
  std::map<std::string, double> lines;
  for (const Stack& stack : collect_stacks(report.profile)) {
    std::string line;
    for (const StackFrame& frame : stack.frames)
      line += (line.empty() ? "" : ";") + write_frame(frame.name);
    lines[line] += stack.cpu_s;
  }
  std::string text;
  for (const auto& [line, seconds] : lines)
    if (const long long us = std::llround(seconds * 1e6); us > 0)
      text += line + " " + std::to_string(us) + "\n";
  return text;
}

}  // namespace bottleneck
