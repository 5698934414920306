#include "src/analysis/places.h"

#include <algorithm>
#include <tuple>

#include "src/analysis/gpu_words.h"

namespace bottleneck {
namespace {

struct Function {
  std::string name;
  bool from_caller = false;  ///< the caller in the program itself, since the place is in a library
  auto operator<=>(const Function&) const = default;
};

std::string last_part(const std::string& path) { return path.substr(path.find_last_of('/') + 1); }

std::string process_name(const Profile& profile, int process) {
  if (process < 0) return "";
  const Process& one = profile.processes.at(static_cast<std::size_t>(process));
  return one.name.empty() ? last_part(one.executable) : one.name;
}

/// A stripped place is still said: by the file that it is in.
std::string place_name(const Location& place) {
  if (!place.function.empty()) return place.function;
  if (place.module.empty()) return "";
  return place.module.front() == '[' ? place.module : "[" + last_part(place.module) + "]";
}

int location_of(const Profile& profile, const Slice& slice) {
  if (slice.location >= 0 || slice.wait < 0) return slice.location;
  return profile.waits.at(static_cast<std::size_t>(slice.wait)).location;
}

/// Processes of the same name are one: a thousand short ones would hide that it is always the same
/// function.
using ByFunction = std::map<std::pair<std::string, Function>, std::map<int, double>>;

}  // namespace

Where find_where(const Profile& profile, const Evidence& evidence, Bottleneck kind) {
  if (is_gpu_class(kind)) return find_gpu_where(profile, evidence, kind);
  ByFunction functions;
  std::map<std::pair<std::string, Function>, double> sums;
  double total = 0;
  for (const Slice& slice : evidence.slices) {
    if (slice.kind.kind != kind) continue;
    Function function;
    const int location = location_of(profile, slice);
    if (location >= 0) {
      const Location& place = profile.locations.at(static_cast<std::size_t>(location));
      function.from_caller = !place.caller.empty();
      function.name = function.from_caller ? place.caller : place_name(place);
    }
    const auto key = std::pair{process_name(profile, slice.process), function};
    functions[key][location] += slice.seconds;
    sums[key] += slice.seconds;
    total += slice.seconds;
  }
  const auto hottest = std::max_element(
      sums.begin(), sums.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  if (hottest == sums.end() || total <= 0) return {};
  Where where;
  std::tie(where.process, where.function) =
      std::tie(hottest->first.first, hottest->first.second.name);
  where.share = hottest->second / total;
  const auto& lines = functions[hottest->first];
  const auto line = std::max_element(
      lines.begin(), lines.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  // The line of a library place is not a line of the caller.
  if (line->first >= 0 && !hottest->first.second.from_caller) {
    const Location& place = profile.locations[static_cast<std::size_t>(line->first)];
    where.file = place.file;
    where.line = place.line;
  }
  return where;
}

std::string main_object(const Profile& profile, const Evidence& evidence, Bottleneck kind) {
  std::map<std::string, double> objects;
  for (const Slice& slice : evidence.slices) {
    if (slice.kind.kind != kind || slice.wait < 0) continue;
    const std::string& object = profile.waits.at(static_cast<std::size_t>(slice.wait)).object;
    if (!object.empty()) objects[object] += slice.seconds;
  }
  const auto most =
      std::max_element(objects.begin(), objects.end(),
                       [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == objects.end() ? "" : most->first;
}

}  // namespace bottleneck
