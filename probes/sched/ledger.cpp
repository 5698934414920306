#include "probes/sched/ledger.h"

#include <algorithm>
#include <array>

#include "probes/sched/instruction_bytes.h"
#include "src/core/runtimes.h"

namespace bottleneck::sched {
namespace {

/// Futex addresses whose data symbol is remembered.
constexpr std::size_t max_data_symbols = 4096;

/// Calls whose first argument is the descriptor that says what kind of kernel time it is.
constexpr std::array<std::string_view, 20> descriptor_calls = {
    "read",      "write",     "pread64",  "pwrite64", "readv",   "writev", "sendto",
    "recvfrom",  "sendmsg",   "recvmsg",  "preadv",   "pwritev", "fsync",  "fdatasync",
    "ftruncate", "fallocate", "sendmmsg", "recvmmsg", "accept",  "accept4"};

bool takes_descriptor(std::string_view call) {
  return std::find(descriptor_calls.begin(), descriptor_calls.end(), call) !=
         descriptor_calls.end();
}

bool is_lock_call(std::string_view call) {
  return call == "futex" || call == "flock" || call == "semop" || call == "semtimedop";
}

}  // namespace

Ledger::Ledger(const System& system, ProcessTree& process_tree, std::uint32_t root,
               bool kernel_seen)
    : tree(process_tree),
      files(system),
      symbols(system),
      tasks(root, 0),
      places(tasks, symbols),
      cells(tasks),
      sweep(tasks, places, cells, waits.all(), kernel_seen),
      descriptors(system) {
  tasks.set_files(files);
}

int Ledger::user_place(int index, const perf::Sample& sample) {
  const ProcessInfo& owner = process(thread(index).process);
  const int place = places.user(thread(index).process, sample);
  // One thread alone waits for nobody.
  if (places[place].spins && owner.live_threads > 1) return places.as_lock(place);
  if (!places[place].after_lock_prefix || !sample.registers_known ||
      !waits.anything_contended(owner.pid))
    return place;
  for (std::uint64_t value : sample.registers)
    if (waits.contended(owner.pid, value)) return places.as_lock(place);
  return place;
}

int Ledger::user_sample(int index, const perf::Sample& sample, std::int64_t at_ns) {
  const int place = user_place(index, sample);
  registers.add(index, thread(index).tid, place, at_ns, sample);
  return place;
}

int Ledger::kernel_place(int index, const perf::Sample& sample, const KernelPlace& at) {
  const std::uint32_t pid = process(thread(index).process).pid;
  Peer peer = Peer::unknown;
  Role role = Role::work;
  if (sample.registers_known) {
    const std::uint64_t first = sample.registers[perf::di];
    if (takes_descriptor(at.call))
      peer = descriptors.look(static_cast<pid_t>(pid), static_cast<int>(first), tree).peer;
    if (is_lock_call(at.call) && waits.contended(pid, at.call == "futex" ? first : 0))
      role = Role::lock;
  }
  return places.kernel(thread(index).process, sample, at, peer, role);
}

/// The number is no longer in a register, but in the instruction that loaded it, shortly before
/// `syscall`.
std::string Ledger::left_call(int process_index, const perf::Sample& sample) {
  if (!sample.registers_known) return {};
  const std::uint64_t ip = sample.registers[perf::ip];
  const Mapping* mapping = process(process_index).space.find(ip);
  if (!mapping) return {};
  const auto code = symbols.bytes_before(tasks.module_path(mapping->module),
                                         ip - mapping->start + mapping->file_offset, 32);
  if (code.size() < 7 || !ends_with_syscall(code)) return {};
  for (std::size_t at = code.size() - 7; at > 0; --at)  // mov imm32, %eax
    if (code[at] == 0xb8 && code[at + 3] == 0 && code[at + 4] == 0)
      return system_call_name(code[at + 1] | code[at + 2] << 8);
  return {};
}

std::string Ledger::data_symbol_at(int process_index, std::uint64_t address) {
  const auto [it, fresh] = data_symbols_.try_emplace({process_index, address});
  if (!fresh) return it->second;
  if (data_symbols_.size() > max_data_symbols) data_symbols_.clear();
  const ProcessInfo& owner = process(process_index);
  const std::string& path = tasks.module_path(owner.executable);
  std::string name;
  for (const auto& [start, mapping] : owner.space.all()) {
    if (mapping.module != owner.executable) continue;
    const std::uint64_t bias = start - symbols.virtual_address(path, mapping.file_offset);
    name = symbols.data_symbol(path, address - bias);
    if (!name.empty()) break;
  }
  data_symbols_[{process_index, address}] = name;
  return name;
}

int Ledger::intern_wait(int process_index, WaitFacts& facts, const std::string& object, int place,
                        std::int64_t at_ns) {
  if (place >= 0) facts.module = as_target_sees(tasks.module_path(places[place].module));
  if (facts.call == "futex" && facts.args_known) {
    const std::string symbol = data_symbol_at(process_index, facts.args[0]);
    if (!runtime_lock_name(symbol).empty()) facts.lock_object = symbol;
  }
  if (is_lock(classify_wait(facts)))
    waits.lock_waited(process(process_index).pid, facts.call == "futex" ? facts.args[0] : 0, at_ns);
  const bool timed = facts.call == "futex" && facts.args_known && facts.args[3] != 0;
  return waits.intern(facts, timed ? timed_futex : object, place);
}

int Ledger::polled_wait(int index, PolledWait& polled, std::int64_t at_ns) {
  perf::Sample at;
  at.ip = polled.user_ip;
  const int owner = thread(index).process;
  const int place = at.ip ? places.user(owner, at) : -1;
  return intern_wait(owner, polled.facts, polled.object, place, at_ns);
}

/// Threads by their row (a folded one's samples go to the first row: they are apart by stretch),
/// and places by their Location.
void Ledger::finish_hot_code(Profile& profile, HotCodes& hot, const std::vector<int>& location_of) {
  std::map<int, int> row_of;
  for (std::size_t i = 0; i < profile.threads.size(); ++i)
    row_of.try_emplace(profile.threads[i].tid, static_cast<int>(i));
  for (HotCode& code : hot.all)
    for (RegisterSample& sample : code.samples) {
      const auto row = row_of.find(sample.thread);
      sample.thread = row == row_of.end() ? 0 : row->second;
    }
  for (std::size_t place = 0; place < location_of.size(); ++place) {
    if (hot.of_place[place] < 0) continue;
    auto& of = hot.all[static_cast<std::size_t>(hot.of_place[place])].locations;
    if (std::find(of.begin(), of.end(), location_of[place]) == of.end())
      of.push_back(location_of[place]);
  }
  profile.hot_code = std::move(hot.all);
  profile.notes.insert(profile.notes.end(), hot.notes.begin(), hot.notes.end());
}

void Ledger::finish(Profile& profile, std::int64_t start_ns, std::int64_t end_ns) {
  sweep.finish(end_ns);
  std::vector<int> location_of;
  HotCodes hot = find_hot_code(places.all(), registers, tasks, symbols, start_ns);
  profile.locations = places.resolve(location_of, hot.of_place);
  cells.finish(profile, location_of, start_ns, end_ns);
  finish_hot_code(profile, hot, location_of);
  profile.waits = waits.all();
  for (Wait& wait : profile.waits)
    wait.location = wait.location < 0 ? -1 : location_of[static_cast<std::size_t>(wait.location)];
  if (places.without_lines())
    profile.notes.emplace_back(
        "much debug information: lines were looked up for the places with most samples only");
  if (places.folded())
    profile.notes.emplace_back(
        "more than 20 000 places of code: further ones are known by page only");
}

}  // namespace bottleneck::sched
