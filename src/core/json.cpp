#include "src/core/json.h"

#include <fmt/format.h>

#include "src/core/error.h"
#include "src/core/json_demo.h"
#include "src/core/json_face.h"
#include "src/core/json_profile.h"

namespace bottleneck {
namespace {

// A saved file has at most 5 MB (DESIGN section 2). These bound what a foreign one can make us
// hold: < 1 GB.
constexpr std::size_t most_bytes = 64u << 20;
constexpr std::size_t most_values = 4'000'000;
constexpr int deepest = 16;  // ours has 5 levels

[[noreturn]] void refuse(const std::string& name, std::string why) {
  throw Error(fmt::format("cannot read the report {}", name), std::move(why),
              "there is nothing to show",
              "write a new one: bottleneck run --json FILE -- PROGRAM ARGUMENTS", exit_failed);
}

[[noreturn]] void refuse_version(const std::string& name, const nlohmann::json& found) {
  throw Error(
      fmt::format("cannot read the report {}", name),
      fmt::format("it was written by another version of bottleneck: its schema_version is {}, "
                  "this one reads {}",
                  found.dump(), schema_version),
      "there is nothing to show",
      "use the bottleneck that wrote it, or write a new one: "
      "bottleneck run --json FILE -- PROGRAM ARGUMENTS",
      exit_failed);
}

/// Before anything is built from the text: how deep and how much. Errors: throws BadField.
void check_bounds(const std::string& text) {
  std::size_t values = 0;
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted && c == '\\') ++i;
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    const bool opens = c == '[' || c == '{';
    if (opens || c == ',') ++values;
    if (opens) ++depth;
    if (c == ']' || c == '}') --depth;
    if (depth > deepest) throw BadField("it is nested deeper than any report");
    if (values > most_values) throw BadField("it holds more values than any report");
  }
}

/// Needs: the whole file. The library's own messages quote the text, which may hold anything: only
/// the place is kept.
nlohmann::json parse_file(const std::string& text, const std::string& name) {
  if (text.empty()) refuse(name, "it is empty");
  if (text.size() > most_bytes) {
    refuse(name, fmt::format("it has {} bytes; a report has at most {}", text.size(), most_bytes));
  }
  try {
    check_bounds(text);
    return nlohmann::json::parse(text);
  } catch (const nlohmann::json::parse_error& error) {
    refuse(name, error.byte >= text.size()
                     ? fmt::format("it is cut off after {} bytes", text.size())
                     : fmt::format("it is no JSON from byte {} on", error.byte));
  } catch (const nlohmann::json::exception&) {
    refuse(name, "it holds a number that is too large");
  } catch (const BadField& error) {
    refuse(name, error.what());
  }
}

void check_envelope(const nlohmann::json& file, const std::string& name) {
  if (!file.is_object() || !file.contains("kind") || !file.contains("schema_version")) {
    refuse(name, "it is JSON, but not written by bottleneck: no \"kind\" and \"schema_version\"");
  }
  if (file["kind"] != "report") refuse(name, "its \"kind\" is not \"report\"");
  const nlohmann::json& version = file["schema_version"];
  if (!version.is_number_integer()) refuse(name, "its \"schema_version\" is no whole number");
  if (version != schema_version) refuse_version(name, version);
  if (!file.contains("profile")) refuse(name, "its \"profile\" is missing");
}

/// `<` stands in JSON only inside strings.
std::string escape_for_html(const std::string& json) {
  std::string escaped;
  escaped.reserve(json.size());
  for (const char c : json) {
    if (c == '<') {
      escaped += "\\u003c";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

std::string dump_for_page(const Json& value) {
  const std::string plain = value.dump(-1, ' ', true, Json::error_handler_t::replace);
  std::string text;
  for (const char c : escape_for_html(plain)) {
    if (c == '>') {
      text += "\\u003e";  // neither a comment nor a CDATA section ends in it
    } else {
      text += c;
    }
  }
  return text;
}

}  // namespace

std::string report_to_json(const Report& report) {
  Json file = encode_face(report);
  file["profile"] = encode_profile(report.profile);
  std::string text;
  for (const auto& [key, value] : file.items()) {
    text += fmt::format("{} \"{}\": ", text.empty() ? "{" : ",\n", key);
    text += value.dump(-1, ' ', false, Json::error_handler_t::replace);
  }
  return escape_for_html(text + "}\n");
}

std::string face_to_json(const Report& report) { return dump_for_page(encode_face(report)); }

std::string json_for_page(const std::string& json) { return dump_for_page(Json::parse(json)); }

Saved saved_from_json(const std::string& text, const std::string& name) {
  const nlohmann::json file = parse_file(text, name);
  check_envelope(file, name);
  try {
    Saved saved;
    saved.profile = decode_profile(file["profile"]);
    check_profile(saved.profile);
    if (const auto found = file.find("verifications"); found != file.end())
      saved.verifications = decode_verifications(*found);
    if (const auto found = file.find("demo"); found != file.end()) saved.demo = decode_demo(*found);
    return saved;
  } catch (const BadField& error) {
    refuse(name, error.what());
  }
}

Profile profile_from_json(const std::string& text, const std::string& name) {
  return saved_from_json(text, name).profile;
}

}  // namespace bottleneck
