#include "src/core/json_workload.h"

#include <algorithm>

#include "src/core/error.h"
#include "src/core/json_node.h"

namespace bottleneck {
namespace {

// Far above what any workload has.
constexpr std::size_t most_variants = 100;

DemoVariant decode_variant(const Node& node) {
  DemoVariant variant;
  decode(node.member("name"), variant.name);
  decode(node.member("line"), variant.line);
  decode(node.member("after"), variant.after);
  decode(node.member("claim"), variant.claim);
  decode(node.member("takes_piece"), variant.takes_piece);
  std::string remedy;
  decode(node.member("remedy"), remedy);
  if (!remedy.empty()) variant.remedy = decode_word<Remedy>(node.member("remedy"));
  return variant;
}

void decode_variants(const Node& node, DemoDescription& into) {
  if (!node.value.is_array() || node.value.empty() || node.value.size() > most_variants)
    node.refuse("a list of 1 to 100 variants");
  for (std::size_t i = 0; i < node.value.size(); ++i) {
    DemoVariant variant = decode_variant(node.element(i));
    const auto& before = into.variants;
    if (i > 0 && variant.after.empty()) variant.after = before.front().name;
    const bool known = std::any_of(before.begin(), before.end(), [&](const DemoVariant& one) {
      return one.name == variant.after;
    });
    if (known != (i > 0)) node.element(i).member("after").refuse("a variant before this one");
    into.variants.push_back(std::move(variant));
  }
}

DemoDescription decode_workload(const Node& root) {
  DemoDescription one;
  decode(root.member("name"), one.name);
  decode(root.member("line"), one.line);
  decode(root.member("unit"), one.unit);
  decode(root.member("verdicts"), one.verdicts);
  decode(root.member("control"), one.control);
  decode(root.member("prepares"), one.prepares);
  decode(root.member("size"), one.size);
  decode(root.member("default_size"), one.default_size);
  decode(root.member("quick_size"), one.quick_size);
  decode(root.member("most_size"), one.most_size);
  decode(root.member("tolerance"), one.tolerance);
  decode(root.member("needs").member("memory_bytes"), one.memory_bytes);
  decode(root.member("needs").member("disk_bytes"), one.disk_bytes);
  decode(root.member("limit"), one.limit);
  if (root.value.contains("device")) decode(root.member("device"), one.device);
  if (root.value.contains("missing")) decode(root.member("missing"), one.missing);
  if (root.value.contains("simulated")) decode(root.member("simulated"), one.simulated);
  decode_variants(root.member("variants"), one);
  if (one.default_size == 0 || one.quick_size == 0) root.refuse("sizes above 0");
  return one;
}

Json encode_variant(const DemoVariant& variant) {
  return {{"name", variant.name},
          {"line", variant.line},
          {"after", variant.after},
          {"remedy", variant.remedy ? Json(to_string(*variant.remedy)) : Json(nullptr)},
          {"claim", variant.claim}};
}

Json encode_workload(const DemoDescription& one) {
  Json variants = Json::array();
  for (const DemoVariant& variant : one.variants) variants.push_back(encode_variant(variant));
  return {{"name", one.name},
          {"line", one.line},
          {"control", one.control},
          {"expected", one.verdicts},
          {"unit", one.unit},
          {"default_size", one.default_size},
          {"quick_size", one.quick_size},
          {"most_size", one.most_size},
          {"memory_bytes", one.memory_bytes},
          {"disk_bytes", one.disk_bytes},
          {"device", one.device},
          {"missing", one.missing},
          {"variants", std::move(variants)}};
}

}  // namespace

DemoDescription workload_from_json(const std::string& text, const std::string& name) {
  const auto fail = [&](const std::string& why) -> Error {
    return {fmt::format("cannot use the workload {}", name),
            "its --describe is not understood: " + why, "it was not run",
            "install bottleneck anew: its workloads are of another version", exit_failed};
  };
  const nlohmann::json value = nlohmann::json::parse(text, nullptr, false);
  if (value.is_discarded()) throw fail("it is no JSON");
  try {
    return decode_workload(Node{value, "workload"});
  } catch (const BadField& bad) {
    throw fail(bad.what());
  }
}

std::string workloads_to_json(const std::vector<DemoDescription>& all) {
  Json list = Json::array();
  for (const DemoDescription& one : all) list.push_back(encode_workload(one));
  const Json root = {
      {"schema_version", schema_version}, {"kind", "demo_list"}, {"demos", std::move(list)}};
  return root.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string demos_to_json(const std::vector<std::string>& reports) {
  std::string text =
      fmt::format("{{\"schema_version\": {}, \"kind\": \"demos\", \"demos\": [\n", schema_version);
  for (std::size_t i = 0; i < reports.size(); ++i) text += (i > 0 ? ",\n" : "") + reports[i];
  return text + "]}\n";
}

}  // namespace bottleneck
