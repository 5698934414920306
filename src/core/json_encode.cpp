#include "src/core/json_cells.h"
#include "src/core/json_code.h"
#include "src/core/json_gpu.h"
#include "src/core/json_profile.h"
#include "src/core/words.h"

namespace bottleneck {
namespace {

/// Writes the fields of one row: as members of an object, or each at the end of its column.
class Writer {
 public:
  explicit Writer(Json& object, bool columns = false) : object_(object), columns_(columns) {}

  template <typename T>
  void operator()(const char* key, const T& value) {
    put(key, value);
  }
  void operator()(const char* key, double value) { put(key, finite(value)); }
  template <typename T>
  void operator()(const char* key, const std::optional<T>& value) {
    if (value) {
      (*this)(key, *value);
    } else {
      put(key, nullptr);
    }
  }
  void time(const char* key, double seconds) { put(key, rounded_time(seconds)); }
  void fine_time(const char* key, double seconds) { put(key, rounded_to_nanoseconds(seconds)); }
  template <typename Enum>
  void word(const char* key, Enum value) {
    put(key, to_string(value));
  }

 private:
  void put(const char* key, Json value) {
    if (columns_) {
      object_[key].push_back(std::move(value));
    } else {
      object_[key] = std::move(value);
    }
  }

  Json& object_;
  bool columns_;
};

template <typename Row>
Json encode(const Row& row) {
  Json object = Json::object();
  Writer writer(object);
  describe(writer, row);
  return object;
}

template <typename Row>
Json encode_list(const std::vector<Row>& rows) {
  Json list = Json::array();
  for (const Row& row : rows) list.push_back(encode(row));
  return list;
}

template <typename Row>
Json encode_table(const std::vector<Row>& rows) {
  Json table = {{"rows", rows.size()}};
  Writer writer(table, true);
  for (const Row& row : rows) describe(writer, row);
  return table;
}

Json encode_timeline(const Timeline& timeline) {
  return {
      {"window_s", rounded_time(timeline.window_s)}, {"windows", timeline.windows},
      {"work", encode_table(timeline.work)},         {"code", encode_table(timeline.code)},
      {"idle", encode_table(timeline.idle)},         {"blocked", encode_table(timeline.blocked)},
      {"counters", encode_table(timeline.counters)}, {"system", encode_table(timeline.system)}};
}

Json encode_hot_code(const std::vector<HotCode>& all) {
  Json list = Json::array();
  for (const HotCode& code : all) {
    Json object = encode(code);
    object["outer_steps"] = encode_table(code.outer_steps);
    object["locations"] = code.locations;
    object["hits"] = code.hits;
    object["lines"] = code.lines;
    object["body"] = encode_table(code.body);
    object["memory"] = encode_table(memory_rows(code.body));
    object["samples"] = encode_table(sample_rows(code.samples));
    list.push_back(std::move(object));
  }
  return list;
}

Json encode_gpu(const GpuTimeline& gpu) {
  Json object = encode(gpu);
  object["devices"] = encode_list(gpu.devices);
  object["operations"] = encode_table(gpu.operations);
  return object;
}

Json encode_measurements(const std::vector<Measurement>& all) {
  Json list = Json::array();
  for (const Measurement& one : all) list.push_back(encode_measurement(one));
  return list;
}

}  // namespace

Json encode_measurement(const Measurement& measurement) {
  Json object = {{"name", measurement.name}};
  if (const auto* quantity = std::get_if<Quantity>(&measurement.result)) {
    object["value"] = finite(quantity->value);
    object["low"] = finite(quantity->low);
    object["high"] = finite(quantity->high);
    object["unit"] = to_string(quantity->unit);
  } else {
    const auto& missing = std::get<Unavailable>(measurement.result);
    object["unavailable"] = {{"reason", missing.reason}, {"remedy", missing.remedy}};
  }
  object["source"] = measurement.source;
  object["coverage"] = finite(measurement.coverage);
  return object;
}

Json encode_profile(const Profile& profile) {
  Json object = {{"target", encode(profile.target)},
                 {"machine", encode(profile.machine)},
                 {"tier", to_string(profile.tier)},
                 {"runs", encode_list(profile.runs)},
                 {"run", profile.run},
                 {"probes", encode_list(profile.probes)},
                 {"measurements", encode_measurements(profile.measurements)},
                 {"ceilings", encode_measurements(profile.ceilings)},
                 {"processes", encode_table(profile.processes)},
                 {"threads", encode_table(profile.threads)},
                 {"locations", encode_table(profile.locations)},
                 {"hot_code", encode_hot_code(profile.hot_code)},
                 {"waits", encode_table(profile.waits)},
                 {"timeline", encode_timeline(profile.timeline)},
                 {"overhead", encode(profile.overhead)},
                 {"notes", profile.notes}};
  if (!says_nothing(profile.gpu)) object["gpu"] = encode_gpu(profile.gpu);
  return object;
}

}  // namespace bottleneck
