// The functions of libcupti that the injection calls, looked up at run time: CUPTI of CUDA 12 or
// 13, whichever the process has already or the driver fits. Nothing of NVIDIA's is linked. Calls
// none of them but to find out which.
#pragma once

#include <cstddef>
#include <cstdint>

#include "probes/inject/cupti_abi.h"

namespace bottleneck::inject::cupti {

using RequestBuffer = void (*)(std::uint8_t** buffer, std::size_t* size, std::size_t* most_records);
using BufferIsDone = void (*)(void* context, std::uint32_t stream, std::uint8_t* buffer,
                              std::size_t size, std::size_t valid);

/// Null where this libcupti has no such function; those of `open` are there.
struct Library {
  void* handle;
  int (*register_callbacks)(RequestBuffer, BufferIsDone);
  int (*enable)(std::uint32_t kind);
  int (*flush_all)(std::uint32_t flags);
  int (*next_record)(std::uint8_t* buffer, std::size_t valid, Activity** record);
  int (*dropped_records)(void* context, std::uint32_t stream, std::size_t* dropped);
  int (*register_clock)(std::uint64_t (*)());
  int (*result_text)(int result, const char** text);
  int (*call_name)(std::uint32_t domain, std::uint32_t call, const char** name);
  int (*enable_call)(std::uint32_t call, std::uint8_t enable);
  bool simulated;  ///< our own stand-in (tests/fake_gpu)
};

enum class Found { yes, no_library, lacks_functions };
Found open_library(Library&);

}  // namespace bottleneck::inject::cupti
