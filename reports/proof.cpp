#include "reports/proof.h"

#include <fmt/format.h>

#include "reports/sections.h"
#include "reports/units.h"
#include "src/core/words.h"

namespace bottleneck {
namespace {

std::string describe_interval(const Quantity& ratio) {
  const std::string low = format_factor(ratio.low), high = format_factor(ratio.high);
  return fmt::format("{} [{} – {}]", format_factor(ratio.value), low.substr(0, low.find("×")),
                     high.substr(0, high.find("×")));
}

std::string describe_completion(const Verification& one) {
  const std::string peak = format_bytes(static_cast<double>(one.variant_rss_bytes));
  switch (one.outcome) {
    case Outcome::held:
      return "completes, " + peak;
    case Outcome::optimistic:
      return "not always";
    case Outcome::no_effect:
      return "no difference";
    default:
      return "–";
  }
}

}  // namespace

std::string describe_predicted(const Verification& one) {
  if (one.claim == "completes") return one.model.empty() ? "no promise" : "completes";
  if (!one.predicted) return "no promise";
  if (one.claim == "bound") return "at most " + format_factor(one.predicted->high);
  return describe_interval(*one.predicted);
}

std::string describe_measured(const Verification& one) {
  if (one.claim == "completes") return describe_completion(one);
  return one.measured ? describe_interval(*one.measured) : "–";
}

std::string describe_outcome(const Verification& one) {
  if (one.claim == "bound" && one.predicted) {
    if (one.outcome == Outcome::held) return "not exceeded";
    if (one.outcome == Outcome::pessimistic) return "exceeded";
  }
  if (one.outcome == Outcome::pessimistic && !one.predicted) return "gain";
  std::string words(to_string(one.outcome));
  for (char& c : words)
    if (c == '_') c = ' ';
  return words;
}

bool is_tried_prediction(const Verification& one) {
  return one.predicted && one.measured && one.claim != "bound";
}

bool is_miss(const Verification& one) {
  return one.outcome != Outcome::held &&
         (one.predicted || one.claim == "completes" || one.outcome == Outcome::not_equivalent ||
          one.outcome == Outcome::not_tested);
}

std::string describe_right(const Demo& demo) {
  if (!demo.right) return "the diagnosis is wrong: " + demo.wrong;
  if (demo.control) return "the diagnosis is right, and promises nothing that fails to come true";
  std::string expected;
  for (const std::string& one : demo.expected) expected += (expected.empty() ? "" : " or ") + one;
  return "the diagnosis is right: the planted bottleneck is " + expected;
}

std::string name_step_class(const DemoStep& step) { return name_class(step.kind, step.detail); }

const DemoStep* step_of(const Demo& demo, const std::string& variant) {
  for (const DemoStep& step : demo.steps)
    if (step.variant == variant) return &step;
  return nullptr;
}

}  // namespace bottleneck
