#include <fmt/format.h>

#include "src/core/json_cells.h"
#include "src/core/json_code.h"
#include "src/core/json_gpu.h"
#include "src/core/json_node.h"
#include "src/core/json_profile.h"
#include "src/core/words.h"

namespace bottleneck {
namespace {

/// Reads the fields of one row: members of an object, or element `row` of each column.
class Reader {
 public:
  explicit Reader(const Node& object) : object_(object) {}
  Reader(const Node& table, std::size_t row, std::size_t rows)
      : object_(table), row_(row), rows_(rows) {}

  template <typename T>
  void operator()(const char* key, T& value) const {
    decode(find(key), value);
  }
  void time(const char* key, double& seconds) const { decode(find(key), seconds); }
  void fine_time(const char* key, double& seconds) const { decode(find(key), seconds); }
  template <typename Enum>
  void word(const char* key, Enum& value) const {
    value = decode_word<Enum>(find(key));
  }

 private:
  Node find(const char* key) const {
    Node node = object_.member(key);
    if (!row_) return node;
    if (!node.value.is_array() || node.value.size() != rows_)
      node.refuse(fmt::format("a list of {}", rows_));
    return node.element(*row_);
  }

  const Node& object_;
  std::optional<std::size_t> row_;
  std::size_t rows_ = 0;
};

template <typename Row>
void decode_object(const Node& node, Row& row) {
  const Reader reader(node);
  describe(reader, row);
}

template <typename Row>
void decode_list(const Node& node, std::vector<Row>& rows) {
  if (!node.value.is_array()) node.refuse("a list");
  for (std::size_t i = 0; i < node.value.size(); ++i) {
    decode_object(node.element(i), rows.emplace_back());
  }
}

/// The first row already compares `rows` with the length of each column: a made-up number reserves
/// nothing.
template <typename Row>
void decode_table(const Node& node, std::vector<Row>& rows) {
  std::uint64_t count = 0;
  decode(node.member("rows"), count);
  for (std::size_t i = 0; i < count; ++i) {
    const Reader reader(node, i, count);
    Row row{};
    describe(reader, row);
    rows.push_back(std::move(row));
  }
}

Measurement decode_one(const Node& node) {
  Measurement measurement;
  decode(node.member("name"), measurement.name);
  if (node.value.contains("unavailable")) {
    const Node missing = node.member("unavailable");
    Unavailable why;
    decode(missing.member("reason"), why.reason);
    decode(missing.member("remedy"), why.remedy);
    measurement.result = std::move(why);
  } else {
    Quantity quantity;
    decode(node.member("value"), quantity.value);
    decode(node.member("low"), quantity.low);
    decode(node.member("high"), quantity.high);
    quantity.unit = decode_word<Unit>(node.member("unit"));
    measurement.result = quantity;
  }
  decode(node.member("source"), measurement.source);
  decode(node.member("coverage"), measurement.coverage);
  return measurement;
}

void decode_measurements(const Node& node, std::vector<Measurement>& all) {
  if (!node.value.is_array()) node.refuse("a list");
  for (std::size_t i = 0; i < node.value.size(); ++i) {
    all.push_back(decode_one(node.element(i)));
  }
}

void decode_hot_code(const Node& node, std::vector<HotCode>& all) {
  if (!node.value.is_array()) node.refuse("a list");
  for (std::size_t i = 0; i < node.value.size(); ++i) {
    const Node one = node.element(i);
    HotCode& code = all.emplace_back();
    decode_object(one, code);
    decode_table(one.member("outer_steps"), code.outer_steps);
    decode(one.member("locations"), code.locations);
    decode(one.member("hits"), code.hits);
    decode(one.member("lines"), code.lines);
    decode_table(one.member("body"), code.body);
    std::vector<MemoryRow> memory;
    decode_table(one.member("memory"), memory);
    attach_memory(memory, code.body);
    std::vector<SampleRow> samples;
    decode_table(one.member("samples"), samples);
    code.samples = samples_of(samples);
  }
}

void decode_timeline(const Node& node, Timeline& timeline) {
  decode(node.member("window_s"), timeline.window_s);
  decode(node.member("windows"), timeline.windows);
  decode_table(node.member("work"), timeline.work);
  decode_table(node.member("code"), timeline.code);
  decode_table(node.member("idle"), timeline.idle);
  decode_table(node.member("blocked"), timeline.blocked);
  decode_table(node.member("counters"), timeline.counters);
  decode_table(node.member("system"), timeline.system);
}

void decode_gpu(const Node& node, GpuTimeline& gpu) {
  decode_object(node, gpu);
  decode_list(node.member("devices"), gpu.devices);
  decode_table(node.member("operations"), gpu.operations);
}

}  // namespace

Measurement decode_measurement(const nlohmann::json& value, const std::string& path) {
  return decode_one({value, path});
}

Profile decode_profile(const nlohmann::json& value) {
  const Node root{value, "profile"};
  Profile profile;
  decode_object(root.member("target"), profile.target);
  decode_object(root.member("machine"), profile.machine);
  profile.tier = decode_word<Tier>(root.member("tier"));
  decode_list(root.member("runs"), profile.runs);
  decode(root.member("run"), profile.run);
  decode_list(root.member("probes"), profile.probes);
  decode_measurements(root.member("measurements"), profile.measurements);
  if (value.contains("ceilings")) decode_measurements(root.member("ceilings"), profile.ceilings);
  decode_table(root.member("processes"), profile.processes);
  decode_table(root.member("threads"), profile.threads);
  decode_table(root.member("locations"), profile.locations);
  if (value.contains("hot_code")) decode_hot_code(root.member("hot_code"), profile.hot_code);
  decode_table(root.member("waits"), profile.waits);
  decode_timeline(root.member("timeline"), profile.timeline);
  if (value.contains("gpu")) decode_gpu(root.member("gpu"), profile.gpu);
  decode_object(root.member("overhead"), profile.overhead);
  decode(root.member("notes"), profile.notes);
  return profile;
}

}  // namespace bottleneck
