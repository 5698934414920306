#include "probes/sched/descriptors.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>
#include <string_view>
#include <unordered_map>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include "probes/sched/descriptor_cache.h"

namespace bottleneck {
namespace {

using namespace std::chrono_literals;

// A descriptor's number is reused after close: remembered for some polls at most.
constexpr auto remembered_for = 50ms;
constexpr std::size_t most_remembered = 4096;
// io_uring does not say for what a thread waits in it; so many descriptors of the process are
// looked at.
constexpr std::size_t most_of_ring = 64;

bool starts_with_any(std::string_view text, std::initializer_list<std::string_view> prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](std::string_view prefix) { return text.starts_with(prefix); });
}

/// 4711 of "socket:[4711]".
unsigned long inode_in(std::string_view link) {
  unsigned long inode = 0;
  const std::size_t open = link.find('[');
  if (open != std::string_view::npos)
    std::from_chars(link.data() + open + 1, link.data() + link.size(), inode);
  return inode;
}

/// "eventfd" of "anon_inode:[eventfd]", "inotify" of "anon_inode:inotify".
std::string anonymous_name(std::string_view link) {
  link.remove_prefix(link.find(':') + 1);
  if (link.starts_with('[')) link.remove_prefix(1);
  return std::string(link.substr(0, link.find(']')));
}

enum class FileType { file, fifo, character };

/// Never asks the server of a network file system, which may hang.
FileType type_of(const std::string& path) {
  struct statx status {};
  if (::statx(AT_FDCWD, path.c_str(), AT_STATX_DONT_SYNC, STATX_TYPE, &status) != 0)
    return FileType::file;
  if (S_ISFIFO(status.stx_mode)) return FileType::fifo;
  return S_ISCHR(status.stx_mode) ? FileType::character : FileType::file;
}

}  // namespace

DescriptorTarget Descriptors::Cache::look_pipe(pid_t pid, int fd, const std::string& link,
                                               const ProcessTree& tree) {
  const std::string object = link.starts_with("pipe:") ? "pipe" : link;
  struct stat of_link {};
  if (::lstat(system.path(fmt::format("/proc/{}/fd/{}", pid, fd)).c_str(), &of_link) != 0)
    return {};
  const auto held = holders.find(link, tree);
  if (!held) return {Peer::unknown, object};
  const bool reads = (of_link.st_mode & S_IRUSR) != 0;
  bool itself = false;
  for (const Holder& holder : *held) {
    const bool opposite = reads ? holder.writes : holder.reads;
    if (opposite && holder.pid != pid) return {Peer::pipe_inside, object};
    itself |= opposite;
  }
  if (itself) return {Peer::event, "pipe to itself"};
  return {Peer::pipe_outside, object};
}

DescriptorTarget Descriptors::Cache::look_path(pid_t pid, int fd, const std::string& link,
                                               const ProcessTree& tree) {
  if (starts_with_any(link, {"/dev/pts/", "/dev/tty", "/dev/console", "/dev/ptmx", "/dev/input/"}))
    return {Peer::terminal, "terminal"};
  if (starts_with_any(link, {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"}))
    return {Peer::event, link};
  switch (type_of(system.path(fmt::format("/proc/{}/fd/{}", pid, fd)))) {
    case FileType::fifo:
      return look_pipe(pid, fd, link, tree);
    case FileType::character:
      return {Peer::unknown, link};
    case FileType::file:
      break;
  }
  return {Peer::file, link};
}

/// A ring of a process that has files and no sockets or pipes to anybody waits for storage.
DescriptorTarget Descriptors::Cache::look_ring(pid_t pid) {
  bool files = false;
  std::size_t looked = 0;
  for (const std::string& name : system.list(fmt::format("/proc/{}/fd", pid))) {
    constexpr std::string_view standard = "012";
    if (name.size() == 1 && standard.find(name) != std::string_view::npos) continue;
    if (++looked > most_of_ring) return {Peer::unknown, "io_uring"};
    const auto link = system.read_link(fmt::format("/proc/{}/fd/{}", pid, name));
    if (!link) continue;
    if (starts_with_any(*link, {"socket:", "pipe:"})) return {Peer::unknown, "io_uring"};
    files |= link->starts_with('/') && !link->starts_with("/dev/");
  }
  return {files ? Peer::file : Peer::unknown, "io_uring"};
}

DescriptorTarget Descriptors::Cache::look_anew(pid_t pid, int fd, const ProcessTree& tree,
                                               int depth) {
  const auto link = system.read_link(fmt::format("/proc/{}/fd/{}", pid, fd));
  if (!link) return {};
  if (link->starts_with("pipe:[")) return look_pipe(pid, fd, *link, tree);
  if (link->starts_with("socket:[")) {
    const auto seen = sockets.look(pid, inode_in(*link), tree, holders);
    return {seen.peer, seen.object.empty() ? "socket" : seen.object};
  }
  if (link->starts_with("pidfd:")) return {Peer::event, "pidfd"};
  if (link->starts_with("anon_inode:")) {
    const std::string name = anonymous_name(*link);
    if (name == "eventpoll")
      return depth > 0 ? DescriptorTarget{Peer::event, name}
                       : watched_by_epoll(pid, fd, tree, depth + 1);
    if (name == "io_uring") return look_ring(pid);
    return {Peer::event, name};
  }
  if (link->starts_with('/')) return look_path(pid, fd, *link, tree);
  return {Peer::unknown, *link};
}

DescriptorTarget Descriptors::Cache::look(pid_t pid, int fd, const ProcessTree& tree, int depth) {
  const auto now = Clock::now();
  const std::uint64_t key =
      (static_cast<std::uint64_t>(pid) << 32) | static_cast<std::uint32_t>(fd);
  const auto found = remembered.find(key);
  if (found != remembered.end() && now - found->second.seen < remembered_for)
    return found->second.target;
  if (remembered.size() >= most_remembered) remembered.clear();
  DescriptorTarget target = look_anew(pid, fd, tree, depth);
  remembered[key] = {now, target};
  return target;
}

Descriptors::Descriptors(const System& system) : cache_(std::make_unique<Cache>(system)) {}
Descriptors::~Descriptors() = default;

DescriptorTarget Descriptors::look(pid_t pid, int fd, const ProcessTree& tree) {
  return cache_->look(pid, fd, tree, 0);
}

}  // namespace bottleneck
