#include "probes/gpu/gpu_timeline.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include <fmt/format.h>

#include "probes/code/demangle.h"
#include "probes/gpu/fold_operations.h"
#include "probes/gpu/occupancy.h"

namespace bottleneck::gpu {
namespace {

using inject::GpuRecord;
using inject::RecordKind;

/// Calls that take less are nobody's time. As in the OpenCL layer.
constexpr std::uint64_t least_call_ns = 5'000;
/// What one record costs the target. OpenCL: bench/gpu_layer.py on a quiet machine, 5.63 us for a
/// command against 4.28 us without the layer (PoCL on 2 CPUs, an AMD EPYC; docs/gpu.md). CUPTI:
/// assumed, for no GPU was at hand; research/gpu.md section 2 has what others measured.
constexpr double opencl_record_cost_s = 1.4e-6;
constexpr double cupti_record_cost_s = 2.0e-6;
/// Notes that are told word for word.
constexpr std::size_t most_notes = 20;

GpuKind kind_of(RecordKind kind) {
  switch (kind) {
    case RecordKind::h2d:
      return GpuKind::h2d;
    case RecordKind::d2h:
      return GpuKind::d2h;
    case RecordKind::d2d:
      return GpuKind::d2d;
    case RecordKind::p2p:
      return GpuKind::p2p;
    case RecordKind::memset:
      return GpuKind::memset;
    case RecordKind::graph:
      return GpuKind::graph;
    case RecordKind::sync:
      return GpuKind::sync;
    case RecordKind::api:
      return GpuKind::api;
    case RecordKind::map:
      return GpuKind::map;
    case RecordKind::overhead:
      return GpuKind::overhead;
    default:
      return GpuKind::kernel;
  }
}

bool on_device(RecordKind kind) { return kind >= RecordKind::h2d && kind <= RecordKind::graph; }

/// A call of CUDA's, to be joined to what it launched.
struct Call {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::uint32_t thread = 0;
  std::uint32_t name = 0;
  bool launched = false;  ///< something on the device, or a wait, is told of it
};

/// One file on its way into the timeline.
class Joiner {
 public:
  Joiner(const TraceFile& file, GpuSource source, std::int64_t start_ns, Profile& profile)
      : file_(file), source_(source), start_ns_(start_ns), profile_(profile) {
    find_process();
    for (const inject::GpuDeviceFacts& facts : file.devices()) add_device(facts);
  }

  void join() {
    if (source_ == GpuSource::cupti) file_.for_each([this](const GpuRecord& one) { learn(one); });
    GpuTimeline& gpu = profile_.gpu;
    const std::uint64_t torn = file_.for_each([this](const GpuRecord& one) { take(one); });
    for (const auto& [correlation, call] : calls_) add_call(correlation, call);
    gpu.torn += torn;
    gpu.dropped += file_.dropped() + file_.vendor_dropped();
    // Every OpenCL command has its place before it runs, so what is missing shows as torn.
    if (!file_.closed() && (source_ == GpuSource::cupti || torn > 0)) gpu.truncated = true;
    gpu.tracing_s += static_cast<double>(records_) *
                     (source_ == GpuSource::cupti ? cupti_record_cost_s : opencl_record_cost_s);
  }

 private:
  void find_process() {
    for (std::size_t i = 0; i < profile_.processes.size(); ++i)
      if (profile_.processes[i].pid == static_cast<int>(file_.process()))
        process_ = static_cast<int>(i);
    if (process_ < 0)
      tell("operations of processes that have no row of their own are those of the first");
    for (std::size_t i = 0; i < profile_.threads.size(); ++i)
      if (profile_.threads[i].process == process_)
        threads_[static_cast<std::uint32_t>(profile_.threads[i].tid)] = static_cast<int>(i);
  }

  void add_device(const inject::GpuDeviceFacts& facts) {
    GpuDevice device;
    device.source = source_;
    device.name = facts.name;
    device.simulated = facts.flags & inject::device_simulated;
    device.host_memory = facts.flags & inject::device_host_memory;
    device.is_cpu = facts.flags & inject::device_is_cpu;
    device.multiprocessors = static_cast<int>(facts.multiprocessors);
    device.memory_bandwidth = static_cast<double>(facts.memory_bandwidth);
    device.copy_engines = static_cast<int>(facts.copy_engines);
    device.link_bandwidth = static_cast<double>(facts.link_bandwidth);
    facts_[facts.id] = facts;
    devices_[facts.id] = place_of(device, facts.id);
  }

  /// The same device of another process is the same.
  int place_of(const GpuDevice& device, std::uint32_t id) {
    auto& devices = profile_.gpu.devices;
    std::uint32_t alike = 0;  // two of one name are told apart by their numbers
    for (std::size_t i = 0; i < devices.size(); ++i) {
      if (devices[i].source != device.source || devices[i].name != device.name) continue;
      std::uint32_t before = 0;
      for (const auto& [other, facts] : facts_)
        if (other < id && device.name == facts.name) ++before;
      if (alike++ == before) return static_cast<int>(i);
    }
    devices.push_back(device);
    return static_cast<int>(devices.size()) - 1;
  }

  int device_of(std::uint32_t id) {
    const auto found = devices_.find(id);
    if (found != devices_.end()) return found->second;
    GpuDevice unknown;
    unknown.source = source_;
    return devices_[id] = place_of(unknown, id);
  }

  int name_of(std::uint32_t offset) {
    const auto [found, is_new] = names_.try_emplace(offset, -1);
    const std::string text = is_new ? file_.name(offset) : "";
    if (text.empty()) return found->second;
    auto& names = profile_.gpu.names;
    const std::string readable = demangle(text);
    const auto place = std::find(names.begin(), names.end(), readable);
    found->second = static_cast<int>(place - names.begin());
    if (place == names.end()) names.push_back(readable);
    return found->second;
  }

  int thread_of(std::uint32_t tid) const {
    const auto found = threads_.find(tid);
    return found == threads_.end() ? -1 : found->second;
  }

  double since_exec(std::uint64_t at_ns) const {
    return static_cast<double>(static_cast<std::int64_t>(at_ns) - start_ns_) * 1e-9;
  }

  void learn(const GpuRecord& record) {
    if (record.kind == RecordKind::api && record.correlation != 0)
      calls_[record.correlation] = {record.start, record.end, record.thread, record.name, false};
  }

  void take(const GpuRecord& record) {
    if (record.kind == RecordKind::none) return;
    ++records_;
    if (record.kind == RecordKind::note || record.kind == RecordKind::unhandled)
      return add_note(record);
    if (record.kind == RecordKind::alloc) return;
    if (record.kind == RecordKind::api && calls_.contains(record.correlation)) return;
    if (record.flags & inject::record_no_time || record.end == 0) {
      ++profile_.gpu.without_time;
      const auto call = calls_.find(record.correlation);
      if (call != calls_.end()) call->second.launched = true;
      return;
    }
    add(record);
  }

  void add(const GpuRecord& record) {
    GpuOperation one;
    one.kind = kind_of(record.kind);
    one.device = device_of(record.device);
    one.stream = static_cast<int>(record.stream);
    one.process = std::max(process_, 0);
    one.thread = thread_of(record.thread);
    one.start_s = since_exec(record.start);
    one.end_s = since_exec(record.end);
    if (record.queued > 0) one.queued_s = since_exec(record.queued);
    one.bytes = record.bytes;
    one.source = static_cast<GpuMemory>(record.source);
    one.destination = static_cast<GpuMemory>(record.destination);
    one.asynchronous = record.flags & inject::record_asynchronous;
    one.from_graph = record.flags & inject::record_from_graph;
    one.name = name_of(record.name);
    one.correlation = record.correlation;
    one.content = record.content;
    one.work_items = record.work_items;
    const auto facts = facts_.find(record.device);
    if (record.kind == RecordKind::kernel && facts != facts_.end())
      one.occupancy = occupancy_of(record, facts->second);
    const auto call = calls_.find(record.correlation);
    if (call != calls_.end()) join_call(record, call->second, one);
    push(one);
  }

  /// A launch is queued as its call begins; a wait is as long as its call; and a copy that ended
  /// within its call was waited for there.
  void join_call(const GpuRecord& record, Call& call, GpuOperation& one) {
    one.thread = thread_of(call.thread);
    if (on_device(record.kind)) {
      one.queued_s = since_exec(call.begin);
      const bool waited = record.kind != RecordKind::kernel && record.kind != RecordKind::graph &&
                          record.end <= call.end && !call.launched;
      if (waited) add_wait(record, call, one);
    } else if (record.kind == RecordKind::sync) {
      if (call.launched) return;  // told once
      one.start_s = one.queued_s = since_exec(call.begin);
      one.end_s = since_exec(call.end);
      one.name = name_of(call.name);
    }
    call.launched = true;
  }

  void add_wait(const GpuRecord& record, const Call& call, const GpuOperation& copy) {
    GpuOperation wait;
    wait.kind = GpuKind::sync;
    wait.device = copy.device;
    wait.stream = copy.stream;
    wait.process = copy.process;
    wait.thread = copy.thread;
    wait.start_s = wait.queued_s = since_exec(call.begin);
    wait.end_s = since_exec(call.end);
    wait.name = name_of(call.name);
    wait.correlation = record.correlation;
    push(wait);
  }

  void add_call(std::uint64_t correlation, const Call& call) {
    if (call.launched || call.end - call.begin < least_call_ns) return;
    GpuOperation one;
    one.kind = GpuKind::api;
    one.device = devices_.empty() ? device_of(0) : devices_.begin()->second;
    one.process = std::max(process_, 0);
    one.thread = thread_of(call.thread);
    one.start_s = one.queued_s = since_exec(call.begin);
    one.end_s = since_exec(call.end);
    one.name = name_of(call.name);
    one.correlation = correlation;
    push(one);
  }

  void push(GpuOperation& one) {
    if (one.start_s > profile_.this_run().wall_s) return;  // a descendant's, after the end
    one.busy_s = one.end_s - one.start_s;
    ++profile_.gpu.recorded;
    profile_.gpu.operations.push_back(one);
  }

  void add_note(const GpuRecord& record) {
    const std::string what = file_.name(record.name);
    const std::string text =
        record.kind == RecordKind::unhandled
            ? fmt::format("records of a kind that is not known here ({})", record.call)
        : record.call == 0 ? what
                           : fmt::format("{} (error {})", what, static_cast<int>(record.call));
    tell(text);
  }

  void tell(const std::string& text) {
    auto& notes = profile_.gpu.notes;
    if (notes.size() < most_notes && std::find(notes.begin(), notes.end(), text) == notes.end())
      notes.push_back(text);
  }

  const TraceFile& file_;
  GpuSource source_;
  std::int64_t start_ns_;
  Profile& profile_;
  int process_ = -1;
  std::uint64_t records_ = 0;
  std::map<std::uint32_t, int> devices_;
  std::map<std::uint32_t, inject::GpuDeviceFacts> facts_;
  std::map<std::uint32_t, int> names_;
  std::map<std::uint32_t, int> threads_;
  std::unordered_map<std::uint64_t, Call> calls_;
};

}  // namespace

void add_to_timeline(const std::vector<TraceFile>& files, GpuSource source, std::int64_t start_ns,
                     Profile& profile) {
  for (const TraceFile& file : files) Joiner(file, source, start_ns, profile).join();
  fold_operations(profile.gpu.operations, gpu_most_operations);
}

}  // namespace bottleneck::gpu
