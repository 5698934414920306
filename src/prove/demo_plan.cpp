#include "src/prove/demo_plan.h"

#include <algorithm>

#include <fmt/format.h>

#include "src/analysis/calibrate_prediction.h"
#include "src/core/stats.h"
#include "src/core/words.h"

namespace bottleneck {
namespace {

/// A control must promise no more than this. Source: the issue of this command.
constexpr double promised_gain = 1.1;

std::vector<DemoVariant> children_of(const DemoDescription& demo, const std::string& after) {
  std::vector<DemoVariant> children;
  for (std::size_t i = 1; i < demo.variants.size(); ++i)
    if (demo.variants[i].after == after) children.push_back(demo.variants[i]);
  return children;
}

const Recommendation* find_advice(const std::vector<Recommendation>& all, const DemoVariant& one) {
  for (const Recommendation& advice : all)
    if (one.remedy == advice.remedy) return &advice;
  return nullptr;
}

/// Those that are recommended, the highest first. Of two that do the same, the one that leads on.
std::vector<DemoVariant> by_rank(const DemoDescription& demo, std::vector<DemoVariant> children,
                                 const std::vector<Recommendation>& advice) {
  std::erase_if(children, [&](const auto& one) { return !find_advice(advice, one); });
  std::stable_sort(children.begin(), children.end(), [&](const auto& a, const auto& b) {
    const auto *first = find_advice(advice, a), *second = find_advice(advice, b);
    if (first != second) return first < second;
    return !children_of(demo, a.name).empty() && children_of(demo, b.name).empty();
  });
  return children;
}

std::string list_remedies(const std::vector<Recommendation>& all) {
  std::vector<std::string_view> words;
  for (const Recommendation& one : all) {
    const std::string_view word = to_string(one.remedy);
    if (std::find(words.begin(), words.end(), word) == words.end()) words.push_back(word);
  }
  return words.empty() ? "nothing" : fmt::format("{}", fmt::join(words, ", "));
}

std::string say_deed(const DemoVariant& variant) {
  if (variant.remedy) return fmt::format("{} does {}", variant.name, to_string(*variant.remedy));
  return variant.name + " does what no profile foretells";
}

bool is_expected(const DemoDescription& demo, Bottleneck kind) {
  return std::find(demo.verdicts.begin(), demo.verdicts.end(), to_string(kind)) !=
         demo.verdicts.end();
}

}  // namespace

std::vector<DemoVariant> choose_variants(const DemoDescription& demo, const std::string& after,
                                         const std::vector<Recommendation>& advice,
                                         Breadth breadth) {
  std::vector<DemoVariant> children = children_of(demo, after);
  if (breadth == Breadth::all) return children;
  std::vector<DemoVariant> chosen = by_rank(demo, children, advice);
  if (chosen.empty() && breadth == Breadth::path)
    std::copy_if(children.begin(), children.end(), std::back_inserter(chosen),
                 [](const DemoVariant& one) { return one.claim == "bound"; });
  if (!demo.control && chosen.size() > 1) chosen.resize(1);
  return chosen;
}

std::string say_nothing_chosen(const DemoDescription& demo, const std::string& after,
                               const std::vector<Recommendation>& advice) {
  std::string deeds;
  for (const DemoVariant& one : children_of(demo, after))
    deeds += (deeds.empty() ? "" : ", ") + say_deed(one);
  if (deeds.empty()) return "";
  return fmt::format("of {} the diagnosis recommends {}; {}: not rerun", after,
                     list_remedies(advice), deeds);
}

Promise promise_for(const DemoVariant& variant, const std::vector<Recommendation>& all) {
  Promise promise;
  promise.baseline = variant.after;
  promise.variant = variant.name;
  promise.remedy = variant.remedy;
  promise.claim = variant.claim;
  const Recommendation* advice = find_advice(all, variant);
  if (!advice) {
    promise.why_none =
        fmt::format("the diagnosis recommends {}; {}", list_remedies(all), say_deed(variant));
  } else if (variant.claim != "completes") {
    promise.prediction = advice->prediction;
    if (advice->claim == Claim::bound) promise.claim = "bound";
  }
  return promise;
}

void calibrate_promise(Promise& promise, const std::vector<Residual>& residuals,
                       const std::string& workload) {
  if (!promise.prediction || !promise.remedy || promise.claim == "bound") return;
  const Calibration calibration = calibrate(residuals, *promise.remedy, workload);
  if (!calibration.applies) return;
  promise.prediction->speedup = apply(calibration, promise.prediction->speedup);
  promise.prediction->model +=
      fmt::format("; interval by {} earlier predictions", calibration.cases);
}

std::string say_tracing(const Profile& profile, const Trial& untraced) {
  if (profile.gpu.operations.empty() || untraced.runs.empty()) return "";
  const bool all = std::all_of(untraced.runs.begin(), untraced.runs.end(),
                               [](const TrialRun& run) { return !run.rejected.empty(); });
  std::vector<double> walls;
  for (const TrialRun& run : untraced.runs)
    if (all || run.rejected.empty()) walls.push_back(run.wall_s);
  const double bare = median(walls), observed = profile.this_run().wall_s;
  return fmt::format("{}: {:.2f} s with its devices observed, {:.2f} s without (median of {} runs)",
                     untraced.variant, observed, bare, walls.size());
}

void judge_bound(Verification& one) {
  const bool measured = one.claim == "bound" && one.predicted && one.measured;
  const bool without_gain = one.outcome == Outcome::harmful || one.outcome == Outcome::no_effect;
  if (!measured || without_gain || one.outcome == Outcome::inconclusive) return;
  const bool exceeded = one.measured->low > one.predicted->high;
  one.outcome = exceeded ? Outcome::pessimistic : Outcome::held;
  one.why = fmt::format("a bound of {:.2f}x, no prediction; measured {:.2f}x", one.predicted->high,
                        one.measured->value);
}

void name_rescue(Verification& one, const Promise& promise) {
  if (promise.claim != "completes") return;
  if (promise.why_none.empty())
    one.model = "it runs to its end where the other dies";
  else
    one.why = promise.why_none + "; " + one.why;
}

std::string judge_diagnosis(const DemoDescription& demo, const Verdict& verdict) {
  const auto right = [&](Bottleneck kind) { return is_expected(demo, kind); };
  const bool all_right =
      verdict.mixed
          ? !verdict.top.empty() && std::all_of(verdict.top.begin(), verdict.top.end(), right)
          : right(verdict.kind);
  if (all_right) return "";
  return fmt::format("it says {}; right is {}", name_limit(verdict),
                     fmt::join(demo.verdicts, " or "));
}

void judge_noise(Verification& one, const std::string& noise) {
  if (noise.empty() || !one.measured) return;
  one.outcome = Outcome::inconclusive;
  one.why = noise + "; " + one.why;
}

std::string judge_control(const std::vector<Recommendation>& advice,
                          const std::vector<Verification>& tried) {
  std::string broken;
  const auto tell = [&](const std::string& what) { broken += (broken.empty() ? "" : "; ") + what; };
  for (const Recommendation& one : advice) {
    const double promised = one.prediction.speedup.value;
    if (one.claim == Claim::bound || promised < promised_gain) continue;
    const auto found = std::find_if(tried.begin(), tried.end(), [&](const Verification& other) {
      return other.remedy == one.remedy && other.measured;
    });
    if (found == tried.end())
      tell(fmt::format("{} is promised {:.2f}x, and nothing here tries it", to_string(one.remedy),
                       promised));
    else if (found->measured->value < promised_gain)
      tell(fmt::format("{} was promised {:.2f}x and gives {:.2f}x", found->variant, promised,
                       found->measured->value));
  }
  return broken;
}

std::string compare_pieces(const DemoDescription& demo, const std::vector<Verification>& all,
                           std::size_t piece_bytes, const std::string& after) {
  std::string chosen, others;
  for (const Verification& one : all) {
    if (one.baseline != after || one.remedy != Remedy::work_in_pieces || one.variant_s <= 0)
      continue;
    const bool advised =
        std::any_of(demo.variants.begin(), demo.variants.end(), [&](const DemoVariant& variant) {
          return variant.name == one.variant && variant.takes_piece;
        });
    const std::string text = fmt::format("{} {:.2f} s", one.variant, one.variant_s);
    if (advised)
      chosen = text;
    else
      others += (others.empty() ? "" : ", ") + text;
  }
  if (chosen.empty() || others.empty() || piece_bytes == 0) return "";
  return fmt::format("pieces of {} KiB as advised: {}; other sizes: {}", piece_bytes / 1024, chosen,
                     others);
}

std::string name_limit(const Verdict& verdict) {
  std::string name(to_string(verdict.kind));
  if (verdict.mixed) {
    name = "mixed:";
    for (const Bottleneck one : verdict.top)
      name += fmt::format("{} {}", one == verdict.top.front() ? "" : " +", to_string(one));
  }
  if (verdict.detail != Detail::none) name += fmt::format(", {}", to_string(verdict.detail));
  return name;
}

}  // namespace bottleneck
