#include <immintrin.h>

#include "probes/ceilings/kernels/wide_body.h"

namespace bottleneck::ceilings {
namespace {

using Words = Registers<32>::Words;

void stream(Words* to, Words value) {
  _mm256_stream_si256(reinterpret_cast<__m256i*>(to), reinterpret_cast<__m256i>(value));
}

constexpr WideKernels kernels = kernels_in<32, stream>("avx2");

}  // namespace

const WideKernels& avx2_kernels() { return kernels; }

}  // namespace bottleneck::ceilings
