#include "src/core/json_comparison.h"

#include <fmt/format.h>

#include "src/core/json_profile.h"

namespace bottleneck {
namespace {

Json encode_side(const ComparedSide& side) {
  Json times = Json::array();
  for (const double time : side.wall_s) times.push_back(rounded_time(time));
  Json verdict = nullptr;
  if (side.profiled) {
    verdict = {
        {"class", side.mixed ? "mixed" : to_string(side.kind)},
        {"detail", side.detail == Detail::none ? Json(nullptr) : Json(to_string(side.detail))},
        {"parallelism", to_string(side.parallelism)},
        {"wall_s", rounded_time(side.profiled_s)}};
  }
  return {{"command", side.command},         {"median_s", rounded_time(side.median_s)},
          {"runs_s", std::move(times)},      {"rejected", side.rejected},
          {"exit_status", side.exit_status}, {"verdict", std::move(verdict)}};
}

Json encode_interval(const std::optional<Quantity>& ratio) {
  if (!ratio) return nullptr;
  return {
      {"value", finite(ratio->value)}, {"low", finite(ratio->low)}, {"high", finite(ratio->high)}};
}

Json encode_changes(const std::vector<SecondsChange>& changes, bool functions) {
  Json list = Json::array();
  for (const SecondsChange& one : changes) {
    Json row = {{functions ? "function" : "class", one.name}};
    if (functions) row["module"] = one.module;
    if (!one.file.empty()) row["file"] = one.file;
    if (one.line > 0) row["line"] = one.line;
    row["base_s"] = rounded_time(one.base_s);
    row["head_s"] = rounded_time(one.head_s);
    list.push_back(std::move(row));
  }
  return list;
}

Json encode(const Comparison& all) {
  Json file;
  file["schema_version"] = 1;
  file["kind"] = "comparison";
  file["verdict"] = to_string(all.verdict);
  file["why"] = all.why;
  file["ratio"] = encode_interval(all.ratio);
  file["cpu_ratio"] = encode_interval(all.cpu_ratio);
  file["gate"] = finite(all.gate);
  file["smallest_detectable"] = all.smallest ? Json(finite(*all.smallest)) : Json(nullptr);
  file["base"] = encode_side(all.base);
  file["head"] = encode_side(all.head);
  file["pairs"] = all.pairs;
  file["interleaved"] = all.interleaved;
  file["confidence"] = finite(all.confidence);
  file["looks"] = all.looks;
  file["most_looks"] = all.most_looks;
  file["spent_s"] = rounded_time(all.spent_s);
  file["budget_s"] = finite(all.budget_s);
  file["interrupted"] = all.interrupted;
  file["obstacles"] = all.obstacles;
  file["outputs_differ"] = all.outputs_differ.empty() ? Json(nullptr) : Json(all.outputs_differ);
  file["notes"] = all.notes;
  file["classes"] = encode_changes(all.classes, false);
  file["functions"] = encode_changes(all.functions, true);
  return file;
}

}  // namespace

std::string comparison_to_json(const Comparison& all) {
  const Json file = encode(all);
  std::string text;
  for (const auto& [key, value] : file.items()) {
    text += fmt::format("{} \"{}\": ", text.empty() ? "{" : ",\n", key);
    text += value.dump(-1, ' ', false, Json::error_handler_t::replace);
  }
  std::string escaped;  // as a saved report, it may stand inside HTML
  for (const char c : text) escaped += c == '<' ? std::string("\\u003c") : std::string(1, c);
  return escaped + "}\n";
}

}  // namespace bottleneck
