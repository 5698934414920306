#include "src/analysis/gpu_spans.h"

#include <algorithm>

namespace bottleneck {

Spans unite(Spans spans) {
  std::sort(spans.begin(), spans.end(),
            [](const Span& a, const Span& b) { return a.start < b.start; });
  Spans united;
  for (const Span& one : spans) {
    if (one.end <= one.start) continue;
    if (!united.empty() && one.start <= united.back().end)
      united.back().end = std::max(united.back().end, one.end);
    else
      united.push_back(one);
  }
  return united;
}

Spans intersect(const Spans& a, const Spans& b) {
  Spans both;
  for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    const double start = std::max(a[i].start, b[j].start);
    const double end = std::min(a[i].end, b[j].end);
    if (start < end) both.push_back({start, end});
    if (a[i].end < b[j].end)
      ++i;
    else
      ++j;
  }
  return both;
}

Spans subtract(const Spans& from, const Spans& taken) {
  Spans rest;
  std::size_t j = 0;
  for (const Span& one : from) {
    double start = one.start;
    while (j < taken.size() && taken[j].end <= start) ++j;
    for (std::size_t k = j; k < taken.size() && taken[k].start < one.end; ++k) {
      if (taken[k].start > start) rest.push_back({start, taken[k].start});
      start = std::max(start, taken[k].end);
    }
    if (start < one.end) rest.push_back({start, one.end});
  }
  return rest;
}

double length_of(const Spans& spans) {
  double sum = 0;
  for (const Span& one : spans) sum += one.length();
  return sum;
}

void append(Spans& all, const Spans& more) { all.insert(all.end(), more.begin(), more.end()); }

}  // namespace bottleneck
