// The other half of json_fields.h: the cells of the timeline, tens of thousands of rows, saved as
// columns.
#pragma once

#include "src/core/json_fields.h"

namespace bottleneck {

void describe(auto& codec, Like<Instant> auto& instant) {
  codec("working", instant.working);
  codec("spinning", instant.spinning);
  codec("queueing", instant.queueing);
  codec("starved", instant.starved);
}

void describe(auto& codec, Like<WorkCell> auto& cell) {
  codec("window", cell.window);
  codec("thread", cell.thread);
  describe(codec, cell.instant);
  codec.time("seconds", cell.seconds);
}

void describe(auto& codec, Like<CodeCell> auto& cell) {
  codec("window", cell.window);
  codec("thread", cell.thread);
  codec("location", cell.location);
  codec.time("seconds", cell.seconds);
  codec("samples", cell.samples);
}

void describe(auto& codec, Like<IdleCell> auto& cell) {
  codec("window", cell.window);
  describe(codec, cell.instant);
  codec("thread", cell.thread);
  codec("wait", cell.wait);
  codec.time("seconds", cell.seconds);
}

void describe(auto& codec, Like<BlockedCell> auto& cell) {
  codec("thread", cell.thread);
  codec("wait", cell.wait);
  codec("count", cell.count);
  codec.time("seconds", cell.seconds);
}

void describe(auto& codec, Like<CounterCell> auto& cell) {
  codec("window", cell.window);
  codec("process", cell.process);
  codec.time("user_s", cell.user_s);
  codec.time("system_s", cell.system_s);
  codec("minor_faults", cell.minor_faults);
  codec("major_faults", cell.major_faults);
  codec("read_bytes", cell.read_bytes);
  codec("written_bytes", cell.written_bytes);
  codec("read_chars", cell.read_chars);
  codec("written_chars", cell.written_chars);
  codec("read_calls", cell.read_calls);
  codec("write_calls", cell.write_calls);
}

void describe(auto& codec, Like<SystemCell> auto& cell) {
  codec("window", cell.window);
  codec.time("others_busy_s", cell.others_busy_s);
  codec.time("throttled_s", cell.throttled_s);
}

}  // namespace bottleneck
