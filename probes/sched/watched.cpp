#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/uio.h>
#include <unistd.h>

#include "probes/sched/descriptor_cache.h"

namespace bottleneck {
namespace {

// A thread that watches more is judged by the first ones: bounded cost.
constexpr std::size_t most_watched = 64;
constexpr std::size_t most_selected = 1024;  // FD_SETSIZE

// From what explains a wait least to what does most.
constexpr std::array ranks = {Peer::nothing,      Peer::event,        Peer::file,
                              Peer::unknown,      Peer::pipe_inside,  Peer::socket_inside,
                              Peer::pipe_outside, Peer::terminal,     Peer::socket_listening,
                              Peer::socket_local, Peer::socket_remote};

/// Copies memory of another process. Needs: the right to trace it, as for our own children.
bool read_memory(const System& system, pid_t pid, std::uint64_t address, void* to,
                 std::size_t size) {
  if (system.root.empty()) {
    const iovec local = {to, size};
    // NOLINTNEXTLINE(performance-no-int-to-ptr): an address in the other process
    const iovec remote = {reinterpret_cast<void*>(address), size};
    if (::process_vm_readv(pid, &local, 1, &remote, 1, 0) == static_cast<ssize_t>(size))
      return true;
  }
  // Some containers forbid the call but not the file.
  const int fd =
      ::open(system.path(fmt::format("/proc/{}/mem", pid)).c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  const ssize_t got = ::pread(fd, to, size, static_cast<off_t>(address));
  ::close(fd);
  return got == static_cast<ssize_t>(size);
}

std::optional<std::vector<int>> polled(const System& system, pid_t pid, const WaitFacts& facts) {
  const auto count = std::min<std::size_t>(facts.args[1], most_watched);
  std::vector<pollfd> entries(count);
  if (count > 0 && !read_memory(system, pid, facts.args[0], entries.data(), count * sizeof(pollfd)))
    return std::nullopt;
  std::vector<int> fds;
  for (const pollfd& entry : entries)
    if (entry.fd >= 0) fds.push_back(entry.fd);
  return fds;
}

std::optional<std::vector<int>> selected(const System& system, pid_t pid, const WaitFacts& facts) {
  constexpr std::size_t word_bits = 64;
  const auto count = std::min<std::size_t>(facts.args[0], most_selected);
  std::array<std::uint64_t, most_selected / word_bits> all{};
  for (std::size_t set = 1; set <= 3; ++set) {  // to read, to write, exceptional
    std::array<std::uint64_t, most_selected / word_bits> bits{};
    const std::size_t bytes = (count + word_bits - 1) / word_bits * sizeof(std::uint64_t);
    if (facts.args[set] == 0 || bytes == 0) continue;
    if (!read_memory(system, pid, facts.args[set], bits.data(), bytes)) return std::nullopt;
    for (std::size_t i = 0; i < all.size(); ++i) all[i] |= bits[i];
  }
  std::vector<int> fds;
  for (std::size_t fd = 0; fd < count && fds.size() < most_watched; ++fd)
    if ((all[fd / word_bits] >> (fd % word_bits) & 1) != 0) fds.push_back(static_cast<int>(fd));
  return fds;
}

/// The numbers behind "tfd:" in fdinfo.
std::vector<int> epoll_members(std::string_view fdinfo) {
  constexpr std::string_view mark = "tfd:";
  std::vector<int> fds;
  for (std::size_t at = fdinfo.find(mark);
       at != std::string_view::npos && fds.size() < most_watched; at = fdinfo.find(mark, at)) {
    at = fdinfo.find_first_not_of(' ', at + mark.size());
    if (at == std::string_view::npos) break;
    int fd = -1;
    std::from_chars(fdinfo.data() + at, fdinfo.data() + fdinfo.size(), fd);
    if (fd >= 0) fds.push_back(fd);
  }
  return fds;
}

bool is_one_of(std::string_view call, std::initializer_list<std::string_view> calls) {
  return std::find(calls.begin(), calls.end(), call) != calls.end();
}

/// Which arguments are descriptors: the first, or two of a call that moves data between them; -1
/// none.
std::pair<int, int> descriptor_arguments(std::string_view call) {
  if (call == "sendfile" || call == "tee") return {0, 1};
  if (call == "splice" || call == "copy_file_range") return {0, 2};
  if (is_one_of(call, {"read",      "pread64",         "readv",      "preadv",        "preadv2",
                       "write",     "pwrite64",        "writev",     "pwritev",       "pwritev2",
                       "vmsplice",  "getdents",        "getdents64", "readahead",     "fsync",
                       "fdatasync", "sync_file_range", "syncfs",     "fallocate",     "ftruncate",
                       "recvfrom",  "recvmsg",         "recvmmsg",   "sendto",        "sendmsg",
                       "sendmmsg",  "connect",         "accept",     "accept4",       "flock",
                       "fcntl",     "ioctl",           "close",      "io_uring_enter"}))
    return {0, -1};
  return {-1, -1};
}

bool watches(std::string_view call) {
  return is_one_of(
      call, {"poll", "ppoll", "select", "pselect6", "epoll_wait", "epoll_pwait", "epoll_pwait2"});
}

/// Of two ends the one that blocks: storage when the sleep is uninterruptible, else the other.
DescriptorTarget pick(const DescriptorTarget& one, const DescriptorTarget& other,
                      bool uninterruptible) {
  if (uninterruptible && one.peer == Peer::file) return one;
  if (uninterruptible && other.peer == Peer::file) return other;
  return rank_of(other.peer) > rank_of(one.peer) ? other : one;
}

}  // namespace

int rank_of(Peer peer) {
  return static_cast<int>(std::find(ranks.begin(), ranks.end(), peer) - ranks.begin());
}

DescriptorTarget Descriptors::Cache::look_at_all(pid_t pid, const std::vector<int>& fds,
                                                 const ProcessTree& tree, int depth) {
  DescriptorTarget best = {Peer::nothing, ""};
  for (const int fd : fds) {
    const DescriptorTarget target = look(pid, fd, tree, depth);
    // Among events a child's end says more than the rest.
    if (rank_of(target.peer) > rank_of(best.peer) ||
        (target.peer == best.peer && target.object == "pidfd"))
      best = target;
    if (best.peer == Peer::socket_remote) break;
  }
  return best;
}

DescriptorTarget Descriptors::Cache::watched_by_epoll(pid_t pid, int fd, const ProcessTree& tree,
                                                      int depth) {
  const auto fdinfo = system.read(fmt::format("/proc/{}/fdinfo/{}", pid, fd));
  if (!fdinfo) return {};
  return look_at_all(pid, epoll_members(*fdinfo), tree, depth);
}

DescriptorTarget Descriptors::watched(pid_t pid, pid_t, const WaitFacts& facts,
                                      const ProcessTree& tree) {
  if (!facts.args_known || !watches(facts.call)) return {};
  if (facts.call.starts_with("epoll"))
    return cache_->watched_by_epoll(pid, static_cast<int>(facts.args[0]), tree, 0);
  const auto fds = facts.call.ends_with("poll") ? polled(cache_->system, pid, facts)
                                                : selected(cache_->system, pid, facts);
  return fds ? cache_->look_at_all(pid, *fds, tree, 0) : DescriptorTarget{};
}

std::string describe_wait(WaitFacts& facts, pid_t pid, pid_t tid, const ProcessTree& tree,
                          Descriptors& descriptors) {
  if (facts.call == "futex") return "futex";
  if (facts.call == "semop" || facts.call == "semtimedop") return "semaphore";
  if (!facts.args_known) return "";
  const auto [first, second] = descriptor_arguments(facts.call);
  const auto look = [&](int argument) {
    return descriptors.look(pid, static_cast<int>(facts.args[argument]), tree);
  };
  DescriptorTarget target;
  if (watches(facts.call))
    target = descriptors.watched(pid, tid, facts, tree);
  else if (second >= 0)
    target = pick(look(first), look(second), facts.uninterruptible);
  else if (first >= 0)
    target = look(first);
  facts.peer = target.peer;
  facts.object = target.object;
  return target.object;
}

}  // namespace bottleneck
