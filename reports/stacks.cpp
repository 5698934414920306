#include "reports/stacks.h"

#include <map>

#include <fmt/format.h>

#include "reports/sections.h"
#include "src/core/words.h"

namespace bottleneck {
namespace {

/// The row of this index, or null.
template <typename T>
const T* row_at(const std::vector<T>& rows, int index) {
  return index >= 0 && static_cast<std::size_t>(index) < rows.size()
             ? &rows[static_cast<std::size_t>(index)]
             : nullptr;
}

std::vector<StackFrame> frames_of_process(const Profile& profile, int thread) {
  const Thread* row = row_at(profile.threads, thread);
  const Process* process = row ? row_at(profile.processes, row->process) : nullptr;
  return {{process && !process->name.empty() ? process->name : "unknown process", "", 0, ""}};
}

void add_place(std::vector<StackFrame>& frames, const Location& at) {
  if (!at.caller.empty() && at.caller != at.function) frames.push_back({at.caller, "", 0, ""});
  frames.push_back({name_frame(at), at.file, at.line, at.module});
  if (at.activity == Activity::user) return;
  const bool call = at.activity == Activity::syscall && !at.call.empty();
  frames.push_back(
      {call ? at.call + " call" : std::string(to_string(at.activity)), "", 0, "[kernel]"});
}

}  // namespace

std::string name_frame(const Location& at) {
  if (!at.function.empty()) return at.function;
  return at.module.empty() ? "unknown" : name_file(at.module);
}

std::vector<Stack> collect_stacks(const Profile& profile) {
  std::map<std::pair<int, int>, Stack> on_cpu, blocked;
  for (const CodeCell& cell : profile.timeline.code) {
    const Location* at = row_at(profile.locations, cell.location);
    if (!at) continue;
    Stack& stack = on_cpu[{cell.thread, cell.location}];
    if (stack.frames.empty()) {
      stack.frames = frames_of_process(profile, cell.thread);
      add_place(stack.frames, *at);
      stack.thread = cell.thread;
    }
    stack.cpu_s += cell.seconds;
    stack.samples += static_cast<std::uint64_t>(std::max(0, cell.samples));
  }
  for (const BlockedCell& cell : profile.timeline.blocked) {
    Stack& stack = blocked[{cell.thread, cell.wait}];
    if (stack.frames.empty()) {
      stack.frames = frames_of_process(profile, cell.thread);
      stack.thread = cell.thread;
      const Wait* wait = row_at(profile.waits, cell.wait);
      if (const Location* at = wait ? row_at(profile.locations, wait->location) : nullptr)
        add_place(stack.frames, *at);
      stack.frames.push_back(
          {wait ? fmt::format("waits: {}", to_string(wait->kind)) : std::string("waits"), "", 0,
           "[kernel]"});
    }
    stack.blocked_s += cell.seconds;
  }
  std::vector<Stack> all;
  for (auto& [key, stack] : on_cpu) all.push_back(std::move(stack));
  for (auto& [key, stack] : blocked) all.push_back(std::move(stack));
  return all;
}

}  // namespace bottleneck
