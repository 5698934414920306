#include "src/core/comparison.h"

namespace bottleneck {

std::string_view to_string(CompareVerdict verdict) {
  switch (verdict) {
    case CompareVerdict::ok:
      return "ok";
    case CompareVerdict::regression:
      return "regression";
    case CompareVerdict::improvement:
      return "improvement";
    case CompareVerdict::inconclusive:
      return "inconclusive";
    case CompareVerdict::incomparable:
      return "incomparable";
  }
  return "";
}

}  // namespace bottleneck
