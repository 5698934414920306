#include "src/core/json_measurement.h"

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

#include "src/core/words.h"

namespace bottleneck {
namespace {

using Line = nlohmann::ordered_json;

/// Ours have some 300 bytes. What is longer is not read at all, so that its depth cannot hurt.
constexpr std::size_t longest_line = 8192;
constexpr std::size_t longest_name = 80;
constexpr std::size_t longest_text = 1000;

bool is_dotted_name(const std::string& name) {
  if (name.empty() || name.size() > longest_name) return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
  });
}

std::optional<std::string> text_in(const Line& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_string()) return std::nullopt;
  std::string text = found->get<std::string>();
  if (text.size() > longest_text) return std::nullopt;
  return text;
}

std::optional<double> number_in(const Line& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number()) return std::nullopt;
  const double number = found->get<double>();
  if (!std::isfinite(number) || number < 0) return std::nullopt;
  return number;
}

std::optional<Quantity> quantity_in(const Line& object) {
  const auto value = number_in(object, "value");
  const auto low = number_in(object, "low");
  const auto high = number_in(object, "high");
  const auto word = text_in(object, "unit");
  if (!value || !low || !high || !word) return std::nullopt;
  const auto unit = find_named<Unit>(*word);
  if (!unit || *low > *value || *value > *high) return std::nullopt;
  return Quantity{*value, *low, *high, *unit};
}

}  // namespace

std::string measurement_to_line(const Measurement& measurement, double seconds) {
  Line object = {{"name", measurement.name}};
  if (const auto* quantity = std::get_if<Quantity>(&measurement.result)) {
    object["value"] = quantity->value;
    object["low"] = quantity->low;
    object["high"] = quantity->high;
    object["unit"] = to_string(quantity->unit);
  } else {
    const auto& missing = std::get<Unavailable>(measurement.result);
    object["reason"] = missing.reason;
    object["remedy"] = missing.remedy;
  }
  object["source"] = measurement.source;
  object["seconds"] = std::round(seconds * 1e6) * 1e-6;
  return object.dump(-1, ' ', false, Line::error_handler_t::replace);
}

std::optional<Measurement> measurement_from_line(std::string_view line) {
  if (line.size() > longest_line) return std::nullopt;
  const Line object = Line::parse(line, nullptr, false);
  if (!object.is_object()) return std::nullopt;
  Measurement measurement;
  measurement.name = text_in(object, "name").value_or("");
  if (!is_dotted_name(measurement.name)) return std::nullopt;
  measurement.source = text_in(object, "source").value_or("");
  if (object.contains("value")) {
    const auto quantity = quantity_in(object);
    if (!quantity) return std::nullopt;
    measurement.result = *quantity;
    return measurement;
  }
  const auto reason = text_in(object, "reason");
  if (!reason || reason->empty()) return std::nullopt;
  measurement.result = Unavailable{*reason, text_in(object, "remedy").value_or("")};
  return measurement;
}

}  // namespace bottleneck
