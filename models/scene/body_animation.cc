#include "models/scene/body_animation.h"

#include "models/util/check.h"

namespace vitruvius {

Eigen::VectorXd BodyAnimation::MeanBetas() const {
  VT_CHECK(!frames.empty());
  Eigen::VectorXd sum = Eigen::VectorXd::Zero(frames[0].betas.size());
  int count = 0;
  bool constant = true;
  for (int i = 0; i < num_frames(); ++i) {
    if (found[i] == 0) continue;
    sum += frames[i].betas;
    constant = constant && frames[i].betas == frames[0].betas;
    ++count;
  }
  if (constant) return frames[0].betas;  // not even rounded
  return sum / count;
}

void BodyAnimation::Check(const BodyModel& model) const {
  VT_CHECK_EQ(frames.size(), found.size());
  VT_CHECK(frames.size() == 1 || frames_per_second > 0);
  bool any = false;
  for (int i = 0; i < num_frames(); ++i) {
    VT_CHECK_EQ(frames[i].body_pose.size(), 3 * model.num_body_joints());
    VT_CHECK_EQ(frames[i].betas.size(), model.num_betas());
    any = any || found[i] != 0;
  }
  VT_CHECK(any);
}

}  // namespace vitruvius
