// How deep a body's skin is inside itself, told by the mesh.
#pragma once

#include <utility>
#include <vector>

#include "models/body/body_model.h"

namespace vitruvius {

// A body penetrates itself where skin of one part lies inside another part that is not its neighbour by more
// than what flesh would give.
inline constexpr double kPenetratingM = 0.01;

// Parts are those of models/body/body_parts.h. What a part may lie in are solids: each part of a limb or the
// head alone, and the trunk as a whole (pelvis, spine and collars, of which none encloses anything by
// itself). A solid is closed by fans over the loops where it was cut from its neighbours, so that the winding
// number (van Oosterom and Strackee, IEEE TBME 1983, for the solid angle of a triangle) tells inside from
// outside. Nothing is counted between a part and a solid with a neighbour of it (models/body/body_parts.h),
// so that the folds of elbows, knees, groins and armpits are free, nor where they overlap in the rest pose.
class SelfPenetration {
 public:
  explicit SelfPenetration(const BodyModel& model);

  struct Depth {
    double depth_m = 0;  // of the deepest vertex: its distance to the skin of the solid it is in; 0: none
    int vertex = -1;
    int inside_joint = -1;  // the part whose skin is nearest, of the solid it is in
  };
  // vertices (V, 3): a posed mesh of the model, metres.
  Depth Deepest(const MatrixX3d& vertices) const;

 private:
  struct Part {
    int joint;
    std::vector<int> vertices;  // that belong to it
  };
  struct Solid {
    std::vector<Eigen::Vector3i> faces;                  // with most corners on it
    std::vector<std::vector<std::pair<int, int>>> cuts;  // loops of edges where the next solid begins
  };
  double WindingNumber(const Solid& solid, const MatrixX3d& vertices, const Eigen::Vector3d& x) const;

  int num_vertices_;
  std::vector<int> part_of_vertex_;  // (V) joint
  std::vector<Part> parts_;
  std::vector<Solid> solids_;
  std::vector<std::vector<bool>> ignored_;  // (joints, solids)
};

}  // namespace vitruvius
