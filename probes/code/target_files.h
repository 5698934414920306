// From a path as a process of the target sees it to a path that we can open: in containers and
// chroots the same words name other files. Stands between the mappings of tasks and Symbols, which
// open what they are given. It pins nothing: once the last process of a foreign mount namespace has
// ended, files that only that namespace showed cannot be opened any more, so ask (and read the
// symbols) while it lives.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "probes/system.h"

namespace bottleneck {

class TargetFiles {
 public:
  explicit TargetFiles(System system);

  /// What to open for `path` as `pid` has it mapped: the path itself if it is the same file for us,
  /// else "/proc/PID/root" + path of a process that lives in that namespace. An answer holds after
  /// the death of `pid` where the file is ours, too, or another process of its namespace is left;
  /// "" where none is: nothing that we could open would be that file.
  /// Units: pid as our /proc names it. Errors: none; what may not be looked at (a process of
  /// another user) is taken for ours. Cheap when asked again: two readlinks a process, one stat a
  /// path.
  std::string reachable(int pid, const std::string& path);

  /// The process sees other files than we do: another mount namespace or another root directory.
  /// False where that cannot be told. Looked up anew each time: processes enter namespaces.
  bool is_foreign(int pid);

 private:
  /// A view of the file system: the mount namespace and the root directory in it.
  using View = std::pair<std::string, std::string>;
  enum class Place { same, only_theirs };

  /// What the process sees; empty where it may not be told.
  View view_of(int pid) const;
  std::string living_root(const View& view) const;
  Place place_of(const View& view, const std::string& path);

  System system_;
  View ours_;
  std::map<int, View> last_view_;          ///< of each process asked for, at its last answer
  std::map<View, std::set<int>> members_;  ///< processes that were seen with a foreign view
  std::map<std::pair<View, std::string>, Place> places_;
};

/// The path as the process sees it, of one that `reachable` gave.
std::string_view as_target_sees(std::string_view reachable);

}  // namespace bottleneck
