// The writing end of the ring of segment.h, as the sampler uses it in its signal handler: claim a
// record, fill it, publish it. Plain C without system calls, locks or unbounded loops, and a file
// of its own so that a test can run it under ThreadSanitizer. Knows nothing of signals and threads.
#pragma once

#include "probes/inject/segment.h"

/* Tries before a sample is given up: so many other threads have to win in between. */
enum { segment_most_tries = 64 };

#ifdef __cplusplus /* C has but one cast; a test includes this from C++ */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"
#endif
static inline struct segment_record* segment_ring(struct segment_header* header) {
  return (struct segment_record*)(void*)((char*)header + segment_header_size);
}
#ifdef __cplusplus
#pragma GCC diagnostic pop
#endif

/* The record at *position, now the caller's alone; null: the ring is full, the sample is counted as
 * lost. `tail` is read with acquire: the reader has done with what lay there before. */
static inline struct segment_record* segment_claim(struct segment_header* header,
                                                   uint64_t* position) {
  uint64_t head = __atomic_load_n(&header->head, __ATOMIC_RELAXED);
  for (int tries = 0; tries < segment_most_tries; ++tries) {
    const uint64_t tail = __atomic_load_n(&header->tail, __ATOMIC_ACQUIRE);
    if (head - tail >= segment_capacity) break;
    if (__atomic_compare_exchange_n(&header->head, &head, head + 1, 0, __ATOMIC_RELAXED,
                                    __ATOMIC_RELAXED)) {
      *position = head;
      return segment_ring(header) + head % segment_capacity;
    }
  }
  __atomic_fetch_add(&header->lost, 1, __ATOMIC_RELAXED);
  return 0;
}

/* What has been written to the record is the reader's from here on. */
static inline void segment_publish(struct segment_record* record, uint64_t position) {
  __atomic_store_n(&record->turn, position + 1, __ATOMIC_RELEASE);
}
