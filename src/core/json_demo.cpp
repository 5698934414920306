#include "src/core/json_demo.h"

#include "src/core/json_node.h"

namespace bottleneck {
namespace {

// Far above what any demo has; low enough that whoever draws them is safe.
constexpr std::size_t most_entries = 1'000;
constexpr double largest_ratio = 1e12;
constexpr double longest_s = 1e9;         // 31 years
constexpr double whole_share = 1.000001;  // a sum of shares, in floating point
constexpr int most_runs = 1'000'000;
constexpr int most_threads = 1 << 22;  // the kernel's limit of process ids

template <typename T>
Json or_null(const std::optional<T>& known, Json (*encode)(const T&)) {
  return known ? encode(*known) : Json(nullptr);
}

Json encode_interval(const Quantity& ratio) {
  return {{"value", finite(ratio.value)}, {"low", finite(ratio.low)}, {"high", finite(ratio.high)}};
}

Json encode_remedy(const Remedy& remedy) { return to_string(remedy); }

Json encode_losses(const LossFactors& losses) {
  return {{"threads", losses.threads},
          {"load_balance", finite(losses.load_balance)},
          {"communication", finite(losses.communication)},
          {"work", finite(losses.work)},
          {"busy_before", finite(losses.busy_before)}};
}

Json encode_verification(const Verification& one) {
  return {{"variant", one.variant},
          {"baseline", one.baseline},
          {"remedy", or_null(one.remedy, encode_remedy)},
          {"claim", one.claim},
          {"predicted", or_null(one.predicted, encode_interval)},
          {"measured", or_null(one.measured, encode_interval)},
          {"verdict", to_string(one.outcome)},
          {"why", one.why},
          {"model", one.model},
          {"frozen", one.frozen},
          {"pairs", one.pairs},
          {"rejected", one.rejected},
          {"losses", or_null(one.losses, encode_losses)},
          {"baseline_s", rounded_time(one.baseline_s)},
          {"variant_s", rounded_time(one.variant_s)},
          {"baseline_rss_bytes", one.baseline_rss_bytes},
          {"variant_rss_bytes", one.variant_rss_bytes},
          {"limit", one.limit}};
}

Json encode_step(const DemoStep& step) {
  Json recommended = Json::array();
  for (const Remedy one : step.recommended) recommended.push_back(to_string(one));
  return {{"variant", step.variant},
          {"line", step.line},
          {"after", step.after},
          {"profiled", step.profiled},
          {"class", to_string(step.kind)},
          {"detail", step.detail == Detail::none ? Json(nullptr) : Json(to_string(step.detail))},
          {"share", finite(step.share)},
          {"wall_s", rounded_time(step.wall_s)},
          {"recommended", std::move(recommended)}};
}

template <typename T>
T within(const Node& node, T low, T high) {
  T value{};
  decode(node, value);
  if (value < low || value > high) node.refuse(fmt::format("a number of {} to {}", low, high));
  return value;
}

template <typename T>
std::optional<T> unless_null(const Node& node, T (*decode_it)(const Node&)) {
  return node.value.is_null() ? std::nullopt : std::optional(decode_it(node));
}

Quantity decode_interval(const Node& node) {
  Quantity ratio{0, 0, 0, Unit::ratio};
  ratio.value = within(node.member("value"), 0.0, largest_ratio);
  ratio.low = within(node.member("low"), 0.0, ratio.value);
  ratio.high = within(node.member("high"), ratio.value, largest_ratio);
  return ratio;
}

LossFactors decode_losses(const Node& node) {
  LossFactors losses;
  losses.threads = within(node.member("threads"), 1, most_threads);
  losses.load_balance = within(node.member("load_balance"), 0.0, largest_ratio);
  losses.communication = within(node.member("communication"), 0.0, largest_ratio);
  losses.work = within(node.member("work"), 0.0, largest_ratio);
  losses.busy_before = within(node.member("busy_before"), 0.0, largest_ratio);
  return losses;
}

Verification decode_verification(const Node& node) {
  Verification one;
  decode(node.member("variant"), one.variant);
  decode(node.member("baseline"), one.baseline);
  one.remedy = unless_null(node.member("remedy"), decode_word<Remedy>);
  decode(node.member("claim"), one.claim);
  one.predicted = unless_null(node.member("predicted"), decode_interval);
  one.measured = unless_null(node.member("measured"), decode_interval);
  one.outcome = decode_word<Outcome>(node.member("verdict"));
  decode(node.member("why"), one.why);
  decode(node.member("model"), one.model);
  decode(node.member("frozen"), one.frozen);
  one.pairs = within(node.member("pairs"), 0, most_runs);
  one.rejected = within(node.member("rejected"), 0, most_runs);
  one.losses = unless_null(node.member("losses"), decode_losses);
  one.baseline_s = within(node.member("baseline_s"), 0.0, longest_s);
  one.variant_s = within(node.member("variant_s"), 0.0, longest_s);
  decode(node.member("baseline_rss_bytes"), one.baseline_rss_bytes);
  decode(node.member("variant_rss_bytes"), one.variant_rss_bytes);
  decode(node.member("limit"), one.limit);
  return one;
}

/// Needs: `decode_it` reads one of them.
template <typename T>
std::vector<T> decode_all(const Node& node, T (*decode_it)(const Node&)) {
  if (!node.value.is_array()) node.refuse("a list");
  if (node.value.size() > most_entries)
    node.refuse(fmt::format("at most {} entries", most_entries));
  std::vector<T> all;
  for (std::size_t i = 0; i < node.value.size(); ++i) all.push_back(decode_it(node.element(i)));
  return all;
}

DemoStep decode_step(const Node& node) {
  DemoStep step;
  decode(node.member("variant"), step.variant);
  decode(node.member("line"), step.line);
  decode(node.member("after"), step.after);
  decode(node.member("profiled"), step.profiled);
  step.kind = decode_word<Bottleneck>(node.member("class"));
  step.detail = unless_null(node.member("detail"), decode_word<Detail>).value_or(Detail::none);
  step.share = within(node.member("share"), 0.0, whole_share);
  step.wall_s = within(node.member("wall_s"), 0.0, longest_s);
  step.recommended = decode_all(node.member("recommended"), decode_word<Remedy>);
  return step;
}

}  // namespace

Json encode_verifications(const std::vector<Verification>& all) {
  Json list = Json::array();
  for (const Verification& one : all) list.push_back(encode_verification(one));
  return list;
}

Json encode_demo(const Demo& demo) {
  Json steps = Json::array();
  for (const DemoStep& step : demo.steps) steps.push_back(encode_step(step));
  return {{"name", demo.name},         {"line", demo.line},
          {"unit", demo.unit},         {"size", demo.size},
          {"limit", demo.limit},       {"expected", demo.expected},
          {"control", demo.control},   {"right", demo.right},
          {"wrong", demo.wrong},       {"interrupted", demo.interrupted},
          {"steps", std::move(steps)}, {"notes", demo.notes},
          {"device", demo.device},     {"simulated", demo.simulated}};
}

std::vector<Verification> decode_verifications(const nlohmann::json& value) {
  return decode_all(Node{value, "verifications"}, decode_verification);
}

Demo decode_demo(const nlohmann::json& value) {
  const Node root{value, "demo"};
  Demo demo;
  decode(root.member("name"), demo.name);
  decode(root.member("line"), demo.line);
  decode(root.member("unit"), demo.unit);
  decode(root.member("size"), demo.size);
  decode(root.member("limit"), demo.limit);
  decode(root.member("expected"), demo.expected);
  decode(root.member("control"), demo.control);
  decode(root.member("right"), demo.right);
  decode(root.member("wrong"), demo.wrong);
  decode(root.member("interrupted"), demo.interrupted);
  demo.steps = decode_all(root.member("steps"), decode_step);
  decode(root.member("notes"), demo.notes);
  if (value.contains("device")) decode(root.member("device"), demo.device);  // since GPU demos
  if (value.contains("simulated")) decode(root.member("simulated"), demo.simulated);
  return demo;
}

}  // namespace bottleneck
