// How deep a body's skin is inside itself, told by the mesh.
#pragma once

#include <utility>
#include <vector>

#include "models/body/body_model.h"

namespace vitruvius {

// A body penetrates itself where skin of one part lies inside another part that is not its neighbour by more
// than what flesh would give.
inline constexpr double kPenetratingM = 0.01;

// Parts are those of models/body/body_parts.h; each is closed by fans over the loops where it was cut from
// its neighbours, so that the winding number (van Oosterom and Strackee, IEEE TBME 1983, for the solid angle
// of a triangle) tells inside from outside. Nothing is counted between neighbours (models/body/body_parts.h),
// so that the folds of elbows, knees and groins are free, nor between parts that overlap in the rest pose.
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

 private:
  struct Part {
    int joint;
    std::vector<int> vertices;                           // that belong to it
    std::vector<Eigen::Vector3i> faces;                  // with most corners among them
    std::vector<std::vector<std::pair<int, int>>> cuts;  // loops of edges where the next part begins
  };
  double WindingNumber(const Part& part, const MatrixX3d& vertices, const Eigen::Vector3d& x) const;

  int num_vertices_;
  std::vector<Part> parts_;
  std::vector<std::vector<bool>> neighbours_;  // (parts, parts)
};

}  // namespace vitruvius
