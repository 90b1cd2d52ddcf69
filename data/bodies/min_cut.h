// Two labels over a graph at the least cost, exactly.
#pragma once

#include <cstddef>
#include <vector>

namespace vitruvius {

// Minimises sum_i cost_i(label_i) + sum_ij w_ij [label_i != label_j] over labels 0 and 1, by the greatest
// flow through the graph (Greig, Porteous and Seheult, Exact maximum a posteriori estimation for binary
// images, JRSS B 1989; the flow by Dinic's algorithm). Deterministic.
class MinCut {
 public:
  explicit MinCut(int num_nodes);
  // Costs must not be negative.
  void AddCosts(int node, double cost_of_0, double cost_of_1);
  void AddEdge(int a, int b, double weight);
  // Each node's label; of labels at the same cost, 1 wherever it may be.
  std::vector<int> Solve();

 private:
  struct Arc {
    int to;
    double capacity;
  };
  void AddArcs(int a, int b, double forth, double back);
  // Distances from the source along arcs with capacity left; false when the sink is not reached.
  bool FindLevels();
  // Pushes flow along one path of rising levels; 0 when there is none.
  double PushPath();

  int source_, sink_;
  double least_capacity_ = 0;  // below which an arc counts as full
  std::vector<Arc> arcs_;      // arc i and i ^ 1 are each other's way back
  std::vector<std::vector<int>> arcs_of_;
  std::vector<int> level_;
  std::vector<std::size_t> next_arc_;
};

}  // namespace vitruvius
