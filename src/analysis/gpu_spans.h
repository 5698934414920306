// Sets of instants as sorted, disjoint spans of seconds, and their union, cut and difference. Below
// everything that adds up what ran at once on a device. It knows no device.
#pragma once

#include <vector>

namespace bottleneck {

struct Span {
  double start = 0;
  double end = 0;
  double length() const { return end - start; }
};
/// Sorted and disjoint, but for the input of unite.
using Spans = std::vector<Span>;

Spans unite(Spans);
Spans intersect(const Spans&, const Spans&);
Spans subtract(const Spans&, const Spans&);
double length_of(const Spans&);

/// Appends all spans of the second to the first, to be united later.
void append(Spans&, const Spans&);

}  // namespace bottleneck
