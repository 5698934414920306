#include <immintrin.h>

#include "probes/ceilings/kernels/wide_body.h"

namespace bottleneck::ceilings {
namespace {

using Words = Registers<64>::Words;

void stream(Words* to, Words value) {
  _mm512_stream_si512(reinterpret_cast<__m512i*>(to), reinterpret_cast<__m512i>(value));
}

constexpr WideKernels kernels = kernels_in<64, stream>("avx512");

}  // namespace

const WideKernels& avx512_kernels() { return kernels; }

}  // namespace bottleneck::ceilings
