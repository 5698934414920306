#include "tests/golden/sample_reports.h"

namespace bottleneck {
namespace {

using enum Bottleneck;

Machine a_machine() {
  Machine machine;
  machine.cpu_model = "Example CPU";
  machine.kernel = "6.1.0";
  machine.cpus_online = 2;
  machine.cpus_allowed = 2;
  machine.memory_bytes = 8'000'000'000;
  machine.l2_bytes = 2'097'152;
  machine.virtualized = true;
  return machine;
}

Run a_run(double wall_s) {
  Run run;
  run.wall_s = wall_s;
  run.user_s = wall_s * 0.96;
  run.system_s = wall_s * 0.03;
  run.max_rss_bytes = 24'000'000;
  return run;
}

Location a_place(const char* function, const char* file, int line) {
  Location place;
  place.module = "/home/user/matmul";
  place.function = function;
  place.file = file;
  place.line = line;
  return place;
}

void add_tree(Profile& profile) {
  profile.processes = {{100, -1, "/home/user/matmul", "matmul", 0, 3.21, false}};
  Thread main;
  main.tid = 100;
  main.name = "matmul";
  main.end_s = 3.21;
  main.cpu_s = 3.15;
  main.switches = 12;
  main.preemptions = 40;
  Thread ticker;
  ticker.tid = 101;
  ticker.name = "progress";
  ticker.start_s = 0.01;
  ticker.end_s = 3.2;
  ticker.cpu_s = 0.001;
  ticker.ticker = true;
  ticker.switches = 32;
  profile.threads = {main, ticker};
}

void add_timeline(Profile& profile) {
  Location read = a_place("read_input", "/home/user/matmul.cpp", 30);
  read.activity = Activity::syscall;
  read.call = "read";
  read.peer = Peer::file;
  profile.locations = {a_place("multiply", "/home/user/matmul.cpp", 14),
                       a_place("multiply", "/home/user/matmul.cpp", 15), read};
  Wait sleep;
  sleep.kind = WaitKind::timer;
  sleep.call = "clock_nanosleep";
  Wait input;
  input.kind = WaitKind::file_read;
  input.call = "read";
  input.object = "/home/user/matrix.bin";
  input.peer = Peer::file;
  input.location = 2;
  profile.waits = {sleep, input};
  Timeline& timeline = profile.timeline;
  timeline.window_s = 1.605;
  timeline.windows = 2;
  timeline.work = {{0, 0, {1, 0, 0, 0}, 1.545}, {1, 0, {1, 0, 0, 0}, 1.605}};
  timeline.code = {{0, 0, 0, 1.4, 1400}, {0, 0, 2, 0.145, 140}, {1, 0, 1, 1.6000004, 1600}};
  timeline.idle = {{0, {0, 0, 0, 0}, 0, 1, 0.06}, {1, {0, 0, 0, 0}, -1, -1, 0.0001}};
  timeline.blocked = {{0, 1, 12, 0.06}, {1, 0, 32, 3.19}};
  CounterCell counters;
  counters.user_s = 3.1;
  counters.minor_faults = 37'000;
  counters.read_bytes = 8'000'000;
  timeline.counters = {counters};
  timeline.system = {{0, 0.02, 0}};
}

Profile a_matmul_profile() {
  Profile profile;
  profile.target.command = {"./matmul", "1000"};
  profile.target.environment = {"OMP_NUM_THREADS=1"};
  profile.machine = a_machine();
  profile.tier = Tier::B1;
  profile.runs = {a_run(3.21)};
  profile.probes = {
      {"perf.sampler", ProbeStatus::available, "", "", "997 Hz, user and kernel"},
      {"perf.counters", ProbeStatus::unavailable, "perf_event_open(cycles): ENOENT, no PMU here",
       "run on bare metal or a VM with vPMU", ""},
      {"sched", ProbeStatus::degraded, "kernel.perf_event_paranoid is 2",
       "sudo sysctl kernel.perf_event_paranoid=1", "switch records"}};
  profile.measurements = {
      {"memory.faults", exactly(37'000, Unit::count), "/proc/PID/stat", 1},
      {"storage.read", Quantity{8e6, 7.9e6, 8.1e6, Unit::bytes}, "/proc/PID/io", 0.5},
      {"cpu.cycles", Unavailable{"no PMU here", "run on bare metal"}, "perf_event:cycles", 1}};
  profile.ceilings = {
      {"fault.small", Quantity{2.3e-6, 2.2e-6, 2.5e-6, Unit::seconds}, "256 MB touched", 1},
      {"storage.fsync", Unavailable{"no room", "df ."}, "ceilings", 1}};
  add_tree(profile);
  add_timeline(profile);
  profile.overhead = {0.01, 0.002, 0.05, 0.004, 3140, 84, 4, 0};
  profile.notes = {"1 of 3 140 samples had no user registers"};
  return profile;
}

Where the_loop() { return {"matmul", "multiply", "/home/user/matmul.cpp", 14, 0.97}; }

std::vector<Recommendation> the_advice() {
  Recommendation chunk;
  chunk.family = Family::chunk;
  chunk.remedy = Remedy::reorder_accesses;
  chunk.action = "swap loops j and k";
  chunk.where = the_loop();
  chunk.why = "91 % of the time waits for memory";
  chunk.how = {"iterate over the column index in the inner loop"};
  chunk.prediction = {{4, 3, 11.1, Unit::ratio}, "amdahl", {"the rest stays as it is"}};
  chunk.next_limit = "compute";
  Recommendation parallelize = chunk;
  parallelize.family = Family::parallelize;
  parallelize.remedy = Remedy::spread_work;
  parallelize.action = "#pragma omp parallel for";
  parallelize.claim = Claim::conditional;
  parallelize.prediction.speedup = {1.9, 1.8, 2, Unit::ratio};
  return {chunk, parallelize};
}

/// The column walk that the verdict speaks of: add rdx, rsi behind mulsd xmm1, [rdx].
HotCode a_hot_loop() {
  HotCode code;
  code.module = "/home/user/matmul";
  code.function = "multiply";
  code.file = "/home/user/matmul.cpp";
  code.line = 14;
  code.loop = true;
  code.depth = 2;
  code.locations = {0, 1};
  const char* texts[] = {"movsd xmm1, [rax]",     "mulsd xmm1, [rdx]", "add rdx, rsi",
                         "addsd xmm0, xmm1",      "add rax, 0x08",     "cmp rax, rcx",
                         "jnz 0x0000000000001130"};
  std::uint64_t address = 0x1130;
  for (const char* text : texts) {
    Instruction& one = code.body.emplace_back();
    one.address = address;
    one.length = 4;
    one.text = text;
    address += one.length;
  }
  code.body[1].memory = {{2, no_register, 1, true, false, false, false, 8, 0}};
  code.body.back().branches = true;
  code.hits = {10, 0, 2800, 200, 5, 0, 0};
  code.lines = {14, 0, 14, 15, 14, 0, 0};
  code.samples = {{0.1, 0, 1, 2, {0, 0, 0x7f0000001000}}, {0.101, 0, 1, 2, {0, 0, 0x7f0000003000}}};
  return code;
}

HotLoop a_loop_of_the_report() {
  HotLoop loop;
  loop.share = 0.97;
  loop.kind = memory_latency;
  loop.detail = Detail::strided;
  loop.confidence = Confidence::strong;
  loop.because = "each access is more than a line from the one before, over more than L2";
  loop.evidence.samples = 3015;
  loop.evidence.irregular = {{1, 8e6, 8000, true}};
  loop.evidence.iterations_per_s = 316e6;
  loop.evidence.stall_factor = 4.1;
  loop.evidence.flops_per_s = 0.63e9;
  return loop;
}

}  // namespace

Report a_matmul_report() {
  Report report;
  report.profile = a_matmul_profile();
  report.profile.hot_code = {a_hot_loop()};
  report.hot_loops = {a_loop_of_the_report()};
  report.shares = {
      {compute, 0.0649}, {memory_latency, 0.905}, {memory_capacity, 0.0151}, {io_read, 0.004},
      {lock, 0},         {unattributed, 0.011}};
  Verdict& verdict = report.verdict;
  verdict.kind = memory_latency;
  verdict.detail = Detail::strided;
  verdict.share = 0.905;
  verdict.confidence = Confidence::strong;
  verdict.top = {memory_latency};
  verdict.where = the_loop();
  verdict.ruled_out = {{memory_bandwidth, "1.9 of 13.1 GB/s"}, {lock, "no waits"}};
  verdict.sentence = "of the time waits for a column walk: 8000 bytes from one element to the next";
  verdict.reasons = {"3 140 samples", "exact switch records"};
  report.findings = {
      {memory_latency,
       Detail::strided,
       0.905,
       Confidence::strong,
       {"stride 8000 B", "stall factor 4.1"},
       {},
       "",
       the_loop()},
      {compute, Detail::unsplit, 0.0649, Confidence::fair, {}, {"few samples"}, "", {}},
      {memory_capacity,
       Detail::first_touch,
       0.0151,
       Confidence::fair,
       {},
       {},
       "37 000 page faults",
       {}}};
  report.phases = {{0, 0.08, {{memory_capacity, 0.7}, {compute, 0.3}}},
                   {0.08, 3.13, {{memory_latency, 0.93}, {compute, 0.07}}}};
  report.parallelism = {Parallelism::serial, 1.0, 0.98, {0.06, 3.15, 0}, "1.0 of 2 CPUs"};
  report.recommendations = the_advice();
  return report;
}

Report an_idle_report() {
  Report report;
  report.profile = a_matmul_profile();
  report.profile.target.command = {"./server", "--port", "80 80"};
  report.profile.tier = Tier::D;
  report.profile.runs = {a_run(3.0), a_run(3.21), a_run(3.6)};
  report.profile.run = 1;
  report.profile.runs[1].user_s = 0.2;
  report.profile.runs[1].signal = 15;
  report.profile.runs[1].exit_status = 143;
  report.shares = {
      {sleep, 0.917}, {kernel, 0.05}, {compute, 0.03}, {io_read, 0.001}, {unattributed, 0.002}};
  report.busy_shares = {{kernel, 0.6}, {compute, 0.37}, {io_read, 0.01}, {unattributed, 0.02}};
  Verdict& verdict = report.verdict;
  verdict.kind = sleep;
  verdict.detail = Detail::for_work;
  verdict.share = 0.917;
  verdict.parallelism = Parallelism::idle;
  verdict.confidence = Confidence::weak;
  verdict.top = {sleep};
  verdict.idle = true;
  report.parallelism = {Parallelism::idle, 1, 0.08, {2.9, 0.31, 0}, ""};
  return report;
}

Report a_limited_report() {
  Report report = a_matmul_report();
  report.profile.runs.front().exit_status = 1;
  Verdict& verdict = report.verdict;
  verdict.kind = memory_capacity;
  verdict.detail = Detail::limit;
  verdict.share = report.shares.at(memory_capacity);
  verdict.top = {memory_capacity};
  verdict.ended_by = "rlimit_data";
  verdict.sentence = "it did not finish: it died at its memory limit, 287 of 300 MB (RLIMIT_DATA)";
  verdict.reasons = {"exit 1, 287 of 300 MB at the last looks"};
  for (Finding& finding : report.findings)
    if (finding.kind == memory_capacity) finding.supports = {"page faults", verdict.sentence};
  Recommendation pieces;
  pieces.family = Family::chunk;
  pieces.remedy = Remedy::work_in_pieces;
  pieces.action = "work in pieces that fit in memory";
  pieces.where = the_loop();
  pieces.why = verdict.sentence;
  pieces.claim = Claim::conditional;
  pieces.promise = "completes";
  pieces.prediction = {exactly(1, Unit::ratio), "none", {"peak memory: the size of a piece"}};
  report.recommendations = {pieces};
  return report;
}

Report a_hostile_report() {
  Report report = a_matmul_report();
  report.profile.target.command = {"./a\nb", "\x1b[31mred", "it's", "</script>"};
  report.profile.processes[0].name = "caf\xe9";
  report.profile.threads[0].name = "\x1b]0;title\x07";
  report.profile.locations[0].function = "operator<\xff\xfe(int)";
  report.profile.hot_code[0].function = "</td>\x1b[31m";
  report.profile.waits[1].object = "/tmp/\xe4\xb8\xad\xe6\x96\x87 \xf0\x9f\x98\x80\t\x7f";
  report.verdict.where.function = "evil\r\x1b[2J\xe2\x80\xae";
  report.verdict.where.file = "/src/\xc0\xaf.cpp";
  report.verdict.sentence = "of the time\nis spent in <b>bold</b>";
  report.recommendations[0].action = "use\x01this";
  return report;
}

}  // namespace bottleneck
