// Our own declarations of CUPTI's records against NVIDIA's, offset by offset. Built where cupti.h
// is; that it compiles is the test.
#include "probes/inject/cupti_abi.h"

#include <cupti.h>
#include <gtest/gtest.h>

namespace bottleneck::inject::cupti {
namespace {

#define SAME(ours, field, theirs, their_field)                            \
  static_assert(offsetof(ours, field) == offsetof(theirs, their_field) && \
                sizeof(ours::field) == sizeof(theirs::their_field))

SAME(Memcpy, copy_kind, CUpti_ActivityMemcpy6, copyKind);
SAME(Memcpy, source, CUpti_ActivityMemcpy6, srcKind);
SAME(Memcpy, destination, CUpti_ActivityMemcpy6, dstKind);
SAME(Memcpy, flags, CUpti_ActivityMemcpy6, flags);
SAME(Memcpy, bytes, CUpti_ActivityMemcpy6, bytes);
SAME(Memcpy, start, CUpti_ActivityMemcpy6, start);
SAME(Memcpy, end, CUpti_ActivityMemcpy6, end);
SAME(Memcpy, device, CUpti_ActivityMemcpy6, deviceId);
SAME(Memcpy, stream, CUpti_ActivityMemcpy6, streamId);
SAME(Memcpy, correlation, CUpti_ActivityMemcpy6, correlationId);
SAME(Memcpy, graph, CUpti_ActivityMemcpy6, graphId);
SAME(MemcpyPeer, bytes, CUpti_ActivityMemcpyPtoP4, bytes);
SAME(MemcpyPeer, start, CUpti_ActivityMemcpyPtoP4, start);
SAME(MemcpyPeer, end, CUpti_ActivityMemcpyPtoP4, end);
SAME(MemcpyPeer, device, CUpti_ActivityMemcpyPtoP4, deviceId);
SAME(MemcpyPeer, stream, CUpti_ActivityMemcpyPtoP4, streamId);
SAME(MemcpyPeer, correlation, CUpti_ActivityMemcpyPtoP4, correlationId);
SAME(MemcpyPeer, graph, CUpti_ActivityMemcpyPtoP4, graphId);
SAME(Memset, bytes, CUpti_ActivityMemset4, bytes);
SAME(Memset, start, CUpti_ActivityMemset4, start);
SAME(Memset, end, CUpti_ActivityMemset4, end);
SAME(Memset, device, CUpti_ActivityMemset4, deviceId);
SAME(Memset, stream, CUpti_ActivityMemset4, streamId);
SAME(Memset, correlation, CUpti_ActivityMemset4, correlationId);
SAME(Memset, memory_kind, CUpti_ActivityMemset4, memoryKind);
SAME(Memset, graph, CUpti_ActivityMemset4, graphId);
SAME(Kernel, registers, CUpti_ActivityKernel9, registersPerThread);
SAME(Kernel, start, CUpti_ActivityKernel9, start);
SAME(Kernel, end, CUpti_ActivityKernel9, end);
SAME(Kernel, device, CUpti_ActivityKernel9, deviceId);
SAME(Kernel, stream, CUpti_ActivityKernel9, streamId);
static_assert(offsetof(Kernel, grid) == offsetof(CUpti_ActivityKernel9, gridX));
static_assert(offsetof(Kernel, block) == offsetof(CUpti_ActivityKernel9, blockX));
SAME(Kernel, static_shared, CUpti_ActivityKernel9, staticSharedMemory);
SAME(Kernel, dynamic_shared, CUpti_ActivityKernel9, dynamicSharedMemory);
SAME(Kernel, correlation, CUpti_ActivityKernel9, correlationId);
SAME(Kernel, name, CUpti_ActivityKernel9, name);
SAME(Kernel, queued, CUpti_ActivityKernel9, queued);
SAME(Kernel, submitted, CUpti_ActivityKernel9, submitted);
SAME(Kernel, graph, CUpti_ActivityKernel9, graphId);
SAME(Api, call, CUpti_ActivityAPI, cbid);
SAME(Api, start, CUpti_ActivityAPI, start);
SAME(Api, end, CUpti_ActivityAPI, end);
SAME(Api, thread, CUpti_ActivityAPI, threadId);
SAME(Api, correlation, CUpti_ActivityAPI, correlationId);
SAME(Synchronization, type, CUpti_ActivitySynchronization, type);
SAME(Synchronization, start, CUpti_ActivitySynchronization, start);
SAME(Synchronization, end, CUpti_ActivitySynchronization, end);
SAME(Synchronization, correlation, CUpti_ActivitySynchronization, correlationId);
SAME(Synchronization, stream, CUpti_ActivitySynchronization, streamId);
SAME(Memory, operation, CUpti_ActivityMemory4, memoryOperationType);
SAME(Memory, memory_kind, CUpti_ActivityMemory4, memoryKind);
SAME(Memory, address, CUpti_ActivityMemory4, address);
SAME(Memory, bytes, CUpti_ActivityMemory4, bytes);
SAME(Memory, timestamp, CUpti_ActivityMemory4, timestamp);
SAME(Overhead, overhead, CUpti_ActivityOverhead3, overheadKind);
SAME(Overhead, start, CUpti_ActivityOverhead3, start);
SAME(Overhead, end, CUpti_ActivityOverhead3, end);
SAME(Device, memory_kilobytes_per_second, CUpti_ActivityDevice5, globalMemoryBandwidth);
SAME(Device, memory_bytes, CUpti_ActivityDevice5, globalMemorySize);
SAME(Device, warp_size, CUpti_ActivityDevice5, numThreadsPerWarp);
SAME(Device, copy_engines, CUpti_ActivityDevice5, numMemcpyEngines);
SAME(Device, multiprocessors, CUpti_ActivityDevice5, numMultiprocessors);
SAME(Device, most_warps, CUpti_ActivityDevice5, maxWarpsPerMultiprocessor);
SAME(Device, most_blocks, CUpti_ActivityDevice5, maxBlocksPerMultiprocessor);
SAME(Device, most_shared_bytes, CUpti_ActivityDevice5, maxSharedMemoryPerMultiprocessor);
SAME(Device, most_registers, CUpti_ActivityDevice5, maxRegistersPerMultiprocessor);
SAME(Device, id, CUpti_ActivityDevice5, id);
SAME(Device, name, CUpti_ActivityDevice5, name);
SAME(Pcie, type, CUpti_ActivityPcie, type);
SAME(Pcie, generation, CUpti_ActivityPcie, pcieGeneration);
SAME(Pcie, link_rate, CUpti_ActivityPcie, linkRate);
SAME(Pcie, link_width, CUpti_ActivityPcie, linkWidth);
SAME(GraphTrace, correlation, CUpti_ActivityGraphTrace2, correlationId);
SAME(GraphTrace, start, CUpti_ActivityGraphTrace2, start);
SAME(GraphTrace, end, CUpti_ActivityGraphTrace2, end);
SAME(GraphTrace, device, CUpti_ActivityGraphTrace2, deviceId);
SAME(GraphTrace, graph, CUpti_ActivityGraphTrace2, graphId);
SAME(GraphTrace, stream, CUpti_ActivityGraphTrace2, streamId);

static_assert(sizeof(Kernel) == 160 && sizeof(Kernel) <= sizeof(CUpti_ActivityKernel9));

TEST(CuptiAbi, numbers_kinds_as_nvidia_does) {
  EXPECT_EQ(int{kind_memcpy}, CUPTI_ACTIVITY_KIND_MEMCPY);
  EXPECT_EQ(int{kind_memset}, CUPTI_ACTIVITY_KIND_MEMSET);
  EXPECT_EQ(int{kind_driver}, CUPTI_ACTIVITY_KIND_DRIVER);
  EXPECT_EQ(int{kind_runtime}, CUPTI_ACTIVITY_KIND_RUNTIME);
  EXPECT_EQ(int{kind_device}, CUPTI_ACTIVITY_KIND_DEVICE);
  EXPECT_EQ(int{kind_concurrent_kernel}, CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL);
  EXPECT_EQ(int{kind_overhead}, CUPTI_ACTIVITY_KIND_OVERHEAD);
  EXPECT_EQ(int{kind_memcpy_peer}, CUPTI_ACTIVITY_KIND_MEMCPY2);
  EXPECT_EQ(int{kind_synchronization}, CUPTI_ACTIVITY_KIND_SYNCHRONIZATION);
  EXPECT_EQ(int{kind_pcie}, CUPTI_ACTIVITY_KIND_PCIE);
  EXPECT_EQ(int{kind_memory}, CUPTI_ACTIVITY_KIND_MEMORY2);
  EXPECT_EQ(int{kind_graph_trace}, CUPTI_ACTIVITY_KIND_GRAPH_TRACE);
}

TEST(CuptiAbi, numbers_what_records_say_as_nvidia_does) {
  EXPECT_EQ(int{copy_host_to_device}, CUPTI_ACTIVITY_MEMCPY_KIND_HTOD);
  EXPECT_EQ(int{copy_device_to_host}, CUPTI_ACTIVITY_MEMCPY_KIND_DTOH);
  EXPECT_EQ(int{copy_peer}, CUPTI_ACTIVITY_MEMCPY_KIND_PTOP);
  EXPECT_EQ(int{memory_pageable}, CUPTI_ACTIVITY_MEMORY_KIND_PAGEABLE);
  EXPECT_EQ(int{memory_pinned}, CUPTI_ACTIVITY_MEMORY_KIND_PINNED);
  EXPECT_EQ(int{memory_device}, CUPTI_ACTIVITY_MEMORY_KIND_DEVICE);
  EXPECT_EQ(int{memory_managed}, CUPTI_ACTIVITY_MEMORY_KIND_MANAGED);
  EXPECT_EQ(int{copy_is_asynchronous}, CUPTI_ACTIVITY_FLAG_MEMCPY_ASYNC);
  EXPECT_EQ(flush_forced, std::uint32_t{CUPTI_ACTIVITY_FLAG_FLUSH_FORCED});
  EXPECT_EQ(max_limit_reached, CUPTI_ERROR_MAX_LIMIT_REACHED);
  EXPECT_EQ(domain_driver, std::uint32_t{CUPTI_CB_DOMAIN_DRIVER_API});
  EXPECT_EQ(domain_runtime, std::uint32_t{CUPTI_CB_DOMAIN_RUNTIME_API});
}

}  // namespace
}  // namespace bottleneck::inject::cupti
