// Runs a program below the real binary and hands out what the report says of its GPU.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace bottleneck {

struct Traced {
  int status = -1;
  nlohmann::json report;

  const nlohmann::json& gpu() const { return report.at("profile").at("gpu"); }
  /// One object for each; in the report they are columns.
  std::vector<nlohmann::json> operations() const;
  /// Operations of this kind, folded ones counted each.
  int count(const std::string& kind) const;
  double bytes(const std::string& kind) const;
  /// One of the probe's state, reason and detail.
  std::string probe(const std::string& name, const std::string& field) const;
  std::string notes() const;
};

/// `settings`: "NAME=value NAME=value" before the program; `options`: of `bottleneck run`.
Traced run_traced(const std::string& program, const std::string& settings = "",
                  const std::string& options = "");

}  // namespace bottleneck
