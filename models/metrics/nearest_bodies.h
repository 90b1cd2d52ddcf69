// The nearest of very many bodies to each of many others, by the mean distance of corresponding vertices,
// exactly: what recall and precision of pose priors are made of (Davydov et al., Adversarial Parametric Pose
// Prior, CVPR 2022, sec. 4.2).
//
// Every pair is bounded from below by sketches (body_sketch.h), coarse to fine; meshes are made only of those
// that may still be nearest. Memory is that of the queries' sketches and of one call's bodies.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "models/metrics/body_sketch.h"

namespace vitruvius {

// 1/V sum_i |a_i - b_i|; (V, 3) each, metres.
double MeanVertexDistanceM(const MatrixX3d& a, const MatrixX3d& b);

struct NearestBody {
  double distance_m = std::numeric_limits<double>::infinity();
  std::int64_t index = -1;  // in the order of Add, from 0; the first of equals
};

class NearestBodies {
 public:
  // queries (Q, 3(J-1)): body poses; root at rest, betas 0. threads 0: one a core; the result is the same.
  NearestBodies(std::shared_ptr<const BodyModel> model, RowMatrixXd queries, int threads = 0);

  // More bodies to be near to, (N, 3(J-1)); numbered on from those before.
  void Add(const RowMatrixXd& poses);
  const std::vector<NearestBody>& nearest() const { return nearest_; }  // (Q)

  // How far pairs came: bounded coarsely (all of them), then at the middle and fine level, then measured.
  struct Work {
    std::int64_t coarse = 0, middle = 0, fine = 0, meshes = 0;
  };
  const Work& work() const { return work_; }

 private:
  struct Scratch;
  struct Bodies;
  void Search(int query, const RowMatrixXd& poses, const Bodies& bodies, Scratch* scratch);

  std::shared_ptr<const BodyModel> model_;
  BodySketch sketch_;
  RowMatrixXd queries_;
  int threads_;
  std::vector<SketchLevel<8>> coarse_;
  std::vector<SketchLevel<32>> middle_;
  std::vector<SketchLevel<128>> fine_;
  std::vector<NearestBody> nearest_;
  std::int64_t num_added_ = 0;
  Work work_;
  std::vector<std::shared_ptr<Scratch>> scratch_;  // one a thread
};

}  // namespace vitruvius
