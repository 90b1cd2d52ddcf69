// Clothes, skin and hair as colours of a body's vertices: painted on, without a shape of their own.
#pragma once

#include <memory>
#include <vector>

#include "models/body/body_model.h"
#include "models/body/surface_chart.h"
#include "models/util/rng.h"

namespace vitruvius {

// sRGB, 0 to 1.
struct ClothPattern {
  enum class Kind { kPlain, kBands, kStripes, kChecks };  // bands go round the body, stripes along it
  Kind kind = Kind::kPlain;
  Eigen::Vector3d first = Eigen::Vector3d::Zero(), second = Eigen::Vector3d::Zero();
  double repeats = 1;  // over a part of the chart

  Eigen::Vector3d At(const Eigen::Vector2d& uv) const;
};

struct Outfit {
  Eigen::Vector3d skin, hair, lips;  // sRGB, 0 to 1
  ClothPattern top, bottom, shoes;
  // How far down the limb they reach: 0 at its beginning, 1 at elbow or knee, 2 at wrist or ankle.
  double sleeves = 1, legs = 2;
  double waist = 0.5;  // of the way from pelvis to the next joint of the spine
  double neckline =
      0.9;  // of the way from pelvis to neck, above which the top leaves skin where it is narrow
  bool is_barefoot = false, is_bald = false;
  double hairline = 0.5;        // height over the ears at the forehead, of that of the crown
  double hair_length_m = 0.05;  // below the ears
};
Outfit DrawOutfit(Rng* rng);

// Knows where on a body everything lies. Immutable; many threads may paint at once.
class BodyPainter {
 public:
  // The chart must be over the body's own faces. Throws InputError for a chart of other faces and for a body
  // that lacks SMPL's joints.
  BodyPainter(const BodyModel& model, const SurfaceChart& chart);

  // colors (V, 3) sRGB, 0 to 1, a row for each vertex.
  void Paint(const Outfit& outfit, MatrixX3d* colors) const;

 private:
  enum class Region { kTorso, kArm, kHand, kLeg, kFoot, kHead };
  struct Place {
    Region region = Region::kTorso;
    // Torso: height from pelvis (0) to neck (1). Arms and legs: 0 to 2, as in Outfit. Head: height over the
    // ears, m.
    double along = 0;
    double front_m = 0;  // before the ears (head) or the spine (torso)
    double aside_m = 0;  // from the middle
    bool is_eye = false, is_mouth = false;
    Eigen::Vector2d uv = Eigen::Vector2d::Zero();
  };
  Eigen::Vector3d ColorOf(const Place& place, const Outfit& outfit) const;

  std::vector<Place> places_;            // (V)
  double crown_m_ = 0.1, face_m_ = 0.1;  // of the head: height over the ears, depth before them
  double spine_step_ = 0.2;              // from pelvis to the next joint, of the way to the neck
};

}  // namespace vitruvius
