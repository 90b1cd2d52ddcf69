// How deep a body's skin is inside itself, told by the mesh.
#pragma once

#include <cstdio>
#include <utility>
#include <vector>

#include "models/body/body_model.h"

namespace vitruvius {

// A body penetrates itself where skin of one part lies inside another part that is not its neighbour by more
// than what flesh would give.
inline constexpr double kPenetratingM = 0.01;

// Parts are those of models/body/body_parts.h; each is closed by fans over the loops where it was cut from
// its neighbours, so that the winding number (van Oosterom and Strackee, IEEE TBME 1983, for the solid angle
// of a triangle) tells inside from outside. Neighbours, between which nothing is counted: parts that share
// an edge of the mesh, a part and the one it hangs on, and parts that overlap in the rest pose already. The
// folds of elbows, knees and groins are theirs.
class SelfPenetration {
 public:
  explicit SelfPenetration(const BodyModel& model);

  struct Depth {
    double depth_m = 0;  // of the deepest vertex: its distance to the skin of the part it is in; 0: none
    int vertex = -1;
    int inside_joint = -1;  // the part it is in
  };
  // vertices (V, 3): a posed mesh of the model, metres.
  Depth Deepest(const MatrixX3d& vertices) const;
  void Print(const BodyModel& m) const { for (size_t p=0;p<parts_.size();++p){printf("%s:",m.joint_names()[parts_[p].joint].c_str());for(size_t q=0;q<parts_.size();++q)if(p!=q&&neighbours_[p][q])printf(" %s",m.joint_names()[parts_[q].joint].c_str());printf("\n");} }

 private:
  struct Part {
    int joint;
    std::vector<int> vertices;           // that belong to it
    std::vector<Eigen::Vector3i> faces;  // with most corners among them
    std::vector<std::vector<std::pair<int, int>>> cuts;  // loops of edges where the next part begins
  };
  double WindingNumber(const Part& part, const MatrixX3d& vertices, const Eigen::Vector3d& x) const;

  int num_vertices_;
  std::vector<Part> parts_;
  std::vector<std::vector<bool>> neighbours_;  // (parts, parts)
};

}  // namespace vitruvius
