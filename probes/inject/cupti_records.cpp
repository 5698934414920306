#include "probes/inject/cupti_records.h"

#include <algorithm>
#include <cstdio>
#include <cstring>

namespace bottleneck::inject::cupti {
namespace {

/// Synchronization::type of a wait that is the device's, not the host's.
constexpr std::uint32_t stream_waits_for_event = 2;
/// Numbers of calls that are told by name. Source: cupti_runtime_cbid.h, CUDA 13: below 600.
constexpr std::uint32_t most_calls = 2048;

template <class Record>
const Record& as(const Activity& activity) {
  return reinterpret_cast<const Record&>(activity);
}

RecordMemory memory_of(std::uint32_t kind) {
  switch (kind) {
    case memory_pageable:
      return RecordMemory::pageable;
    case memory_pinned:
      return RecordMemory::pinned;
    case memory_device:
    case memory_array:
    case memory_device_static:
      return RecordMemory::device;
    case memory_managed:
    case memory_managed_static:
      return RecordMemory::managed;
    default:
      return RecordMemory::unknown;
  }
}

RecordKind kind_of_copy(std::uint8_t kind) {
  switch (kind) {
    case copy_host_to_device:
    case copy_host_to_array:
      return RecordKind::h2d;
    case copy_device_to_host:
    case copy_array_to_host:
      return RecordKind::d2h;
    case copy_peer:
      return RecordKind::p2p;
    default:
      return RecordKind::d2d;
  }
}

/// CUPTI says 0 and 0 where it lost the times.
void set_times(GpuRecord& record, std::uint64_t start, std::uint64_t end) {
  record.start = start;
  record.end = end;
  if (start == 0 || end < start) record.flags |= record_no_time;
  if (end < start) record.start = record.end = 0;
}

/// What all records of operations on a device have.
template <class Record>
GpuRecord* claim_operation(RecordKind kind, const Record& from, GpuWriter& writer) {
  GpuRecord* record = writer.claim(kind);
  if (!record) return nullptr;
  record->device = from.device;
  record->stream = from.stream;
  record->correlation = from.correlation;
  if (from.graph != 0) record->flags |= record_from_graph;
  set_times(*record, from.start, from.end);
  return record;
}

template <class Copy>
void write_copy(RecordKind kind, const Copy& copy, GpuWriter& writer) {
  GpuRecord* record = claim_operation(kind, copy, writer);
  if (!record) return;
  record->bytes = copy.bytes;
  record->source = memory_of(copy.source);
  record->destination = memory_of(copy.destination);
  if (copy.flags & copy_is_asynchronous) record->flags |= record_asynchronous;
  GpuWriter::commit(record);
}

void write_memset(const Memset& set, GpuWriter& writer) {
  GpuRecord* record = claim_operation(RecordKind::memset, set, writer);
  if (!record) return;
  record->bytes = set.bytes;
  record->destination = memory_of(set.memory_kind);
  GpuWriter::commit(record);
}

void write_kernel(const Kernel& kernel, GpuWriter& writer) {
  GpuRecord* record = claim_operation(RecordKind::kernel, kernel, writer);
  if (!record) return;
  const auto product = [](const std::int32_t* sides) {
    return static_cast<std::uint64_t>(sides[0]) * static_cast<std::uint64_t>(sides[1]) *
           static_cast<std::uint64_t>(sides[2]);
  };
  record->name = writer.intern(kernel.name);
  record->block = static_cast<std::uint32_t>(product(kernel.block));
  record->work_items = product(kernel.grid) * record->block;
  record->registers = kernel.registers;
  record->shared_bytes = static_cast<std::uint32_t>(kernel.static_shared + kernel.dynamic_shared);
  record->submitted = kernel.submitted;
  record->flags |= record_asynchronous;
  GpuWriter::commit(record);
}

void write_graph(const GraphTrace& graph, GpuWriter& writer) {
  GpuRecord* record = claim_operation(RecordKind::graph, graph, writer);
  if (record) GpuWriter::commit(record);
}

/// The name of a call is asked once: records hold its number.
std::uint32_t name_of(const Api& api, const Library& library, GpuWriter& writer) {
  static std::uint32_t names[2][most_calls];
  if (api.call >= most_calls || !library.call_name) return 0;
  const bool of_driver = api.kind == kind_driver;
  std::uint32_t& name = names[of_driver][api.call];
  std::uint32_t known = __atomic_load_n(&name, __ATOMIC_RELAXED);
  const char* text = nullptr;
  if (known == 0 &&
      library.call_name(of_driver ? domain_driver : domain_runtime, api.call, &text) == success) {
    // "cudaMemcpy_v3020": the version is of no interest.
    char plain[128] = {};
    const char* version = text ? std::strstr(text, "_v") : nullptr;
    const std::size_t length = version ? static_cast<std::size_t>(version - text)
                               : text  ? std::strlen(text)
                                       : 0;
    if (length < sizeof plain) std::copy_n(text, length, plain);
    known = writer.intern(plain);
    __atomic_store_n(&name, known, __ATOMIC_RELAXED);
  }
  return known;
}

void write_call(const Api& api, const Library& library, GpuWriter& writer) {
  GpuRecord* record = writer.claim(RecordKind::api);
  if (!record) return;
  record->thread = api.thread;
  record->correlation = api.correlation;
  record->call = api.call;
  record->name = name_of(api, library, writer);
  set_times(*record, api.start, api.end);
  GpuWriter::commit(record);
}

void write_wait(const Synchronization& wait, GpuWriter& writer) {
  if (wait.type == stream_waits_for_event) return;
  GpuRecord* record = writer.claim(RecordKind::sync);
  if (!record) return;
  // ~0: the whole context is waited for.
  record->stream = wait.stream == ~std::uint32_t{0} ? 0 : wait.stream;
  record->correlation = wait.correlation;
  record->call = wait.type;
  set_times(*record, wait.start, wait.end);
  GpuWriter::commit(record);
}

void write_allocation(const Memory& memory, GpuWriter& writer) {
  if (memory.operation != memory_is_allocated) return;
  GpuRecord* record = writer.claim(RecordKind::alloc);
  if (!record) return;
  record->destination = memory_of(memory.memory_kind);
  record->bytes = memory.bytes;
  record->content = memory.address;
  record->correlation = memory.correlation;
  record->start = record->end = memory.timestamp;
  GpuWriter::commit(record);
}

void write_overhead(const Overhead& overhead, GpuWriter& writer) {
  GpuRecord* record = writer.claim(RecordKind::overhead);
  if (!record) return;
  record->call = overhead.overhead;
  set_times(*record, overhead.start, overhead.end);
  GpuWriter::commit(record);
}

void write_device(const Device& device, bool simulated, GpuWriter& writer) {
  bool is_new = false;
  GpuDeviceFacts* facts = writer.device(device.id, &is_new);
  if (!facts || !is_new) return;
  facts->flags = simulated ? device_simulated : 0U;
  facts->multiprocessors = device.multiprocessors;
  facts->memory_bandwidth = device.memory_kilobytes_per_second * 1000;
  facts->memory_bytes = device.memory_bytes;
  facts->copy_engines = device.copy_engines;
  facts->most_warps = device.most_warps;
  facts->most_blocks = device.most_blocks;
  facts->most_registers = device.most_registers;
  facts->most_shared_bytes = device.most_shared_bytes;
  facts->warp_size = device.warp_size;
  if (device.name) std::snprintf(facts->name, sizeof facts->name, "%s", device.name);
  GpuWriter::finish_device(facts);
}

/// Giga transfers a second of one bit on each lane, less the line code (8b/10b, from generation 3
/// on 128b/130b).
void write_link(const Pcie& link, GpuWriter& writer) {
  bool is_new = false;
  GpuDeviceFacts* facts = link.type == pcie_is_gpu ? writer.device(link.id, &is_new) : nullptr;
  if (!facts) return;
  const double code = link.generation >= 3 ? 128.0 / 130.0 : 0.8;
  facts->link_bandwidth = static_cast<std::uint64_t>(static_cast<double>(link.link_rate) * 1e9 / 8 *
                                                     link.link_width * code);
}

}  // namespace

void write_record(const Activity& one, const Library& library, GpuWriter& writer, Seen& seen) {
  switch (one.kind) {
    case kind_memcpy:
      ++seen.operations;
      return write_copy(kind_of_copy(as<Memcpy>(one).copy_kind), as<Memcpy>(one), writer);
    case kind_memcpy_peer:
      ++seen.operations;
      return write_copy(RecordKind::p2p, as<MemcpyPeer>(one), writer);
    case kind_memset:
      ++seen.operations;
      return write_memset(as<Memset>(one), writer);
    case kind_concurrent_kernel:
      ++seen.operations;
      return write_kernel(as<Kernel>(one), writer);
    case kind_graph_trace:
      ++seen.operations;
      return write_graph(as<GraphTrace>(one), writer);
    case kind_runtime:
    case kind_driver:
      ++seen.calls;
      return write_call(as<Api>(one), library, writer);
    case kind_synchronization:
      return write_wait(as<Synchronization>(one), writer);
    case kind_memory:
      return write_allocation(as<Memory>(one), writer);
    case kind_overhead:
      return write_overhead(as<Overhead>(one), writer);
    case kind_device:
      return write_device(as<Device>(one), library.simulated, writer);
    case kind_pcie:
      return write_link(as<Pcie>(one), writer);
    default:
      break;
  }
  if (GpuRecord* record = writer.claim(RecordKind::unhandled)) {
    record->call = one.kind;
    GpuWriter::commit(record);
  }
}

}  // namespace bottleneck::inject::cupti
