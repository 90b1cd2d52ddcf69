// A body as a few tapered capsules, each carried rigidly by a joint: what self-penetration is told by where a
// mesh would cost too much. Made from the model alone, for any tree of joints.
//
// Parts. A vertex belongs to the joint that moves it most (largest skinning weight); parts too thin to hurt
// anybody (fingers, eyes: see the .cc) go to the joint above. A part's capsule is the least-squares fit to
// its rest surface, sum_i area_i d(x_i)^2 with d the signed distance (models/geometry/capsule.h), by
// Levenberg-Marquardt from each principal axis of the part. So it is as often a little inside the skin as
// outside.
//
// Shape. At betas the eight numbers c of a capsule are c_0 + C betas. C is the derivative of the fit's
// minimiser (Gauss-Newton): with J = dd/dc and n_i the outward normal at vertex i, moved by S_i betas,
//   C = (J^T W J + h)^-1 (h C_s - J^T W [n_i . S_i]),
// h a weak hold on where the fit began, which itself follows the betas by C_s.
//
// Pairs. All that can touch: no neighbours (models/body/body_parts.h), and where two capsules overlap in the
// rest pose the ends near their joints are cut off, as SMPLify does for thighs and upper arms (there by a
// table); a pair that would lose too much of a capsule is left out. Own construction.
#pragma once

#include <vector>

#include <Eigen/Core>

#include "models/body/body_model.h"
#include "models/geometry/capsule.h"

namespace vitruvius {

class BodyCapsules {
 public:
  struct Part {
    int joint;
    Eigen::Matrix<double, 8, 1> rest;  // [ends[0] 3 | ends[1] 3 | radii 2] in the rest pose, metres, betas 0
    Eigen::Matrix<double, 8, Eigen::Dynamic> by_betas;  // (8, B)
  };
  // Capsules a and b, each beyond a share of its length.
  struct Pair {
    int a, b;
    double begin_a, begin_b;
  };

  explicit BodyCapsules(const BodyModel& model);

  const std::vector<Part>& parts() const { return parts_; }
  const std::vector<Pair>& pairs() const { return pairs_; }
  // In the rest pose of a body of this shape, metres; ends[0] is the one near the joint.
  Capsule Rest(int part, const Eigen::VectorXd& betas) const;

 private:
  void FindPairs(const BodyModel& model, const std::vector<std::vector<bool>>& neighbours);
  std::vector<Part> parts_;
  std::vector<Pair> pairs_;
};

}  // namespace vitruvius
