#include <immintrin.h>

#include "probes/ceilings/kernels/wide_body.h"

namespace bottleneck::ceilings {
namespace {

using Words = Registers<16>::Words;

void stream(Words* to, Words value) {
  _mm_stream_si128(reinterpret_cast<__m128i*>(to), reinterpret_cast<__m128i>(value));
}

constexpr WideKernels kernels = kernels_in<16, stream>("sse");

constexpr WideKernels scalar = {"scalar",
                                sizeof(double),
                                run_chains<double, double>,
                                run_chains<float, float>,
                                nullptr,
                                nullptr,
                                nullptr,
                                nullptr};

}  // namespace

const WideKernels& scalar_kernels() { return scalar; }
const WideKernels& sse_kernels() { return kernels; }

}  // namespace bottleneck::ceilings
