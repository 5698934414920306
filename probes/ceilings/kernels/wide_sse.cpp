#include <immintrin.h>

#include "probes/ceilings/kernels/wide_body.h"

namespace bottleneck::ceilings {
namespace {

using Doubles [[gnu::vector_size(16)]] = double;
using Floats [[gnu::vector_size(16)]] = float;
using Words [[gnu::vector_size(16)]] = std::uint64_t;

void stream(Words* to, Words value) {
  _mm_stream_si128(reinterpret_cast<__m128i*>(to), reinterpret_cast<__m128i>(value));
}

constexpr WideKernels kernels = {"sse",
                                 sizeof(Words),
                                 run_chains<double, Doubles>,
                                 run_chains<float, Floats>,
                                 sum_words<Words>,
                                 store_words<Words>,
                                 run_triad<Doubles>,
                                 copy_around_cache<Words, stream>};

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
