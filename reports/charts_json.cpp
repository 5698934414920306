// The charts as data for the script of the page (reports/web/src/data.ts reads them).
#include <map>

#include "reports/charts.h"
#include "reports/json_text.h"

namespace bottleneck {
namespace {

void add_kinds(JsonText& json, const std::vector<ChartKind>& kinds) {
  json.key("kinds").open("[");
  for (const ChartKind& kind : kinds) {
    json.open("[").text(kind.name).text(kind.color).close("]");
  }
  json.close("]");
}

/// Five numbers a cell, one after the other: begin behind the end of the one before, length, kind,
/// fill, name.
void add_cells(JsonText& json, const std::vector<TimelineCell>& cells) {
  json.key("cells").open("[");
  int end = 0;
  for (const TimelineCell& cell : cells) {
    json.whole(cell.start - end).whole(cell.length).whole(cell.kind);
    json.whole(cell.fill).whole(cell.name);
    end = cell.start + cell.length;
  }
  json.close("]");
}

void add_timeline(JsonText& json, const TimelineChart& chart) {
  json.key("timeline").open("{").key("end_s").number(chart.end_s);
  json.key("column_s").number(chart.column_s);
  add_kinds(json, chart.kinds);
  json.key("names").open("[");
  for (const std::string& name : chart.names) json.text(name);
  json.close("]").key("rows").open("[");
  for (const TimelineRow& row : chart.rows) {
    json.open("{").key("name").text(row.name).key("unit_s").number(row.unit_s);
    add_cells(json, row.cells);
    json.close("}");
  }
  json.close("]").close("}");
}

/// Names once, and four numbers a frame: depth, name, kind, microseconds.
void add_flame(JsonText& json, const FlameChart& chart) {
  json.open("{");
  add_kinds(json, chart.kinds);
  std::map<std::string, int> numbers;
  JsonText names;
  names.open("[");
  json.key("nodes").open("[");
  for (const FlameNode& node : chart.nodes) {
    const auto [found, is_new] = numbers.try_emplace(node.name, static_cast<int>(numbers.size()));
    if (is_new) names.text(node.name);
    json.whole(node.depth).whole(found->second).whole(node.kind);
    json.whole(static_cast<std::int64_t>(node.seconds * 1e6));
  }
  names.close("]");
  json.close("]").key("names").raw(names.bytes()).close("}");
}

}  // namespace

void add_roofline(JsonText& json, const RooflineChart& chart) {
  json.open("{").key("roofs").open("[");
  for (const Roof& roof : chart.roofs) {
    json.open("{").key("name").text(roof.name).key("bytes_per_s").number(roof.bytes_per_s);
    json.key("flops_per_s").number(roof.flops_per_s).close("}");
  }
  json.close("]").key("points").open("[");
  for (const RooflinePoint& point : chart.points) {
    json.open("{").key("name").text(point.name).key("kind").text(to_string(point.kind));
    json.key("share").number(point.share).key("flops_per_s").number(point.flops_per_s);
    json.key("traffic").number(point.traffic).close("}");
  }
  json.close("]").close("}");
}

Charts make_charts(const Report& report) {
  return {chart_roofline(report), chart_timeline(report), chart_on_cpu(report),
          chart_blocked(report.profile)};
}

void add_charts(JsonText& json, const Charts& charts) {
  json.open("{");
  add_timeline(json, charts.timeline);
  json.key("on_cpu");
  add_flame(json, charts.on_cpu);
  json.key("blocked");
  add_flame(json, charts.blocked);
  json.key("roofline");
  add_roofline(json, charts.roofline);
  json.close("}");
}

}  // namespace bottleneck
