#include "data/datasets/smplifyx_result.h"

#include <map>
#include <vector>

#include "data/io/pickle_writer.h"
#include "models/util/check.h"

namespace vitruvius {

void WriteSmplifyXResult(const std::string& path, const BodyModel& model, const FitResult& fit) {
  VT_CHECK(fit.usable);
  VT_CHECK_EQ(fit.parameters.body_pose.size(), 3 * model.num_body_joints());
  std::map<std::string, NpyArray> arrays;
  const auto add = [&](const char* key, const Eigen::Ref<const Eigen::VectorXd>& values) {
    const Eigen::VectorXf floats = values.cast<float>();
    arrays[key] = NpyArray::FromFloats(floats.data(), {1, floats.size()});
  };
  const BodyParameters& body = fit.parameters;
  add("global_orient", body.global_orient);
  add("betas", body.betas);
  add("camera_translation", body.transl);
  const Eigen::Matrix3f identity = Eigen::Matrix3f::Identity();
  arrays["camera_rotation"] = NpyArray::FromFloats(identity.data(), {1, 3, 3});
  add("focal_px", fit.focal_px);
  add("center_px", fit.center_px);
  constexpr int kSmplhJoints = 52, kSmplxJoints = 55, kBody = 63, kHand = 45;
  const bool smplx = model.num_joints() == kSmplxJoints;
  if (!smplx && model.num_joints() != kSmplhJoints) {
    add("body_pose", body.body_pose);
  } else {
    add("body_pose", body.body_pose.head(kBody));
    if (smplx) {
      add("jaw_pose", body.body_pose.segment(kBody, 3));
      add("leye_pose", body.body_pose.segment(kBody + 3, 3));
      add("reye_pose", body.body_pose.segment(kBody + 6, 3));
    }
    add("left_hand_pose", body.body_pose.segment(body.body_pose.size() - 2 * kHand, kHand));
    add("right_hand_pose", body.body_pose.tail(kHand));
  }
  WritePickle(path, arrays);
}

}  // namespace vitruvius
