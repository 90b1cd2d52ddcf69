// Pictures made from motion: dressed bodies in real poses before any background, with all that is true of
// them, for networks to learn from.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "data/datasets/pose_collection.h"
#include "models/body/body_model.h"
#include "models/body/surface_chart.h"
#include "models/rendering/image.h"
#include "models/scene/fit_result.h"
#include "models/scene/observation.h"

namespace vitruvius {

struct SyntheticImageOptions {
  int size_px = 256;                            // of both sides
  std::string backgrounds;                      // folder of pictures; empty: made by code
  double betas_sd = 1;                          // of each shape parameter, normal
  double least_share = 0.5, most_share = 0.95;  // of the picture's side that the person's larger side takes
  double most_cut_share = 0.1;                  // of the person's larger side that may lie outside
  double least_focal = 1, most_focal = 3;       // in sides of the picture
  double most_pitch_rad = 0.35, most_roll_rad = 0.17;  // of the camera, both ways
  double occluded_share = 0.3;                      // of the pictures that have something before the person
  int most_points = 125, most_points_of_part = 14;  // of the surface
  int supersampling = 2;                            // models/rendering/rasterizer.h
  std::uint64_t seed = 1;

  void Check() const;  // throws ContractError
};

struct SyntheticImage {
  Image image;                        // opaque
  std::vector<std::uint8_t> mask;     // (height, width) 255 where the person is seen, else 0
  std::vector<std::uint8_t> part_at;  // (height, width) the chart's part where the person is seen, else 0
  // COCO's 17 keypoints where they are exactly, confidence 0 outside the picture; points of the surface that
  // are seen, with face and place in the chart; size of the picture, camera. Without id and file.
  PersonObservation observation;
  Eigen::VectorXi visibility;  // (17) as COCO's: 2 seen, 1 hidden, 0 outside the picture
  Eigen::Vector4d box_px = Eigen::Vector4d::Zero();  // left, top, width, height of what is seen
  // What a perfect fit would say: usable, parameters, joints and camera.
  FitResult truth;
};

// Immutable but for what Make is given; image i depends on the seed, i, the poses, the body and the pictures
// of the folder alone.
class SyntheticImages {
 public:
  // Of one thread; what Make reuses.
  class Workspace {
   public:
    explicit Workspace(const SyntheticImages& images);
    ~Workspace();
    Workspace(Workspace&&) noexcept;

   private:
    friend class SyntheticImages;
    struct Impl;
    std::unique_ptr<Impl> impl_;
  };

  // Poses are drawn by their weights. The chart must be over the body's own faces. Throws InputError for a
  // body without SMPL's joints, a chart of other faces and a folder without pictures.
  SyntheticImages(std::shared_ptr<const BodyModel> model, std::shared_ptr<const SurfaceChart> chart,
                  const PoseCollection& poses, SyntheticImageOptions options);
  ~SyntheticImages();

  const SyntheticImageOptions& options() const;
  const BodyModel& model() const;
  // Throws InputError for a background that cannot be read.
  SyntheticImage Make(std::int64_t index, Workspace* workspace) const;

 private:
  struct Impl;
  std::unique_ptr<const Impl> impl_;
};

}  // namespace vitruvius
