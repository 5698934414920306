// JSON by hand: a workload depends on no library.
#include <cstdio>

#include "workloads/harness/options.h"

namespace workload {
namespace {

std::string quote(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(c));
      quoted += escape;
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.17g", value);
  return text;
}

std::string describe(const Variant& variant) {
  return "{\"name\": " + quote(variant.name) + ", \"line\": " + quote(variant.line) +
         ", \"after\": " + quote(variant.after) + ", \"remedy\": " + quote(variant.remedy) +
         ", \"claim\": " + quote(variant.claim) +
         ", \"takes_piece\": " + (variant.takes_piece ? "true" : "false") + "}";
}

}  // namespace

std::string why_missing(const Variant& variant) {
  return variant.missing ? variant.missing() : std::string();
}

std::string why_missing(const Workload& workload) {
  return workload.missing ? workload.missing() : std::string();
}

std::string why_left_out(const Variant& variant) {
  const std::string missing = why_missing(variant);
  return missing.empty() && variant.useless ? variant.useless() : missing;
}

std::string describe(const Workload& workload, std::size_t size, int threads) {
  const Needs needs = workload.needs(size);
  std::string verdicts, variants;
  for (const std::string& verdict : workload.verdicts)
    verdicts += (verdicts.empty() ? "" : ", ") + quote(verdict);
  for (const Variant& variant : workload.variants)
    if (why_left_out(variant).empty())
      variants += (variants.empty() ? "" : ", ") + describe(variant);
  std::string text = "{\"name\": " + quote(workload.name) + ", \"line\": " + quote(workload.line);
  text += ", \"verdicts\": [" + verdicts + "]";
  text += std::string(", \"control\": ") + (workload.control ? "true" : "false");
  text += ", \"unit\": " + quote(workload.unit) + ", \"size\": " + std::to_string(size);
  text += ", \"default_size\": " + std::to_string(workload.default_size);
  text += ", \"quick_size\": " + std::to_string(workload.quick_size);
  text += ", \"check_size\": " + std::to_string(workload.check_size);
  text += ", \"most_size\": " + std::to_string(workload.most_size);
  text += ", \"tolerance\": " + number(workload.tolerance);
  text += ", \"variants\": [" + variants + "]";
  text += ", \"needs\": {\"memory_bytes\": " + std::to_string(needs.memory_bytes) +
          ", \"disk_bytes\": " + std::to_string(needs.disk_bytes) + "}";
  text += ", \"limit\": " + quote(workload.limit(size, threads));
  text += std::string(", \"prepares\": ") + (workload.prepare ? "true" : "false");
  text += ", \"device\": " + quote(workload.device ? workload.device() : "");
  text += ", \"missing\": " + quote(why_missing(workload));
  const bool simulated = workload.simulated && workload.simulated();
  text += std::string(", \"simulated\": ") + (simulated ? "true" : "false") + "}";
  return text;
}

}  // namespace workload
