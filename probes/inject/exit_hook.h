// How the object that is preloaded (exit_hook.c) and those that record find each other: the
// preloaded one exports this pointer, and calls it before a process ends without its exit handlers
// or becomes another program. Plain C.
#pragma once

#define BOTTLENECK_EXIT_HOOK "bottleneck_before_end"
