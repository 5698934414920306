/* Many writers and one reader on the ring of segment.h, to be built with -fsanitize=thread: each
 * record arrives once, whole and in the order of its writer, or is counted as lost. */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

#include "probes/inject/segment_writer.h"

enum { writers = 4, samples = 100000 };

static struct segment_header* header;
static int running = writers;

static void* write_samples(void* number) {
  const uint32_t writer = (uint32_t)(uintptr_t)number;
  for (uint32_t i = 0; i < samples; ++i) {
    uint64_t position;
    struct segment_record* record = segment_claim(header, &position);
    if (!record) {
      sched_yield();
      continue;
    }
    record->tid = writer;
    record->periods = i;
    for (int r = 0; r < segment_registers; ++r) record->registers[r] = i;
    for (int f = 0; f < segment_frames; ++f) record->chain[f] = i;
    segment_publish(record, position);
  }
  __atomic_fetch_sub(&running, 1, __ATOMIC_RELEASE);
  return NULL;
}

static int is_whole(const struct segment_record* record) {
  for (int r = 0; r < segment_registers; ++r)
    if (record->registers[r] != record->periods) return 0;
  for (int f = 0; f < segment_frames; ++f)
    if (record->chain[f] != record->periods) return 0;
  return record->tid < writers;
}

/* Takes out what is whole; 1: something was wrong. */
static int drain(uint64_t* tail, uint64_t* last) {
  for (;; ++*tail) {
    const struct segment_record* record = segment_ring(header) + *tail % segment_capacity;
    if (__atomic_load_n(&record->turn, __ATOMIC_ACQUIRE) != *tail + 1) break;
    if (!is_whole(record) || record->periods + 1 <= last[record->tid]) return 1;
    last[record->tid] = record->periods + 1;
    __atomic_store_n(&header->tail, *tail + 1, __ATOMIC_RELEASE);
  }
  return 0;
}

int main(void) {
  pthread_t threads[writers];
  uint64_t tail = 0, last[writers] = {0};
  int wrong = 0;
  header = calloc(1, segment_size);
  for (uintptr_t i = 0; i < writers; ++i)
    pthread_create(&threads[i], NULL, write_samples, (void*)i);
  while (!wrong && __atomic_load_n(&running, __ATOMIC_ACQUIRE) > 0) wrong = drain(&tail, last);
  for (int i = 0; i < writers; ++i) pthread_join(threads[i], NULL);
  if (!wrong) wrong = drain(&tail, last);
  const uint64_t lost = __atomic_load_n(&header->lost, __ATOMIC_RELAXED);
  printf("%llu samples, %llu lost\n", (unsigned long long)tail, (unsigned long long)lost);
  if (wrong || tail == 0 || tail + lost != (uint64_t)writers * samples) return 1;
  free(header);
  return 0;
}
