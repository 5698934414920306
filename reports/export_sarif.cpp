#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "reports/describe.h"
#include "reports/exports.h"
#include "reports/json_text.h"
#include "reports/sections.h"
#include "reports/units.h"

namespace bottleneck {
namespace {

/// Below it a class is no finding at a line. The advice has its own threshold.
constexpr double least_share = 0.1;
/// A gain that is worth a warning and not only a note.
constexpr double worth_a_warning = 1.2;
constexpr std::size_t most_results = 1000;
constexpr int longest_message = 1000;

struct Result {
  std::string rule;
  const char* level = "note";
  std::string message;
  Where where;
  std::string uri;
};

/// "" it does not lie below the root.
std::string relative_to(const std::string& root, const std::string& file) {
  std::string below = file;
  if (file.starts_with('/')) {
    const std::string folder = root.ends_with('/') ? root : root + "/";
    if (root.empty() || !file.starts_with(folder)) return "";
    below = file.substr(folder.size());
  }
  while (below.starts_with("./")) below.erase(0, 2);
  if (below == ".." || below.starts_with("../") || below.find("/../") != std::string::npos)
    return "";
  return below;
}

/// Source: RFC 3986, section 2.3, and the slash between folders.
std::string escape_uri(const std::string& path) {
  constexpr std::string_view plain = "-._~/";
  std::string uri;
  for (const char c : path) {
    const bool alphanumeric =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (alphanumeric || plain.find(c) != std::string_view::npos) {
      uri += c;
    } else {
      uri += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return uri;
}

Result describe_finding(const Finding& finding) {
  std::string message = fmt::format("{} of the wall-clock time: {}", format_percent(finding.share),
                                    name_class(finding.kind, finding.detail));
  for (const std::string& one : finding.supports) message += "; " + one;
  return {std::string(to_string(finding.kind)), "note", message, finding.where, ""};
}

Result describe_advice(const Recommendation& advice) {
  const bool matters = advice.prediction.speedup.value >= worth_a_warning;
  std::string message =
      fmt::format("{} ({}). {}", advice.action, describe_gain(advice), advice.why);
  for (const std::string& step : advice.how) message += "; " + step;
  return {std::string(to_string(advice.remedy)), matters ? "warning" : "note", message,
          advice.where, ""};
}

std::vector<Result> list_results(const Report& report, const std::string& root,
                                 std::size_t& left_out) {
  std::vector<Result> all;
  for (const Recommendation& one : report.recommendations) all.push_back(describe_advice(one));
  for (const Finding& one : report.findings)
    if (one.share >= least_share && one.kind != Bottleneck::unattributed)
      all.push_back(describe_finding(one));
  const std::size_t before = all.size();
  for (Result& one : all)
    if (one.where.line > 0 && !one.where.file.empty())
      one.uri = escape_uri(relative_to(root, one.where.file));
  std::erase_if(all, [](const Result& one) { return one.uri.empty() || one.uri.size() > 2000; });
  if (all.size() > most_results) all.resize(most_results);
  left_out = before - all.size();
  return all;
}

void write_text(JsonText& json, const std::string& text) {
  json.open("{").key("text").text(text, longest_message).close("}");
}

void write_result(JsonText& json, const Result& one, int rule) {
  json.open("{").key("ruleId").text(one.rule).key("ruleIndex").whole(rule);
  json.key("level").text(one.level).key("message");
  write_text(json, one.message);
  json.key("locations").open("[").open("{").key("physicalLocation").open("{");
  json.key("artifactLocation").open("{").key("uri").text(one.uri, 2000);
  json.key("uriBaseId").text("%SRCROOT%").close("}");
  json.key("region").open("{").key("startLine").whole(one.where.line).close("}").close("}");
  if (!one.where.function.empty()) {
    json.key("logicalLocations").open("[").open("{");
    json.key("fullyQualifiedName").text(one.where.function, longest_message);
    json.key("kind").text("function").close("}").close("]");
  }
  // The same finding after the line moved: no number of a line is in it.
  json.close("}").close("]").key("partialFingerprints").open("{").key("bottleneck/v1");
  json.text(fmt::format("{} {} {}", one.rule, one.uri, one.where.function), longest_message);
  json.close("}").close("}");
}

void write_driver(JsonText& json, const std::map<std::string, int>& rules,
                  const std::string& version) {
  json.key("tool").open("{").key("driver").open("{").key("name").text("bottleneck");
  if (!version.empty()) json.key("version").text(version);
  json.key("rules").open("[");
  std::vector<std::string> order(rules.size());
  for (const auto& [rule, index] : rules) order[static_cast<std::size_t>(index)] = rule;
  for (const std::string& rule : order) {
    json.open("{").key("id").text(rule).key("shortDescription");
    write_text(json, "bottleneck: " + rule);
    json.close("}");
  }
  json.close("]").close("}").close("}");
}

}  // namespace

std::string export_sarif(const Report& report, const SarifOptions& options) {
  std::size_t left_out = 0;
  const std::vector<Result> results = list_results(report, options.root, left_out);
  std::map<std::string, int> rules;
  for (const Result& one : results) rules.try_emplace(one.rule, static_cast<int>(rules.size()));
  JsonText json;
  json.open("{").key("$schema").text("https://json.schemastore.org/sarif-2.1.0.json");
  json.key("version").text("2.1.0").key("runs").open("[").open("{");
  write_driver(json, rules, options.version);
  json.key("columnKind").text("utf16CodeUnits").key("invocations").open("[").open("{");
  json.key("executionSuccessful").flag(true).key("commandLine");
  json.text(quote_command(report.profile.target.command), longest_message);
  json.key("toolExecutionNotifications").open("[");
  if (left_out > 0) {
    json.open("{").key("level").text("note").key("message");
    write_text(json,
               fmt::format("{} findings lie at no line below the root: see the report", left_out));
    json.close("}");
  }
  json.close("]").close("}").close("]").key("results").open("[");
  for (const Result& one : results) write_result(json, one, rules.at(one.rule));
  return json.close("]").close("}").close("]").close("}").bytes() + "\n";
}

}  // namespace bottleneck
