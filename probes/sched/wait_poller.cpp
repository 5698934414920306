#include "probes/sched/wait_poller.h"

#include <array>
#include <charconv>
#include <span>
#include <string_view>
#include <unordered_map>

#include <fmt/format.h>

namespace bottleneck {
namespace {

// Three files each; above that they are opened anew at each poll. The usual limit of descriptors is
// 1024.
constexpr std::size_t most_kept = 128;

struct Files {
  Files(const System& system, pid_t pid, pid_t tid)
      : call(system, fmt::format("/proc/{}/task/{}/syscall", pid, tid)),
        function(system, fmt::format("/proc/{}/task/{}/wchan", pid, tid)),
        stat(system, fmt::format("/proc/{}/task/{}/stat", pid, tid)) {}
  KeptFile call;
  KeptFile function;
  KeptFile stat;
};

/// The next number of "0 0x3 0x7ffe... 0x20000 ... SP PC".
std::optional<std::uint64_t> next_number(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  const bool hexadecimal = text.starts_with("0x");
  if (hexadecimal) text.remove_prefix(2);
  std::uint64_t number = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number, hexadecimal ? 16 : 10);
  if (error != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

/// false: running, or not to be understood. "-1 SP PC" is outside of any call: a page fault, or
/// preempted.
bool parse_call(std::string_view text, PolledWait& wait) {
  if (text.starts_with("running")) return false;
  const bool outside = text.starts_with("-1");
  wait.facts.page_fault = outside;
  if (outside) {
    text.remove_prefix(2);
  } else {
    const auto number = next_number(text);
    if (!number) return false;
    wait.facts.call = system_call_name(static_cast<int>(*number));
    for (std::uint64_t& argument : wait.facts.args) {
      const auto value = next_number(text);
      if (!value) return false;
      argument = *value;
    }
    wait.facts.args_known = !wait.facts.call.empty();
  }
  const auto stack = next_number(text), instruction = next_number(text);
  if (stack && instruction) wait.user_ip = *instruction;
  return true;
}

/// The letter behind the name, which may hold blanks and parentheses itself; '?' if there is none.
char state_in(std::string_view stat) {
  const std::size_t close = stat.rfind(')');
  return close != std::string_view::npos && close + 2 < stat.size() ? stat[close + 2] : '?';
}

}  // namespace

struct WaitPoller::Open {
  explicit Open(const System& given) : system(given), descriptors(given) {}
  std::optional<PolledWait> read(const Files&);
  std::optional<PolledWait> read_kept(pid_t pid, pid_t tid);

  System system;
  Descriptors descriptors;
  std::unordered_map<pid_t, Files> kept;
};

std::optional<PolledWait> WaitPoller::Open::read(const Files& files) {
  std::array<char, 1024> buffer;
  PolledWait wait;
  const auto call = files.call.read(buffer);
  if (!call || !parse_call(*call, wait)) return std::nullopt;
  const auto stat = files.stat.read(buffer);
  const char state = stat ? state_in(*stat) : '?';
  // A thread that was seen in a call and is runnable now has just been woken: nothing to say about
  // it.
  if (state == 'R' || state == 'Z' || state == 'X' || state == '?') return std::nullopt;
  wait.facts.uninterruptible = state == 'D';
  wait.facts.page_fault = wait.facts.page_fault && state == 'D';
  const auto function = files.function.read(buffer);
  if (function && *function != "0") wait.facts.kernel_function = std::string(*function);
  if (state == 'T' || state == 't') wait.facts.kernel_function = "do_signal_stop";
  return wait;
}

std::optional<PolledWait> WaitPoller::Open::read_kept(pid_t pid, pid_t tid) {
  std::array<char, 1024> buffer;
  auto found = kept.find(tid);
  if (found != kept.end() && !found->second.call.read(buffer)) {
    kept.erase(found);  // that thread has ended; its number may be another's by now
    found = kept.end();
  }
  if (found != kept.end()) return read(found->second);
  Files files(system, pid, tid);
  if (!files.call.is_open() || !files.stat.is_open()) return std::nullopt;
  if (kept.size() >= most_kept) return read(files);
  return read(kept.emplace(tid, std::move(files)).first->second);
}

WaitPoller::WaitPoller(const System& system) : open_(std::make_unique<Open>(system)) {}
WaitPoller::~WaitPoller() = default;

std::optional<PolledWait> WaitPoller::poll(pid_t pid, pid_t tid, const ProcessTree& tree) {
  auto wait = open_->read_kept(pid, tid);
  if (wait) wait->object = describe_wait(wait->facts, pid, tid, tree, open_->descriptors);
  return wait;
}

void WaitPoller::forget(pid_t tid) { open_->kept.erase(tid); }

}  // namespace bottleneck
