// What the objects in the target (cupti_injection.cpp, opencl_layer.cpp) write of GPU operations:
// one neutral record of fixed size, and the header of the file that holds them, one file per
// process (gpu_writer.h). Read after the end by probes/gpu, which trusts nothing that lies here.
// Plain values without a library behind them; says nothing about what they mean.
#pragma once

#include <cstddef>
#include <cstdint>

namespace bottleneck::inject {

/// "BGPUTL01" as it lies in the file.
inline constexpr std::uint64_t gpu_file_magic = 0x31304c5455504742;
inline constexpr std::uint32_t gpu_file_version = 1;
/// In `gpu_record::commit` once a record is whole.
inline constexpr std::uint32_t gpu_committed = 0xb0771e00;
inline constexpr std::size_t gpu_most_devices = 16;

/// Environment of the target: the folder for the files, one variable for each kind of object.
inline constexpr const char* cupti_folder_variable = "BOTTLENECK_CUPTI_TRACE";
inline constexpr const char* opencl_folder_variable = "BOTTLENECK_OPENCL_TRACE";
/// For tests: how many bytes a file may take at most.
inline constexpr const char* gpu_bytes_variable = "BOTTLENECK_GPU_TRACE_BYTES";
/// For unusual places: the libcupti to load.
inline constexpr const char* cupti_library_variable = "BOTTLENECK_CUPTI_LIBRARY";

// clang-format off
enum class RecordKind : std::uint8_t {
  none, h2d, d2h, d2d, p2p, memset, kernel, graph,
  sync,       ///< a host thread waits; host times
  api,        ///< a call of the driver or runtime; host times
  map,        ///< OpenCL: memory made readable for the host
  alloc,      ///< `bytes` of memory of kind `destination`; `content` is its address
  overhead,   ///< the vendor's tracer's own
  note,       ///< something was refused: `name` says what, `call` the vendor's error number
  unhandled,  ///< a record of a kind that we do not know: `call` says which
};
// clang-format on

/// As GpuMemory numbers them (src/core/gpu.h).
enum class RecordMemory : std::uint8_t { unknown, pageable, pinned, device, managed };

enum RecordFlag : std::uint8_t {
  record_asynchronous = 1,
  record_blocking = 2,  ///< the call returned when the operation had ended
  record_from_graph = 4,
  record_no_time = 8,  ///< it ran, and nobody knows when
};

/// Times in ns of the host's CLOCK_MONOTONIC; 0 unknown.
struct GpuRecord {
  std::uint32_t commit;  ///< written last, with release; 0: claimed and never finished
  RecordKind kind;
  std::uint8_t flags;
  RecordMemory source;
  RecordMemory destination;
  std::uint32_t thread;  ///< as the target's PID namespace numbers it; 0 unknown
  std::uint32_t device;  ///< index into GpuFileHeader::devices by `id`
  std::uint32_t stream;
  std::uint32_t name;  ///< offset in the area of names; 0 none
  std::uint64_t correlation;
  std::uint64_t queued;  ///< when the call that launched it began
  std::uint64_t submitted;
  std::uint64_t start;
  std::uint64_t end;
  std::uint64_t bytes;
  std::uint64_t work_items;
  std::uint64_t content;       ///< hash of what was copied; 0 unknown
  std::uint32_t block;         ///< kernels: work items of a block
  std::uint32_t shared_bytes;  ///< kernels: of a block
  std::uint32_t registers;     ///< kernels: of a work item
  std::uint32_t call;          ///< api: the vendor's number of the call; note: of the error
};
static_assert(sizeof(GpuRecord) == 104 && offsetof(GpuRecord, correlation) == 24);

enum DeviceFlag : std::uint32_t {
  device_simulated = 1,
  device_host_memory = 2,
  device_is_cpu = 4,
};

/// What is not known is 0.
struct GpuDeviceFacts {
  std::uint32_t valid;  ///< 1, written last, with release; 2 being filled
  std::uint32_t id;     ///< as records say it
  std::uint32_t flags;
  std::uint32_t multiprocessors;
  std::uint64_t memory_bandwidth;  ///< bytes/s
  std::uint64_t memory_bytes;
  std::uint64_t link_bandwidth;  ///< bytes/s each way
  std::uint32_t copy_engines;
  std::uint32_t most_warps;  ///< of a multiprocessor, as the next three
  std::uint32_t most_blocks;
  std::uint32_t most_registers;
  std::uint32_t most_shared_bytes;
  std::uint32_t warp_size;
  char name[128];
};

struct GpuFileHeader {
  std::uint64_t magic;  ///< written last, with release
  std::uint32_t version;
  std::uint32_t record_size;
  std::uint32_t process;
  std::uint32_t closed;  ///< 1: the last operations were written, too
  std::uint64_t opened_ns;
  std::uint64_t names_offset;  ///< of the area of names, and its size
  std::uint64_t names_size;
  std::uint64_t names_used;
  std::uint64_t records_offset;
  std::uint64_t claimed;         ///< records; those that found no space included
  std::uint64_t capacity;        ///< records that there is space for, so far
  std::uint64_t dropped;         ///< found no space
  std::uint64_t vendor_dropped;  ///< lost before they reached us
  GpuDeviceFacts devices[gpu_most_devices];
};
static_assert(sizeof(GpuFileHeader) <= 4096, "one page");

}  // namespace bottleneck::inject
