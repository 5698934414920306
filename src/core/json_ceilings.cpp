#include "src/core/json_ceilings.h"

#include <algorithm>

#include <fmt/format.h>

#include "src/core/error.h"
#include "src/core/json_fields.h"
#include "src/core/json_profile.h"
#include "src/core/profile.h"
#include "src/core/words.h"

namespace bottleneck {
namespace {

using Value = nlohmann::json;

constexpr const char* cached_kind = "ceilings";
/// Some 200 figures are measured; beyond this it is not ours.
constexpr std::size_t most_ceilings = 4096;
constexpr std::size_t longest_text = 1000;
/// Above any bytes, operations or seconds of a machine, and far from overflow.
constexpr double largest = 1e18;

std::string dump(const Json& value, int indent = -1) {
  return value.dump(indent, ' ', false, Json::error_handler_t::replace);
}

std::string text_at(const Value& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_string()) {
    throw BadField(fmt::format("\"{}\" is no text", key));
  }
  return found->get<std::string>();
}

/// A figure that some machine could have: bounds hold its value, nothing is negative or absurd.
void check(const Measurement& one, const std::string& path) {
  const auto require = [&](bool holds) {
    if (!holds) throw BadField(path + " holds no possible figure");
  };
  require(!one.name.empty() && one.name.size() <= longest_text &&
          one.source.size() <= longest_text);
  require(one.coverage >= 0 && one.coverage <= 1);
  if (const auto* quantity = std::get_if<Quantity>(&one.result)) {
    require(quantity->low >= 0 && quantity->low <= quantity->value);
    require(quantity->value <= quantity->high && quantity->high <= largest);
  } else {
    const auto& missing = std::get<Unavailable>(one.result);
    require(missing.reason.size() <= longest_text && missing.remedy.size() <= longest_text);
  }
}

Measurement decode_ceiling(const Value& value, const std::string& path) {
  Measurement one = decode_measurement(value, path);
  check(one, path);
  return one;
}

CeilingSet decode_set(const Value& file) {
  if (!file.is_object() || !file.contains("kind") || file["kind"] != cached_kind ||
      !file.contains("schema_version") || file["schema_version"] != schema_version) {
    throw BadField("it is not one that this version writes");
  }
  CeilingSet set;
  const auto fingerprint = file.find("fingerprint");
  if (fingerprint == file.end() || !fingerprint->is_object()) {
    throw BadField("\"fingerprint\" is missing");
  }
  for (const auto& [key, value] : fingerprint->items()) {
    set.fingerprint[key] = text_at(*fingerprint, key.c_str());
  }
  const std::string extent = text_at(file, "set");
  set.full = extent == "full";
  set.partial = extent == "partial";
  set.storage_device = text_at(file, "storage_device");
  const auto list = file.find("ceilings");
  if (list == file.end() || !list->is_array() || list->size() > most_ceilings) {
    throw BadField("\"ceilings\" is no list of figures");
  }
  for (std::size_t i = 0; i < list->size(); ++i) {
    set.ceilings.push_back(decode_ceiling((*list)[i], fmt::format("ceilings[{}]", i)));
  }
  return set;
}

/// The library parses recursively; a file of ours has three levels.
bool nests_too_deeply(const std::string& text) {
  constexpr int deepest = 8;
  int depth = 0;
  for (const char c : text) {
    if (c == '[' || c == '{') ++depth;
    if (c == ']' || c == '}') --depth;
    if (depth > deepest) return true;
  }
  return false;
}

[[noreturn]] void refuse(const std::string& name, const std::string& why) {
  throw Error(fmt::format("cannot use the ceilings in {}", name), why, "they are not used",
              "measure them again: bottleneck machine", exit_failed);
}

const char* word_of(const CeilingSet& set) {
  if (set.partial) return "partial";
  return set.full ? "full" : "quick";
}

/// What is not told is absent.
Json encode_topology(const Topology& topology) {
  Json object = {{"cpus", topology.cpus}};
  const auto add = [&](const char* key, auto value) {
    if (value > 0) object[key] = value;
  };
  add("cores", topology.cores);
  add("packages", topology.packages);
  add("numa_nodes", topology.numa_nodes);
  add("l1_data_bytes", topology.l1_bytes);
  add("l2_bytes", topology.l2_bytes);
  add("l3_bytes", topology.l3_bytes);
  return object;
}

}  // namespace

std::string machine_to_json(const Machine& machine, const Topology& topology,
                            const CeilingSet& set) {
  Json measured = Json::array();
  Json missing = Json::array();
  for (const Measurement& one : set.ceilings) {
    const bool known = std::holds_alternative<Quantity>(one.result);
    if (known) measured.push_back(encode_measurement(one));
    if (const auto* why = std::get_if<Unavailable>(&one.result)) {
      missing.push_back({{"name", one.name}, {"reason", why->reason}, {"remedy", why->remedy}});
    }
  }
  Json file = {{"schema_version", schema_version},
               {"kind", "machine"},
               {"set", word_of(set)},
               {"cpu_model", machine.cpu_model},
               {"kernel", machine.kernel},
               {"cpus", machine.cpus()},
               {"virtualized", machine.virtualized},
               {"topology", encode_topology(topology)},
               {"ceilings", std::move(measured)},
               {"unavailable", std::move(missing)}};
  return dump(file, 1) + "\n";
}

std::string ceilings_to_json(const CeilingSet& set) {
  Json list = Json::array();
  for (const Measurement& one : set.ceilings) list.push_back(encode_measurement(one));
  Json file = {{"schema_version", schema_version},     {"kind", cached_kind},
               {"fingerprint", set.fingerprint},       {"set", word_of(set)},
               {"storage_device", set.storage_device}, {"ceilings", std::move(list)}};
  return dump(file, 1) + "\n";
}

CeilingSet ceilings_from_json(const std::string& text, const std::string& name) {
  try {
    if (nests_too_deeply(text)) throw BadField("it is nested deeper than any of ours");
    return decode_set(Value::parse(text));
  } catch (const nlohmann::json::exception&) {  // its words quote the text, which may hold anything
    refuse(name, "it is no JSON, or was cut off");
  } catch (const BadField& error) {
    refuse(name, error.what());
  }
}

}  // namespace bottleneck
