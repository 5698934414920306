// What a saved profile holds: each row described once, used for writing and for reading, so that
// both agree. A codec has: operator()(key, value), time(key, seconds), word(key, enumerator). Keys
// are the field names. It does not say which values make sense: json_check.h does.
#pragma once

#include <concepts>
#include <type_traits>

#include "src/core/profile.h"

namespace bottleneck {

template <typename T, typename Row>
concept Like = std::same_as<std::remove_const_t<T>, Row>;

void describe(auto& codec, Like<Target> auto& target) {
  codec("command", target.command);
  codec("directory", target.directory);
  codec("environment", target.environment);
}

void describe(auto& codec, Like<Machine> auto& machine) {
  codec("cpu_model", machine.cpu_model);
  codec("kernel", machine.kernel);
  codec("cpus_online", machine.cpus_online);
  codec("cpus_allowed", machine.cpus_allowed);
  codec("cpu_quota", machine.cpu_quota);
  codec("memory_bytes", machine.memory_bytes);
  codec("memory_limit_bytes", machine.memory_limit_bytes);
  codec("l2_bytes", machine.l2_bytes);
  codec("virtualized", machine.virtualized);
}

void describe(auto& codec, Like<Run> auto& run) {
  codec.time("wall_s", run.wall_s);
  codec.time("user_s", run.user_s);
  codec.time("system_s", run.system_s);
  codec("max_rss_bytes", run.max_rss_bytes);
  codec("exit_status", run.exit_status);
  codec("signal", run.signal);
  codec("timed_out", run.timed_out);
  codec("interrupted", run.interrupted);
}

void describe(auto& codec, Like<Overhead> auto& overhead) {
  codec.time("own_cpu_s", overhead.own_cpu_s);
  codec.time("in_target_s", overhead.in_target_s);
  codec.time("after_exit_s", overhead.after_exit_s);
  codec("share", overhead.share);
  codec("samples", overhead.samples);
  codec("switch_records", overhead.switch_records);
  codec("task_records", overhead.task_records);
  codec("lost_records", overhead.lost_records);
}

void describe(auto& codec, Like<ProbeState> auto& probe) {
  codec("name", probe.name);
  codec.word("state", probe.status);
  codec("reason", probe.reason);
  codec("remedy", probe.remedy);
  codec("detail", probe.detail);
}

void describe(auto& codec, Like<Process> auto& process) {
  codec("pid", process.pid);
  codec("parent", process.parent);
  codec("executable", process.executable);
  codec("name", process.name);
  codec.time("start_s", process.start_s);
  codec.time("end_s", process.end_s);
  codec("still_running", process.still_running);
  codec("folded", process.folded);
}

void describe(auto& codec, Like<Thread> auto& thread) {
  codec("process", thread.process);
  codec("tid", thread.tid);
  codec("name", thread.name);
  codec.time("start_s", thread.start_s);
  codec.time("end_s", thread.end_s);
  codec.time("cpu_s", thread.cpu_s);
  codec("ticker", thread.ticker);
  codec("switches", thread.switches);
  codec("preemptions", thread.preemptions);
  codec("folded", thread.folded);
}

void describe(auto& codec, Like<Location> auto& location) {
  codec("module", location.module);
  codec("function", location.function);
  codec("file", location.file);
  codec("line", location.line);
  codec("caller", location.caller);
  codec.word("activity", location.activity);
  codec("call", location.call);
  codec.word("peer", location.peer);
  codec.word("role", location.role);
  codec("after_syscall", location.after_syscall);
  codec("no_file", location.no_file);
}

void describe(auto& codec, Like<Wait> auto& wait) {
  codec.word("kind", wait.kind);
  codec("call", wait.call);
  codec("object", wait.object);
  codec("kernel_function", wait.kernel_function);
  codec.word("peer", wait.peer);
  codec("location", wait.location);
}

}  // namespace bottleneck
