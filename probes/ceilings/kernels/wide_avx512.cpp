#include <immintrin.h>

#include "probes/ceilings/kernels/wide_body.h"

namespace bottleneck::ceilings {
namespace {

using Doubles [[gnu::vector_size(64)]] = double;
using Floats [[gnu::vector_size(64)]] = float;
using Words [[gnu::vector_size(64)]] = std::uint64_t;

void stream(Words* to, Words value) {
  _mm512_stream_si512(reinterpret_cast<__m512i*>(to), reinterpret_cast<__m512i>(value));
}

constexpr WideKernels kernels = {"avx512",
                                 sizeof(Words),
                                 run_chains<double, Doubles>,
                                 run_chains<float, Floats>,
                                 sum_words<Words>,
                                 store_words<Words>,
                                 run_triad<Doubles>,
                                 copy_around_cache<Words, stream>};

}  // namespace

const WideKernels& avx512_kernels() { return kernels; }

}  // namespace bottleneck::ceilings
