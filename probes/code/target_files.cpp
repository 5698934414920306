#include "probes/code/target_files.h"

#include <optional>

#include <fmt/format.h>
#include <sys/stat.h>

namespace bottleneck {
namespace {

/// Above this the oldest answers go: a build in a container maps some thousand files.
constexpr std::size_t most_places = 20'000;
constexpr std::size_t most_members = 64;  ///< of one view: one that lives is enough

/// Which file a path leads to, whatever it is called.
std::optional<std::pair<dev_t, ino_t>> identity(const std::string& path) {
  struct stat facts {};
  if (::stat(path.c_str(), &facts) != 0) return std::nullopt;
  return std::pair{facts.st_dev, facts.st_ino};
}

std::string folder_of(int pid) { return fmt::format("/proc/{}", pid); }

}  // namespace

TargetFiles::TargetFiles(System system) : system_(std::move(system)) {
  ours_ = {system_.read_link("/proc/self/ns/mnt").value_or(""),
           system_.read_link("/proc/self/root").value_or("/")};
}

TargetFiles::View TargetFiles::view_of(int pid) const {
  const auto space = system_.read_link(folder_of(pid) + "/ns/mnt");
  const auto root = system_.read_link(folder_of(pid) + "/root");
  if (!space || !root) return {};
  return {*space, *root};
}

bool TargetFiles::is_foreign(int pid) {
  View view = view_of(pid);
  if (view == View{}) {
    const auto before = last_view_.find(pid);
    return before != last_view_.end() && before->second != ours_;
  }
  if (last_view_.size() >= most_places) last_view_.clear();
  last_view_[pid] = view;
  if (view == ours_ || ours_.first.empty()) return false;
  std::set<int>& members = members_[view];
  if (members.size() >= most_members) members.erase(members.begin());
  members.insert(pid);
  return true;
}

std::string TargetFiles::living_root(const View& view) const {
  const auto members = members_.find(view);
  if (members == members_.end()) return {};
  for (const int pid : members->second)
    if (view_of(pid) == view) return folder_of(pid) + "/root";
  return {};
}

TargetFiles::Place TargetFiles::place_of(const View& view, const std::string& path) {
  const auto known = places_.find({view, path});
  if (known != places_.end()) return known->second;
  const std::string root = living_root(view);
  if (root.empty()) return Place::only_theirs;  // not kept: it may be told later
  const auto theirs = identity(system_.path(root + path));
  const auto ours = identity(system_.path(path));
  // Not below their root: a path that /proc/PID/maps said as we see it (chroot), or a file that has
  // been deleted or covered by a mount since.
  const bool same = theirs ? theirs == ours : ours.has_value() && view.first == ours_.first;
  if (places_.size() >= most_places) places_.clear();
  return places_[{view, path}] = same ? Place::same : Place::only_theirs;
}

std::string TargetFiles::reachable(int pid, const std::string& path) {
  if (!path.starts_with('/') || path.starts_with("//") || !is_foreign(pid)) return path;
  const View view = last_view_[pid];
  if (place_of(view, path) == Place::same) return path;
  const std::string root = living_root(view);
  return root.empty() ? std::string() : root + path;
}

std::string_view as_target_sees(std::string_view reachable) {
  constexpr std::string_view before = "/proc/", after = "/root/";
  if (!reachable.starts_with(before)) return reachable;
  const std::size_t digits_end = reachable.find_first_not_of("0123456789", before.size());
  if (digits_end == std::string_view::npos || digits_end == before.size()) return reachable;
  if (reachable.substr(digits_end, after.size()) != after) return reachable;
  return reachable.substr(digits_end + after.size() - 1);
}

}  // namespace bottleneck
