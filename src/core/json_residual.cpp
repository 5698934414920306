#include "src/core/json_residual.h"

#include "src/core/json_node.h"

namespace bottleneck {
namespace {

/// Ours have some 300 bytes. What is longer is not read at all, so that its depth cannot hurt.
constexpr std::size_t longest_line = 4096;
constexpr double largest_speedup = 1e9;

Residual decode_residual(const Node& node) {
  Residual one;
  decode(node.member("time"), one.time);
  decode(node.member("machine"), one.machine);
  decode(node.member("workload"), one.workload);
  one.remedy = decode_word<Remedy>(node.member("remedy"));
  decode(node.member("predicted"), one.predicted);
  decode(node.member("low"), one.low);
  decode(node.member("high"), one.high);
  decode(node.member("measured"), one.measured);
  return one;
}

bool is_possible(const Residual& one) {
  return one.low > 0 && one.low <= one.predicted && one.predicted <= one.high &&
         one.high <= largest_speedup && one.measured > 0 && one.measured <= largest_speedup;
}

}  // namespace

std::string residual_to_line(const Residual& one) {
  const Json object = {{"time", one.time},
                       {"machine", one.machine},
                       {"workload", one.workload},
                       {"remedy", to_string(one.remedy)},
                       {"predicted", finite(one.predicted)},
                       {"low", finite(one.low)},
                       {"high", finite(one.high)},
                       {"measured", finite(one.measured)}};
  return object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::optional<Residual> residual_from_line(std::string_view line) {
  if (line.size() > longest_line) return std::nullopt;
  try {
    const nlohmann::json value = nlohmann::json::parse(line);
    Residual one = decode_residual(Node{value, "residual"});
    if (is_possible(one)) return one;
  } catch (const nlohmann::json::exception&) {
  } catch (const BadField&) {
  }
  return std::nullopt;
}

}  // namespace bottleneck
