#include "src/analysis/advice.h"

namespace bottleneck {
namespace {

using enum Bottleneck;
using D = Detail;

/// Data that moves: rows for any detail, since each remedy asks for itself whether it fits.
void add_transfer(std::vector<Advice>& rows) {
  rows.push_back(
      {{gpu_transfer, D::none},
       Family::gpu,
       Shrink::pinned,
       Remedy::pin_memory,
       "copy from and to pinned memory",
       {"CUDA: cudaMallocHost instead of malloc, or cudaHostRegister once for memory that stays; "
        "then cudaMemcpyAsync really is asynchronous",
        "OpenCL: a buffer with CL_MEM_ALLOC_HOST_PTR, mapped once, as the staging area",
        "PyTorch: DataLoader(pin_memory=True), tensor.pin_memory(), to(device, non_blocking=True)"},
       "the memory is allocated once and used for many copies: pinning costs more than a copy"});
  rows.push_back(
      {{gpu_transfer, D::none},
       Family::gpu,
       Shrink::chunked,
       Remedy::overlap_copies,
       "work in chunks on streams: copy one behind the kernels of another",
       {"cut the arrays into about 16 parts; for each cudaMemcpyAsync in, kernel, cudaMemcpyAsync "
        "out, on one of 3 or 4 streams",
        "OpenCL: two or more queues, non-blocking reads and writes, events between them",
        "needs pinned memory; issue all parts before waiting once"},
       "the kernels can work part by part"});
  rows.push_back(
      {{gpu_transfer, D::none},
       Family::gpu,
       Shrink::resident,
       Remedy::keep_on_device,
       "keep data on the device between kernels",
       {"allocate and copy inputs once, before the loop; copy back only what the host reads",
        "move the small steps between two kernels to the device, too, even if it is slow at them",
        "content that is sent again: remember that the device has it"},
       "the device has room for it"});
  rows.push_back(
      {{gpu_transfer, D::none},
       Family::gpu,
       Shrink::mapped,
       Remedy::map_memory,
       "map instead of copying: the device works in the host's memory",
       {"OpenCL: CL_MEM_ALLOC_HOST_PTR or CL_MEM_USE_HOST_PTR (aligned to 4 kB), then "
        "clEnqueueMapBuffer and unmap instead of read and write",
        "CUDA on integrated devices: cudaHostAllocMapped, or cudaMallocManaged",
        "copies and kernels share the same memory and cores here: overlap would gain nothing"},
       "the host can fill and read the buffer that the device works in"});
  rows.push_back(
      {{gpu_transfer, D::none},
       Family::gpu,
       Shrink::on_cpu,
       Remedy::compute_on_cpu,
       "compute on the CPUs: the copies cost more than the work",
       {"a vectorized loop on all CPUs moves the same bytes through memory once",
        "use the device only where data stays there for several kernels"},
       "the kernels do little for each byte, and the CPUs' code is vectorized and threaded"});
}

void add_kernels(std::vector<Advice>& rows) {
  rows.push_back({{gpu_compute, D::none},
                  Family::gpu,
                  Shrink::vanish,
                  Remedy::tune_kernels,
                  "make the kernels cheaper",
                  {"ncu (CUDA) says what limits each kernel; it needs the right to read counters",
                   "float or half instead of double; the vendor's library for what it has",
                   "enough threads in flight: less registers or shared memory for each"},
                  "the kernels take no time at all"});
  rows.push_back({{gpu_memory, D::none},
                  Family::gpu,
                  Shrink::vanish,
                  Remedy::tune_kernels,
                  "move fewer bytes in the device's memory",
                  {"fuse kernels that pass over the same arrays: what one wrote the next need not "
                   "read again",
                   "neighbouring threads read neighbouring elements; tiles in shared memory",
                   "smaller types: half, 8-bit integers"},
                  "the kernels move no bytes at all"});
}

void add_calls(std::vector<Advice>& rows) {
  rows.push_back({{gpu_launch, D::setup},
                  Family::gpu,
                  Shrink::vanish,
                  Remedy::prepare_once,
                  "prepare once: contexts, modules, compiled kernels",
                  {"one process for many pieces of work instead of one for each",
                   "compile for the device's architecture (-arch=sm_NN), or keep the JIT's cache: "
                   "CUDA_CACHE_PATH, POCL_CACHE_DIR, clCreateProgramWithBinary",
                   "CUDA_MODULE_LOADING=LAZY"},
                  "nothing has to be prepared"});
  rows.push_back({{gpu_launch, D::none},
                  Family::gpu,
                  Shrink::batched,
                  Remedy::batch_launches,
                  "start many kernels by one call, or fewer of them",
                  {"CUDA graphs: capture the loop's launches once (cudaStreamBeginCapture), launch "
                   "the graph; PyTorch: torch.cuda.graph, torch.compile(mode='reduce-overhead')",
                   "one kernel that works on many items instead of one for each; fuse neighbours",
                   "OpenCL: cl_khr_command_buffer, or larger ranges"},
                  "nothing but launches happens between the kernels"});
  for (const Bottleneck kind : {gpu_launch, gpu_sync})
    rows.push_back(
        {{kind, D::none},
         Family::gpu,
         Shrink::fewer_waits,
         Remedy::sync_less_often,
         "wait for the device less often",
         {"no cudaDeviceSynchronize, clFinish or blocking copy between kernels: a stream "
          "keeps their order by itself",
          "cudaEventSynchronize for just the result that is needed",
          "PyTorch: .item(), .cpu() and print wait; collect on the device"},
         "the host needs nothing from the device between these waits"});
}

}  // namespace

std::vector<Advice> gpu_advice() {
  std::vector<Advice> rows;
  add_transfer(rows);
  add_kernels(rows);
  add_calls(rows);
  return rows;
}

}  // namespace bottleneck
