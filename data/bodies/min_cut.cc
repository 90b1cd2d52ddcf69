#include "data/bodies/min_cut.h"

#include <algorithm>
#include <limits>

#include "models/util/check.h"

namespace vitruvius {

constexpr double kFull = 1e-13;  // of the greatest capacity

MinCut::MinCut(int num_nodes) : source_(num_nodes), sink_(num_nodes + 1), arcs_of_(num_nodes + 2) {}

void MinCut::AddArcs(int a, int b, double forth, double back) {
  VT_CHECK_GE(std::min(forth, back), 0);
  least_capacity_ = std::max(least_capacity_, kFull * std::max(forth, back));
  arcs_of_[a].push_back(static_cast<int>(arcs_.size()));
  arcs_.push_back({b, forth});
  arcs_of_[b].push_back(static_cast<int>(arcs_.size()));
  arcs_.push_back({a, back});
}

void MinCut::AddCosts(int node, double cost_of_0, double cost_of_1) {
  AddArcs(source_, node, cost_of_1, 0);
  AddArcs(node, sink_, cost_of_0, 0);
}

void MinCut::AddEdge(int a, int b, double weight) { AddArcs(a, b, weight, weight); }

bool MinCut::FindLevels() {
  level_.assign(arcs_of_.size(), -1);
  level_[source_] = 0;
  std::vector<int> queue = {source_};
  for (size_t i = 0; i < queue.size(); ++i) {
    for (const int arc : arcs_of_[queue[i]]) {
      const int to = arcs_[arc].to;
      if (level_[to] >= 0 || arcs_[arc].capacity <= least_capacity_) continue;
      level_[to] = level_[queue[i]] + 1;
      queue.push_back(to);
    }
  }
  return level_[sink_] >= 0;
}

double MinCut::PushPath() {
  std::vector<int> path;  // arcs
  int node = source_;
  while (node != sink_) {
    size_t& next = next_arc_[node];
    while (next < arcs_of_[node].size()) {
      const Arc& arc = arcs_[arcs_of_[node][next]];
      if (arc.capacity > least_capacity_ && level_[arc.to] == level_[node] + 1) break;
      ++next;
    }
    if (next < arcs_of_[node].size()) {
      path.push_back(arcs_of_[node][next]);
      node = arcs_[path.back()].to;
    } else {  // a dead end: back one step, never here again
      if (path.empty()) return 0;
      node = arcs_[path.back() ^ 1].to;
      path.pop_back();
      ++next_arc_[node];
    }
  }
  double flow = std::numeric_limits<double>::infinity();
  for (const int arc : path) flow = std::min(flow, arcs_[arc].capacity);
  for (const int arc : path) {
    arcs_[arc].capacity -= flow;
    arcs_[arc ^ 1].capacity += flow;
  }
  return flow;
}

std::vector<int> MinCut::Solve() {
  while (FindLevels()) {
    next_arc_.assign(arcs_of_.size(), 0);
    while (PushPath() > 0) {
    }
  }
  std::vector<int> labels(static_cast<size_t>(source_));
  for (int i = 0; i < source_; ++i) labels[i] = level_[i] < 0;
  return labels;
}

}  // namespace vitruvius
