// CUPTI's binary interface as far as the injection reads it, in our own words, so that it builds
// without NVIDIA's headers: the beginnings of records that CUDA 12 and 13 share (newer ones only
// append). tests/unit/inject/cupti_abi_test.cpp holds every offset against cupti.h.
#pragma once

#include <cstdint>

namespace bottleneck::inject::cupti {

// clang-format off
enum Kind : std::uint32_t {
  kind_memcpy = 1, kind_memset = 2, kind_driver = 4, kind_runtime = 5, kind_device = 8,
  kind_concurrent_kernel = 10, kind_overhead = 17, kind_memcpy_peer = 22,
  kind_synchronization = 38, kind_pcie = 46, kind_memory = 49, kind_graph_trace = 51,
};
enum CopyKind : std::uint8_t {
  copy_host_to_device = 1, copy_device_to_host = 2, copy_host_to_array = 3,
  copy_array_to_host = 4, copy_host_to_host = 9, copy_peer = 10,
};
enum MemoryKind : std::uint8_t {
  memory_pageable = 1, memory_pinned = 2, memory_device = 3, memory_array = 4,
  memory_managed = 5, memory_device_static = 6, memory_managed_static = 7,
};
inline constexpr std::uint8_t copy_is_asynchronous = 1;  ///< in Memcpy::flags
inline constexpr std::uint32_t memory_is_allocated = 1;  ///< Memory::operation
inline constexpr std::uint32_t flush_forced = 1;         ///< to cuptiActivityFlushAll
inline constexpr std::uint32_t pcie_is_gpu = 0;          ///< Pcie::type
inline constexpr std::uint32_t domain_driver = 1;        ///< to cuptiGetCallbackName
inline constexpr std::uint32_t domain_runtime = 2;
inline constexpr int success = 0;
inline constexpr int max_limit_reached = 12;  ///< no more records in this buffer

struct Activity { std::uint32_t kind; };
// clang-format on
struct Memcpy {
  std::uint32_t kind;
  std::uint8_t copy_kind, source, destination, flags;
  std::uint64_t bytes, start, end;
  std::uint32_t device, context, stream, correlation, runtime_correlation, pad;
  void* reserved;
  std::uint64_t graph_node;
  std::uint32_t graph, channel;
};
struct MemcpyPeer {
  std::uint32_t kind;
  std::uint8_t copy_kind, source, destination, flags;
  std::uint64_t bytes, start, end;
  std::uint32_t device, context, stream, source_device, source_context, destination_device;
  std::uint32_t destination_context, correlation;
  void* reserved;
  std::uint64_t graph_node;
  std::uint32_t graph, channel;
};
struct Memset {
  std::uint32_t kind, value;
  std::uint64_t bytes, start, end;
  std::uint32_t device, context, stream, correlation;
  std::uint16_t flags, memory_kind;
  std::uint32_t pad;
  void* reserved;
  std::uint64_t graph_node;
  std::uint32_t graph, channel;
};
struct Kernel {
  std::uint32_t kind;
  std::uint8_t cache_config, shared_config;
  std::uint16_t registers;
  std::uint32_t global_cache_requested, global_cache_executed;
  std::uint64_t start, end, completed;
  std::uint32_t device, context, stream;
  std::int32_t grid[3], block[3];
  std::int32_t static_shared, dynamic_shared;
  std::uint32_t local_bytes, local_total, correlation;
  std::int64_t grid_id;
  const char* name;
  void* reserved;
  std::uint64_t queued, submitted;
  std::uint8_t launch_type, carveout_requested, carveout, pad;
  std::uint32_t shared_executed;
  std::uint64_t graph_node;
  std::uint32_t shared_limit, graph;
};
struct Api {
  std::uint32_t kind, call;
  std::uint64_t start, end;
  std::uint32_t process, thread, correlation, result;
};
struct Synchronization {
  std::uint32_t kind, type;
  std::uint64_t start, end;
  std::uint32_t correlation, context, stream, event;
};
struct Memory {
  std::uint32_t kind, operation, memory_kind, correlation;
  std::uint64_t address, bytes, timestamp;
};
struct Overhead {
  std::uint32_t kind, overhead, object_kind, object[3];
  std::uint64_t start, end;
};
struct Device {
  std::uint32_t kind, flags;
  std::uint64_t memory_kilobytes_per_second, memory_bytes;
  std::uint32_t constant_bytes, l2_bytes, warp_size, core_kilohertz, copy_engines;
  std::uint32_t multiprocessors, most_ipc, most_warps, most_blocks, most_shared_bytes;
  std::uint32_t most_registers, more[9], capability_major, capability_minor, id, ecc;
  std::uint8_t uuid[16];
  const char* name;
};
struct Pcie {
  std::uint32_t kind, type, id, domain;
  std::uint16_t generation, link_rate, link_width, upstream_bus;
};
struct GraphTrace {
  std::uint32_t kind, correlation;
  std::uint64_t start, end;
  std::uint32_t device, graph, context, stream;
};

}  // namespace bottleneck::inject::cupti
