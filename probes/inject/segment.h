// The shared memory through which the preloaded sampler (sampler.c, tier C) hands its samples to
// the launcher: a header and a ring of records of fixed size, written by many threads of many
// processes in signal handlers and read by one. Plain C: it is compiled into the target. Whatever
// either side dies of, the other goes on; the reader trusts nothing that lies here
// (segment_reader.h).
#pragma once

#include <stdint.h>

#define BOTTLENECK_SEGMENT_MAGIC UINT64_C(0x31544e474d455342) /* "BSEGMNT1" */
/* Environment of the target: the file to map, as an absolute path. */
#define BOTTLENECK_SEGMENT_VARIABLE "BOTTLENECK_SEGMENT"

enum {
  segment_version = 1,
  segment_registers = 18, /* in the order of probes/perf/records.h */
  segment_frames = 40,
  /* Records; a power of two: 4 MB, 0.5 s of 64 threads at 250 samples a second. */
  segment_capacity = 8192
};

/* One sample, 512 bytes. */
struct segment_record {
  uint64_t turn;    /* its position + 1 once it is whole; written last, with release */
  uint64_t time_ns; /* CLOCK_MONOTONIC */
  uint32_t pid;     /* as the target's own PID namespace numbers it */
  uint32_t tid;
  uint32_t periods; /* of CPU time that this sample stands for: 1 + timer overruns */
  uint32_t frames;  /* valid in chain */
  uint64_t registers[segment_registers];
  uint64_t stack_top; /* the word at the stack pointer; 0 unknown */
  uint64_t reserved;  /* 0 */
  /* Return addresses by frame pointers, the sampled address first. */
  uint64_t chain[segment_frames];
};

struct segment_header {
  uint64_t magic;
  uint32_t version;
  uint32_t record_size;
  uint32_t capacity;
  uint32_t period_ns; /* asked for; the kernel's tick may make it longer, which `periods` says */
  char pad0[40];
  uint64_t head; /* next position to write; records are at position % capacity */
  char pad1[56];
  uint64_t tail; /* next position to read; moved by the reader alone */
  char pad2[56];
  uint64_t lost;          /* samples that found the ring full */
  uint64_t processes;     /* that the sampler has started in */
  uint64_t without_timer; /* threads that could get none */
  /* Seccomp filters on the launcher. A program with more of them has put itself, or been put, into
   * a sandbox that may kill for our system calls: the sampler stays out. */
  uint64_t seccomp_filters;
  uint64_t closed; /* not 0: the launcher is done and wants no more samples */
  char pad3[24];
};

enum { segment_header_size = 4096, segment_size = segment_header_size + segment_capacity * 512 };

#ifdef __cplusplus
static_assert(sizeof(struct segment_record) == 512 && sizeof(struct segment_header) == 256);
#else
_Static_assert(sizeof(struct segment_record) == 512, "a record is 512 bytes");
_Static_assert(sizeof(struct segment_header) == 256, "four cache lines");
#endif
