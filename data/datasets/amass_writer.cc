#include "data/datasets/amass_writer.h"

#include <map>
#include <utility>
#include <vector>

#include "data/io/npz.h"
#include "models/body/skeleton.h"
#include "models/util/check.h"

namespace vitruvius {

void WriteAmass(const std::string& path, const BodyModel& model, const BodyAnimation& animation) {
  animation.Check(model);
  VT_CHECK_GT(animation.frames_per_second, 0);
  Eigen::Matrix3d zup_from_yup;
  zup_from_yup << 1, 0, 0, 0, 0, -1, 0, 1, 0;
  const std::int64_t n = animation.num_frames();
  const Eigen::VectorXd betas = animation.MeanBetas();
  const Eigen::RowVector3d pelvis = RestJoints(model, betas).row(0);
  RowMatrixXd poses(n, 3 * model.num_joints());
  MatrixX3d trans(n, 3);
  for (std::int64_t i = 0; i < n; ++i) {
    const BodyParameters frame = TurnBody(model, zup_from_yup, animation.frames[i]);
    poses.row(i) << frame.global_orient.transpose(), frame.body_pose.transpose();
    trans.row(i) = RestJoints(model, frame.betas).row(0) + frame.transl.transpose() - pelvis;
  }
  std::map<std::string, NpyArray> arrays;
  const auto add_columns = [&](const char* key, Eigen::Index first, Eigen::Index count) {
    const RowMatrixXd columns = poses.middleCols(first, count);
    arrays[key] = NpyArray::FromDoubles(columns.data(), {n, count});
  };
  add_columns("poses", 0, poses.cols());
  arrays["trans"] = NpyArray::FromDoubles(trans.data(), {n, 3});
  arrays["betas"] = NpyArray::FromDoubles(betas.data(), {betas.size()});
  arrays["gender"] = NpyArray::FromString(model.gender());
  arrays["mocap_frame_rate"] = NpyArray::FromDoubles(&animation.frames_per_second, {});
  arrays["mocap_framerate"] = arrays["mocap_frame_rate"];
  arrays["up_axis"] = NpyArray::FromString("z");
  const Identity& identity = animation.identity;
  for (const auto& [key, text] : {std::pair{"capture", &identity.capture},
                                  {"subject", &identity.subject},
                                  {"camera", &identity.camera}}) {
    if (!text->empty()) arrays[key] = NpyArray::FromString(*text);
  }
  if (identity.frame >= 0) arrays["first_frame"] = NpyArray::FromInt64(&identity.frame, {});
  const std::vector<std::int8_t> valid(animation.found.begin(), animation.found.end());
  arrays["valid"] = NpyArray::FromInt8(valid.data(), {n});
  constexpr int kSmplxJoints = 55;
  if (model.num_joints() == kSmplxJoints) {
    add_columns("root_orient", 0, 3);
    add_columns("pose_body", 3, 63);
    add_columns("pose_jaw", 66, 3);
    add_columns("pose_eye", 69, 6);
    add_columns("pose_hand", 75, 90);
    arrays["surface_model_type"] = NpyArray::FromString("smplx");
    const auto num_betas = static_cast<std::int32_t>(betas.size());
    arrays["num_betas"] = NpyArray::FromInt32(&num_betas, {});
  }
  WriteNpz(path, arrays);
}

}  // namespace vitruvius
