#include "src/core/json_check.h"

#include "src/core/json_gpu.h"

namespace bottleneck {
namespace {

// Far above what a probe writes (DESIGN section 2: 4 096 windows), low enough that whoever reserves
// by them is safe.
constexpr int most_windows = 65'536;
constexpr int most_cpus = 65'536;
// Of hot code: what a probe writes is a third of it at most (probes/sched/hot_code.h). Analysis is
// quadratic in some of them.
constexpr std::size_t most_hot_code = 1'024;
constexpr std::size_t longest_body = 8'192;
constexpr std::size_t most_instructions = 65'536;
constexpr std::size_t most_samples_of_one = 2 * most_kept_samples;
constexpr std::size_t most_samples = 65'536;
constexpr std::size_t most_operands = 4;  // in memory, of one instruction: x86 has two at most

void check_instant(const Row& row, const Instant& instant) {
  row.count("working", instant.working, 0, most_threads_at_once);
  row.count("spinning", instant.spinning, 0, most_threads_at_once);
  row.count("queueing", instant.queueing, 0, most_threads_at_once);
  row.count("starved", instant.starved, 0, most_threads_at_once);
}

void check_runs(const Profile& profile) {
  require(!profile.runs.empty(), "runs", "there is none");
  require(profile.run >= 0 && static_cast<std::size_t>(profile.run) < profile.runs.size(), "run",
          fmt::format("{} points nowhere, there are {}", profile.run, profile.runs.size()));
  check_each("runs", profile.runs, [](const Row& row, const Run& run) {
    row.span("wall_s", run.wall_s);
    row.span("user_s", run.user_s);
    row.span("system_s", run.system_s);
    row.count("exit_status", run.exit_status, 0, 255);
    row.count("signal", run.signal, 0, 127);
  });
}

void check_machine(const Machine& machine) {
  require(machine.cpus_online >= 0 && machine.cpus_online <= most_cpus, "machine.cpus_online",
          "no possible number");
  require(machine.cpus_allowed >= 0 && machine.cpus_allowed <= most_cpus, "machine.cpus_allowed",
          "no possible number");
  if (machine.cpu_quota) {
    require(*machine.cpu_quota > 0 && *machine.cpu_quota <= most_cpus, "machine.cpu_quota",
            "no possible number");
  }
}

/// Whoever climbs to the launched process must arrive.
void check_parents(const std::vector<Process>& processes) {
  std::vector<bool> arrives(processes.size(), false);
  for (std::size_t start = 0; start < processes.size(); ++start) {
    std::vector<std::size_t> climbed;
    for (int at = static_cast<int>(start); at != -1 && !arrives[static_cast<std::size_t>(at)];
         at = processes[static_cast<std::size_t>(at)].parent) {
      climbed.push_back(static_cast<std::size_t>(at));
      require(climbed.size() <= processes.size(), "processes", "parents go in a circle");
    }
    for (const std::size_t one : climbed) arrives[one] = true;
  }
}

void check_tree(const Profile& profile) {
  const std::size_t processes = profile.processes.size();
  check_each("processes", profile.processes, [&](const Row& row, const Process& process) {
    row.index("parent", process.parent, processes, true);
    row.time("start_s", process.start_s);
    row.time("end_s", process.end_s);
    row.count("folded", process.folded, 1, most_threads_at_once);
  });
  check_parents(profile.processes);
  check_each("threads", profile.threads, [&](const Row& row, const Thread& thread) {
    row.index("process", thread.process, processes);
    row.time("start_s", thread.start_s);
    row.time("end_s", thread.end_s);
    row.span("cpu_s", thread.cpu_s);
    row.count("folded", thread.folded, 1, most_threads_at_once);
  });
}

void check_places(const Profile& profile) {
  check_each("locations", profile.locations, [](const Row& row, const Location& location) {
    row.count("line", location.line, 0, std::numeric_limits<int>::max());
  });
  check_each("waits", profile.waits, [&](const Row& row, const Wait& wait) {
    row.index("location", wait.location, profile.locations.size(), true);
  });
}

void check_measurement(const Row& row, const Measurement& one) {
  row.share("coverage", one.coverage);
  if (const auto* quantity = std::get_if<Quantity>(&one.result))
    for (const double value : {quantity->value, quantity->low, quantity->high})
      row.quantity("value", value);
}

void check_instruction(const Row& row, const Instruction& one) {
  row.size("memory", one.memory.size(), most_operands);
  const auto check = [&row](Register name) { row.count("register", name, no_register, x87_stack); };
  for (const Operand* operand : {&one.destination, &one.first, &one.second}) check(operand->name);
  for (const MemoryOperand& operand : one.memory) {
    check(operand.base);
    check(operand.index);
  }
}

/// Their sum must be a number, too.
void check_hits(const Row& row, const std::vector<int>& hits) {
  int left = std::numeric_limits<int>::max();
  for (const int one : hits) {
    row.count("hits", one, 0, left);
    left -= one;
  }
}

void check_sizes(const Profile& profile) {
  std::size_t instructions = 0, samples = 0;
  for (const HotCode& code : profile.hot_code) {
    instructions += code.body.size();
    samples += code.samples.size();
  }
  require(profile.hot_code.size() <= most_hot_code, "hot_code", "too many pieces");
  require(instructions <= most_instructions, "hot_code", "too many instructions in all");
  require(samples <= most_samples, "hot_code", "too many samples in all");
}

void check_hot_code(const Profile& profile) {
  check_sizes(profile);
  const std::size_t many = profile.hot_code.size();
  check_each("hot_code", profile.hot_code, [&](const Row& row, const HotCode& code) {
    row.index("parent", code.parent, many, true);
    row.count("depth", code.depth, 0, std::numeric_limits<int>::max());
    row.count("line", code.line, 0, std::numeric_limits<int>::max());
    for (const int location : code.locations)
      row.index("locations", location, profile.locations.size());
    const auto as_long = [&](const char* key, std::size_t size) {
      row.count(key, static_cast<int>(size), static_cast<int>(code.body.size()),
                static_cast<int>(code.body.size()));
    };
    row.size("body", code.body.size(), longest_body);
    row.size("samples", code.samples.size(), most_samples_of_one);
    as_long("hits", code.hits.size());
    as_long("lines", code.lines.size());
    check_hits(row, code.hits);
    for (const int line : code.lines) row.count("lines", line, 0, std::numeric_limits<int>::max());
    row.size("outer_steps", code.outer_steps.size(), general_registers);
    for (const OuterStep& one : code.outer_steps)
      row.count("outer_steps", one.name, 0, general_registers - 1);
    for (const Instruction& one : code.body) check_instruction(row, one);
    for (const RegisterSample& sample : code.samples) {
      row.time("time", sample.time_s);
      row.index("thread", sample.thread, profile.threads.size());
      row.index("at", sample.at, code.body.size());
    }
  });
}

void check_cells(const Profile& profile) {
  const Timeline& timeline = profile.timeline;
  const auto windows = static_cast<std::size_t>(timeline.windows);
  const std::size_t threads = profile.threads.size();
  check_each("timeline.work", timeline.work, [&](const Row& row, const WorkCell& cell) {
    row.index("window", cell.window, windows);
    row.index("thread", cell.thread, threads);
    check_instant(row, cell.instant);
    row.span("seconds", cell.seconds);
  });
  check_each("timeline.code", timeline.code, [&](const Row& row, const CodeCell& cell) {
    row.index("window", cell.window, windows);
    row.index("thread", cell.thread, threads);
    row.index("location", cell.location, profile.locations.size());
    row.span("seconds", cell.seconds);
    row.count("samples", cell.samples, 0, std::numeric_limits<int>::max());
  });
  check_each("timeline.idle", timeline.idle, [&](const Row& row, const IdleCell& cell) {
    row.index("window", cell.window, windows);
    check_instant(row, cell.instant);
    row.index("thread", cell.thread, threads, true);
    row.index("wait", cell.wait, profile.waits.size(), true);
    row.span("seconds", cell.seconds);
  });
}

void check_totals(const Profile& profile) {
  const Timeline& timeline = profile.timeline;
  const auto windows = static_cast<std::size_t>(timeline.windows);
  check_each("timeline.blocked", timeline.blocked, [&](const Row& row, const BlockedCell& cell) {
    row.index("thread", cell.thread, profile.threads.size());
    row.index("wait", cell.wait, profile.waits.size(), true);
    row.span("seconds", cell.seconds);
  });
  check_each("timeline.counters", timeline.counters, [&](const Row& row, const CounterCell& cell) {
    row.index("window", cell.window, windows);
    row.index("process", cell.process, profile.processes.size());
    row.span("user_s", cell.user_s);
    row.span("system_s", cell.system_s);
  });
  check_each("timeline.system", timeline.system, [&](const Row& row, const SystemCell& cell) {
    row.index("window", cell.window, windows);
    row.span("others_busy_s", cell.others_busy_s);
    row.span("throttled_s", cell.throttled_s);
  });
}

void check_overhead(const Overhead& overhead) {
  for (const double seconds : {overhead.own_cpu_s, overhead.in_target_s, overhead.after_exit_s}) {
    require(seconds >= 0 && seconds <= longest_s, "overhead", "no possible time");
  }
  require(overhead.share >= 0, "overhead.share", "below 0");
}

}  // namespace

void check_profile(const Profile& profile) {
  check_runs(profile);
  check_machine(profile.machine);
  check_each("ceilings", profile.ceilings, check_measurement);
  check_each("measurements", profile.measurements, check_measurement);
  check_tree(profile);
  check_places(profile);
  const Timeline& timeline = profile.timeline;
  require(timeline.windows >= 0 && timeline.windows <= most_windows, "timeline.windows",
          fmt::format("{} is not within 0 and {}", timeline.windows, most_windows));
  require(timeline.window_s > 0 && timeline.window_s <= longest_s, "timeline.window_s",
          "no possible time");
  check_hot_code(profile);
  check_cells(profile);
  check_totals(profile);
  check_gpu(profile);
  check_overhead(profile.overhead);
}

}  // namespace bottleneck
