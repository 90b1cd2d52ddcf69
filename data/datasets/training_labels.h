// Fitted or registered people as training labels of our own: one .npz that holds all that a regressor can
// learn from, read by numpy without pickles.
#pragma once

#include <string>
#include <vector>

#include "data/datasets/pseudo_labels.h"

namespace vitruvius {

// A labelled person beside what was seen of it.
struct TrainingLabel {
  LabelledPerson person;
  // The body in the parametric model's terms; of bodies of segments another result than person.fit.
  const FitResult* body = nullptr;
  double joints_moved_m = 0;  // mean distance of its joints from those of person.fit
  double weight = 0;          // 0 to 1: how much it counts (solvers/registration/label_weights.h)
  int image_width = 0, image_height = 0;
};

// path (.npz), a row a person, usable or not, in the order of `labels`, for N people, J joints, B betas; <f8
// where nothing else is said, and zeros (NaN in residuals and deviations) where a value is not known:
//   ids, images, reason (N,): text; images as found in the result, or empty
//   flags (N,): text, "code:place;code:place"
//   status (N,): int8, 1 usable; label_weight (N,): 0 to 1, 0 what is not to be learned from
//   image_size (N,2): int32, width and height
//   crop_center (N,2), crop_half (N,): px from the picture's first pixel; a square of 1.2 times the box of
//   the
//     keypoints seen, or of joints2d without any (CropOf). crop_half 0: nothing is known in the picture
//   poses (N,3J): axis-angle, radians, [global_orient | body_pose]; betas (N,B); transl (N,3): metres, camera
//     axes (x right, y down, z forward): a parametric body
//   joints3d (N,J,3): metres, camera axes; joints2d (N,J,2): px
//   focal (N,2), center (N,2): px, of the pinhole camera that places the body; zeros for 3D input
//   residual_mean_px (N,): NaN for 3D input
//   joints_relative_std_m (N,J): one standard deviation of joints3d with respect to the pelvis
//   joint_names (J,): text; model, model_gender (): text
// of bodies of segments (models/body/segment_body.h) besides
//   segment_scales (N,J); weak_camera (N,3): px a metre, px, px
//   joints_moved_m (N,): how far the joints of the parametric body, whose betas come from the scales, are
//   from
//     joints3d in the mean. joints3d and joints2d are those of the segments. global_orient is as the crop
//     shows the body, the camera looking straight at it (weak perspective)
// where a keypoint was seen of anybody
//   keypoints2d (N,K,3): x, y in px and confidence, zeros where not seen; keypoint_set (N,): text, the order
//     of each row, empty where nothing was seen; sets of fewer points leave the rest zero
// Throws InputError when the place cannot be written.
void WriteTrainingLabels(const std::string& path, const BodyModel& model,
                         const std::vector<TrainingLabel>& labels);

}  // namespace vitruvius
