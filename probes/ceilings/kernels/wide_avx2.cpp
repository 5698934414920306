#include <immintrin.h>

#include "probes/ceilings/kernels/wide_body.h"

namespace bottleneck::ceilings {
namespace {

using Doubles [[gnu::vector_size(32)]] = double;
using Floats [[gnu::vector_size(32)]] = float;
using Words [[gnu::vector_size(32)]] = std::uint64_t;

void stream(Words* to, Words value) {
  _mm256_stream_si256(reinterpret_cast<__m256i*>(to), reinterpret_cast<__m256i>(value));
}

constexpr WideKernels kernels = {"avx2",
                                 sizeof(Words),
                                 run_chains<double, Doubles>,
                                 run_chains<float, Floats>,
                                 sum_words<Words>,
                                 store_words<Words>,
                                 run_triad<Doubles>,
                                 copy_around_cache<Words, stream>};

}  // namespace

const WideKernels& avx2_kernels() { return kernels; }

}  // namespace bottleneck::ceilings
