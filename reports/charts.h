// What the charts of the page show, as plain values: the cells of a profile summed up to what fits
// on a screen. Between the Report and the page, which writes them as tables and as data for the
// script that draws. Pure; nothing here judges: classes are those of the analysis, and what has
// none keeps the word of what was seen.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "reports/json_text.h"
#include "src/core/report.h"

namespace bottleneck {

/// What a stretch of time or a frame was: a word, and the class of the style sheet that colours it.
struct ChartKind {
  std::string name;   ///< "memory_latency", "kernel", "file_read"
  std::string color;  ///< a class's name, "others" or "plain"
  bool operator==(const ChartKind&) const = default;
};

/// From `start` on for `length` units of its row.
struct TimelineCell {
  int start = 0;
  int length = 0;
  int kind = 0;  ///< index into TimelineChart::kinds: what most of it was
  int fill = 0;  ///< percent of it that was so used, 1..100
  int name = -1;
};

struct TimelineRow {
  std::string name;
  double unit_s = 1;
  std::vector<TimelineCell> cells;           ///< by start
  std::vector<std::pair<int, double>> sums;  ///< seconds by kind, largest first
};

struct TimelineChart {
  double end_s = 0;
  double column_s = 0;  ///< of the rows of threads
  std::vector<ChartKind> kinds;
  std::vector<std::string> names;  ///< of GPU operations
  std::vector<TimelineRow> rows;
  std::size_t threads_left_out = 0;  ///< shown as one row
};
TimelineChart chart_timeline(const Report&);
/// A row for each stream of a GPU, and for each thread inside its calls.
void add_gpu_rows(TimelineChart&, const Profile&);

struct FlameNode {
  int depth = 0;
  int kind = -1;  ///< -1: more than one below it
  double seconds = 0;
  std::string name;
};

/// A tree in preorder. No call chains are kept in a profile: below the thread stand the caller in
/// the program's own code where that is known, the function, its line.
struct FlameChart {
  std::vector<ChartKind> kinds;
  std::vector<FlameNode> nodes;  ///< [0] is all of it; empty: nothing was seen
  double folded_below = 0;       ///< share of all below which frames stand as "other"
};
FlameChart chart_on_cpu(const Report&);
FlameChart chart_blocked(const Profile&);

struct Roof {
  std::string name;
  double bytes_per_s = 0;  ///< a slope, or
  double flops_per_s = 0;  ///< a level
};
struct RooflinePoint {
  std::string name;
  Bottleneck kind = Bottleneck::compute;
  double share = 0;  ///< of the time in user code
  double flops_per_s = 0;
  double traffic = 0;  ///< bytes/s beyond L2; 0: none was seen
};
/// Of one CPU: loops' rates are per CPU-second.
struct RooflineChart {
  std::vector<Roof> roofs;
  std::vector<RooflinePoint> points;
};
RooflineChart chart_roofline(const Report&);
/// Of the machine alone, without points: of one CPU, and of all of them together.
RooflineChart chart_roofs_of_one(const std::vector<Measurement>& ceilings);
RooflineChart chart_roofs_of_all(const std::vector<Measurement>& ceilings);

/// The index of that kind, added where it is new.
int index_of(std::vector<ChartKind>&, const ChartKind&);
/// By location: the class of its hot loop, else what the CPU did there.
std::vector<ChartKind> kinds_of_locations(const Report&);
ChartKind kind_of_wait(const Profile&, int wait);

/// "multiply()  matmul.cpp:14".
std::string name_loop(const HotCode&);

/// All of it as one JSON object, for the script of the page.
struct Charts {
  RooflineChart roofline;
  TimelineChart timeline;
  FlameChart on_cpu;
  FlameChart blocked;
};
Charts make_charts(const Report&);
void add_charts(JsonText&, const Charts&);
void add_roofline(JsonText&, const RooflineChart&);

}  // namespace bottleneck
