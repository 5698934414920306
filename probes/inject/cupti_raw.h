// Keeps CUPTI's buffers as they came, for tests of what reads them: only where a switch in the
// environment names a folder. Beside cupti_injection.cpp; scripts/gpu-check asks for it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace bottleneck::inject::cupti {

/// A folder that is there. One file for each buffer: PID-NUMBER.cupti.
inline constexpr const char* raw_variable = "BOTTLENECK_CUPTI_RAW";

/// The first few buffers of a process; what cannot be written is left.
void keep_raw_buffer(const std::uint8_t* buffer, std::size_t bytes);

}  // namespace bottleneck::inject::cupti
