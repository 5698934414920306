#include "src/launch/probe_set.h"

#include <algorithm>
#include <limits>

#include "probes/clock.h"
#include "src/core/error.h"

namespace bottleneck {
namespace {

std::int64_t interval_ns(const Probe& probe) {
  return std::chrono::nanoseconds(probe.tick_interval()).count();
}

}  // namespace

void ProbeSet::guard(Driven& driven, const std::function<void(Probe&)>& call) {
  auto give_up = [&](std::string reason, std::string remedy) {
    driven.alive = false;
    driven.state.status = ProbeStatus::unavailable;
    driven.state.reason = std::move(reason);
    driven.state.remedy = std::move(remedy);
    driven.probe.reset();  // lets go of its events: the target no longer pays for them
  };
  try {
    call(*driven.probe);
  } catch (const Error& error) {
    give_up(error.why.empty() ? error.what : error.what + ": " + error.why, error.fix);
  } catch (const std::exception& error) {
    give_up(std::string("failed: ") + error.what(), "");
  }
}

void ProbeSet::for_alive(const std::function<void(Probe&)>& call) {
  for (Driven& driven : driven_)
    if (driven.alive) guard(driven, call);
}

ProbeSet::ProbeSet(const System& system, std::vector<std::unique_ptr<Probe>> probes) {
  for (std::unique_ptr<Probe>& probe : probes) {
    Driven& driven = driven_.emplace_back();
    driven.probe = std::move(probe);
    driven.alive = true;
    driven.keeps_tree = driven.probe->keeps_tree();
    const std::string name(driven.probe->name());
    guard(driven, [&](Probe& asked) { driven.state = asked.check(system); });
    driven.state.name = name;
    if (driven.alive && driven.state.status == ProbeStatus::unavailable)
      driven.alive = driven.probe->may_yet_see();
  }
}

/// An earlier one of its kind lives.
bool ProbeSet::is_stand_in(const Driven& driven) const {
  if (!driven.keeps_tree) return false;
  const auto first = std::find_if(driven_.begin(), driven_.end(), [](const Driven& other) {
    return other.alive && other.keeps_tree;
  });
  return first != driven_.end() && &*first != &driven;
}

std::vector<std::string> ProbeSet::prepare(const std::string& program,
                                           const std::vector<std::string>& environment) {
  std::vector<std::string> settings;
  // Each sees what those before it set: two may want something preloaded.
  std::vector<std::string> so_far = environment;
  for (Driven& driven : driven_) {
    if (!driven.alive || is_stand_in(driven)) continue;
    guard(driven, [&](Probe& probe) {
      for (std::string& setting : probe.prepare(program, so_far)) {
        const std::string name = setting.substr(0, setting.find('=') + 1);
        std::erase_if(so_far, [&](const std::string& entry) { return entry.starts_with(name); });
        so_far.push_back(setting);
        settings.push_back(std::move(setting));
      }
    });
  }
  return settings;
}

void ProbeSet::attach(ProcessTree& tree) {
  for (Driven& driven : driven_) {
    if (!driven.alive) continue;
    if (is_stand_in(driven)) {
      driven.alive = false;
      driven.needless = true;
      continue;
    }
    guard(driven, [&](Probe& probe) { probe.attach(tree); });
  }
}

void ProbeSet::target_started(std::int64_t now_ns) {
  for_alive([&](Probe& probe) { probe.target_started(now_ns); });
  for (Driven& driven : driven_)
    if (driven.alive) driven.next_ns = now_ns + interval_ns(*driven.probe);
}

void ProbeSet::target_exited(ProcessTree& tree, std::int64_t now_ns) {
  for_alive([&](Probe& probe) { probe.target_exited(tree, now_ns); });
}

void ProbeSet::add_wake_fds(std::vector<pollfd>& polled) const {
  for (const Driven& driven : driven_) {
    if (!driven.alive) continue;
    for (int fd : driven.probe->wake_fds())
      if (!hung_up_.contains(fd)) polled.push_back({fd, POLLIN, 0});
  }
}

std::int64_t ProbeSet::next_tick_ns() const {
  std::int64_t first = std::numeric_limits<std::int64_t>::max();
  for (const Driven& driven : driven_)
    if (driven.alive && interval_ns(*driven.probe) > 0) first = std::min(first, driven.next_ns);
  return first;
}

void ProbeSet::tick(ProcessTree& tree, const std::vector<pollfd>& polled, std::int64_t now_ns) {
  std::set<int> ready;
  for (const pollfd& entry : polled)
    if (entry.revents != 0) ready.insert(entry.fd);
  for (Driven& driven : driven_) {
    if (!driven.alive) continue;
    std::int64_t interval = interval_ns(*driven.probe);
    bool due = interval > 0 && now_ns >= driven.next_ns;
    std::vector<int> fds = driven.probe->wake_fds();
    bool woken = std::any_of(fds.begin(), fds.end(), [&](int fd) { return ready.contains(fd); });
    if (!due && !woken) continue;
    guard(driven, [&](Probe& probe) { probe.tick(tree); });
    if (!due) continue;
    driven.next_ns += interval;
    if (driven.next_ns <= now_ns)
      driven.next_ns = now_ns + interval;  // stopped by Ctrl-Z: nothing to make up for
  }
  for (const pollfd& entry : polled)
    if (entry.revents & (POLLHUP | POLLERR | POLLNVAL)) hung_up_.insert(entry.fd);
}

void ProbeSet::tick_all(ProcessTree& tree) {
  for_alive([&](Probe& probe) { probe.tick(tree); });
}

bool ProbeSet::keeps_tree() const {
  return std::any_of(driven_.begin(), driven_.end(),
                     [](const Driven& driven) { return driven.alive && driven.keeps_tree; });
}

void ProbeSet::finish(Profile& profile, const std::function<void()>& after_tree) {
  for (const Driven& driven : driven_)
    if (!driven.needless) profile.probes.push_back(driven.state);
  bool tree_told = false;
  for (Driven& driven : driven_) {
    if (!driven.keeps_tree && !tree_told) {
      tree_told = true;
      after_tree();
    }
    // A probe may refine its own row; if it fails, what it said of itself no longer holds.
    if (driven.alive) guard(driven, [&](Probe& probe) { probe.finish(profile); });
    if (driven.alive || driven.needless) continue;
    for (ProbeState& row : profile.probes)
      if (row.name == driven.state.name) row = driven.state;
  }
  if (!tree_told) after_tree();
}

}  // namespace bottleneck
