// Fits as training labels in the layouts of SPIN and EFT. Sources: Kolotouros et al., SPIN (ICCV 2019),
// datasets/base_dataset.py and train/fits_dict.py; Joo et al., EFT (3DV 2021), docs/README_dataformat.md.
#pragma once

#include <string>
#include <vector>

#include "models/scene/fit_result.h"
#include "models/scene/observation.h"

namespace vitruvius {

// A fitted person, and what was seen of it where that is known.
struct LabelledPerson {
  const FitResult* fit = nullptr;
  const PersonObservation* seen = nullptr;  // may be null
  std::string image_path = "";              // may be empty: the id stands for it
};

// SPIN's crop: a square of 200 scale px about the centre, 1.2 times the box of the keypoints seen, or of the
// body's joints in the picture where no keypoints are at hand.
struct LabelCrop {
  Eigen::Vector2d center_px;
  double scale = 0;  // 0: nothing of the person is known in the picture

  double half_px() const { return 100 * scale; }  // half the square's side
};
LabelCrop CropOf(const LabelledPerson& person);

// path (.npz), N people whose crop is known, of M in all:
//   imgname (N,) the picture; center (N,2) px, counted from 0; scale (N,)
//   pose (N,72) axis-angle in the camera's axes (x right, y down, z forward); shape (N,10)
//   has_smpl (N,) uint8: 1 where the fit is usable; zeros in pose and shape elsewhere
//   openpose (N,25,3), part (N,24,3): x, y in px and confidence in SPIN's two orders, zeros where not seen:
//     keypoints of OpenPose detectors go into the one, annotations (COCO, LSP, MPII, ...) into the other
//   gender (N,) "m" or "f", of gendered bodies alone: SPIN takes every other text for female
// and beside it PATH without .npz + "_fits.npy" (N,82) float32: pose and shape, as SPIN's static fits.
// S (3D joints of a data set) is left out; SPIN trains without it. The body has SMPL's 24 joints and at most
// ten betas. Returns N. Throws InputError for another body and when a place cannot be written.
long WriteSpinLabels(const std::string& path, const BodyModel& model,
                     const std::vector<LabelledPerson>& people);

// {"ver": 1.0, "data": [...]}, an entry a usable person whose crop is known:
//   parm_pose 24x3x3 rotation matrices; parm_shape [10]; smpltype "smpl"
//   parm_cam [s, tx, ty]: x_crop = s X_xy + t with X the body's points with transl 0, x_crop from -1 to 1
//   over
//     the crop: x_px = bbox_center + 100 bbox_scale x_crop; least squares over the joints
//   bbox_scale, bbox_center [x, y]: as SPIN's scale and center
//   joint_validity_openpose18 [18] bool: keypoints that were seen; all false where none are at hand
//   imageName: the picture's name without folders; annotId: the number at the end of the id, or -1;
//   subjectId: the id
// Such a camera looks straight at the crop. What stands beside the picture's middle is seen turned by the ray
// to it, and its root rotation is given as the crop shows it: R = R_ray^T R_0, R_ray the smallest rotation
// from the optical axis to the ray through the crop's centre. Without that turn the labels of people off the
// middle of wide pictures would teach a regressor the wrong orientation. Of a person registered under weak
// perspective (weak_camera_px) the orientation is as the crop shows it already, and stays; so it is in
// WriteSpinLabels. Returns the number of entries.
long WriteEftLabels(const std::string& path, const BodyModel& model,
                    const std::vector<LabelledPerson>& people);

}  // namespace vitruvius
