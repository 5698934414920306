// Inside the preloaded sampler (tier C), shared by its few C files: which thread has which timer.
// sampler.c starts it and takes the samples, sampler_threads.c gives each thread a timer,
// sampler_interpose.c stands before the libc functions that could switch it off. Linked without
// libc: what is needed of it is a weak reference, so that any libc will do, or none.
#pragma once

#include <signal.h>
#include <stdint.h>

#include "probes/inject/segment.h"

/* A thread that has, or is about to have, a timer. */
struct sampled_thread {
  void* (*start)(void*);
  void* argument;
  uint64_t stack_low; /* chains are followed within [low, top) alone; low >= top: not at all */
  uint64_t stack_top;
  uint64_t stack_size; /* as the creator asked for */
  uint64_t guard_size;
  uint64_t alternate_stack; /* ours, for a thread whose own stack is small; 0 none */
  int32_t timer;            /* -1 none */
  int32_t left_alone;       /* no timer any more: sampler_leave_thread */
  uint32_t tid;
};

enum { sampler_most_threads = 4096 };

struct sampler {
  struct segment_header* header; /* null: inert, everything passes through */
  struct sigaction pretended;    /* what the target believes to have set for our signal */
  int signal;
  uint32_t pid;
  uint32_t least_stack; /* what our signal takes of the stack that it is delivered on */
  int stopped; /* the target sandboxes itself or is traced: no system call and no signal of ours any
                * more */
};
extern struct sampler sampler;

/* The next definition of a function that we interpose; null: there is none. */
void* sampler_next(const char* name);

/* sampler_threads.c */
extern struct sampled_thread sampler_threads[sampler_most_threads];
/* Main thread: [low, top) of its stack. */
void sampler_adopt_main(uint64_t low, uint64_t top);
/* Deletes all timers for good. */
void sampler_stop(void);
/* The calling thread can take no signals of ours any more. */
void sampler_leave_thread(void);

/* sampler.c */
void sampler_on_signal(int signal, siginfo_t* info, void* context);

/* sampler_interpose.c */
void sampler_resolve(void);
/* Someone else's signal of our number, as the target would have seen it. */
void sampler_forward(int signal, siginfo_t* info, void* context);

#define SAMPLER_EXPORT __attribute__((visibility("default")))
