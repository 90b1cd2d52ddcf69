#include "data/datasets/dressed_body.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "data/datasets/random_shapes.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

using Eigen::Vector3d;

// From very fair to very dark; a person's skin lies between two neighbours.
const Vector3d kSkins[] = {{0.96, 0.82, 0.74}, {0.91, 0.73, 0.62}, {0.82, 0.62, 0.48},
                           {0.70, 0.49, 0.35}, {0.53, 0.36, 0.26}, {0.34, 0.23, 0.18}};
// Black, dark brown, brown, red, blond, grey.
const Vector3d kHairs[] = {{0.07, 0.06, 0.06}, {0.17, 0.11, 0.08}, {0.33, 0.21, 0.13},
                           {0.48, 0.22, 0.11}, {0.78, 0.62, 0.38}, {0.68, 0.67, 0.66}};
constexpr double kEyeRadiusM = 0.011, kMouthHalfWidthM = 0.024, kMouthHalfHeightM = 0.007;

Vector3d Jitter(const Vector3d& color, double sd, Rng* rng) {
  const double common = sd * rng->Normal();
  Vector3d result;
  for (int i = 0; i < 3; ++i)
    result[i] = std::clamp(color[i] + common + 0.3 * sd * rng->Normal(), 0.02, 0.98);
  return result;
}

ClothPattern DrawCloth(double plain_share, Rng* rng) {
  ClothPattern cloth;
  cloth.first = DrawColor(rng).cast<double>();
  cloth.second = DrawColor(rng).cast<double>();
  const auto kind = static_cast<int>(1 + rng->Index(3));
  cloth.repeats = std::floor(rng->Uniform(3, 9));
  cloth.kind =
      rng->Uniform() < plain_share ? ClothPattern::Kind::kPlain : static_cast<ClothPattern::Kind>(kind);
  return cloth;
}

// How far along the line from a to b the point lies: 0 at a, 1 at b.
double ShareOfWay(const Vector3d& point, const Vector3d& a, const Vector3d& b) {
  return (point - a).dot(b - a) / (b - a).squaredNorm();
}

struct Joints {
  const BodyModel& model;
  Vector3d At(const std::string& name) const {
    const int joint = model.JointIndex(name);
    if (joint < 0)
      throw InputError(model.name(), "joints",
                       "found no " + name + ", expected SMPL's joints to dress the body");
    return model.joint_template().row(joint);
  }
};

}  // namespace

Vector3d ClothPattern::At(const Eigen::Vector2d& uv) const {
  const auto is_odd = [&](double x) { return (static_cast<int>(std::floor(2 * repeats * x)) & 1) != 0; };
  bool is_second = false;
  switch (kind) {
    case Kind::kPlain:
      break;
    case Kind::kBands:
      is_second = is_odd(uv.y());
      break;
    case Kind::kStripes:
      is_second = is_odd(uv.x());
      break;
    case Kind::kChecks:
      is_second = is_odd(uv.x()) != is_odd(uv.y());
      break;
  }
  return is_second ? second : first;
}

Outfit DrawOutfit(Rng* rng) {
  Outfit outfit;
  const double tone = rng->Uniform(0, std::size(kSkins) - 1);
  const auto lower = std::min<size_t>(static_cast<size_t>(tone), std::size(kSkins) - 2);
  const double share = tone - static_cast<double>(lower);
  outfit.skin = Jitter((1 - share) * kSkins[lower] + share * kSkins[lower + 1], 0.02, rng);
  outfit.lips = outfit.skin.cwiseProduct(Vector3d(0.86, 0.60, 0.60));
  outfit.hair = Jitter(kHairs[rng->Index(std::size(kHairs))], 0.03, rng);
  outfit.is_bald = rng->Uniform() < 0.06;
  outfit.hairline = rng->Uniform(0.35, 0.7);
  outfit.hair_length_m = rng->Uniform() < 0.5 ? rng->Uniform(0.01, 0.05) : rng->Uniform(0.08, 0.25);
  outfit.top = DrawCloth(0.55, rng);
  outfit.bottom = DrawCloth(0.85, rng);
  outfit.shoes = DrawCloth(1, rng);
  // Without sleeves, short or long.
  const double sleeves = rng->Uniform();
  outfit.sleeves = sleeves < 0.12 ? 0 : sleeves < 0.55 ? rng->Uniform(0.35, 0.95) : rng->Uniform(1.6, 2.0);
  outfit.legs = rng->Uniform() < 0.3 ? rng->Uniform(0.25, 1.1) : rng->Uniform(1.7, 2.0);
  outfit.waist = rng->Uniform(0.1, 1.1);
  outfit.neckline = rng->Uniform(0.88, 1.05);
  outfit.is_barefoot = rng->Uniform() < 0.12;
  // Overalls: one cloth from neck to feet.
  if (rng->Uniform() < 0.08) outfit.bottom = outfit.top;
  return outfit;
}

BodyPainter::BodyPainter(const BodyModel& model, const SurfaceChart& chart)
    : places_(static_cast<size_t>(model.num_vertices())) {
  const SurfaceChartData& data = chart.data();
  if (data.faces != model.faces())
    throw InputError(model.name(), "chart",
                     "has other faces than the body, expected a chart of its own faces");
  const Joints joints{model};
  const Vector3d pelvis = joints.At("pelvis"), neck = joints.At("neck");
  spine_step_ = ShareOfWay(joints.At("spine1"), pelvis, neck);

  std::vector<bool> known(places_.size(), false);
  std::vector<int> part_of(places_.size(), 1);
  for (int f = 0; f < data.faces.rows(); ++f) {
    for (int k = 0; k < 3; ++k) {
      const auto v = static_cast<size_t>(data.faces(f, k));
      if (known[v]) continue;
      known[v] = true;
      part_of[v] = data.part[f];
      places_[v].uv = data.uv.block<1, 2>(f, 2 * k).transpose();
    }
  }
  double ear_y = joints.At("head").y(), ear_z = joints.At("head").z();
  const auto landmark = [&](const char* name, Vector3d* at) {
    const auto it = model.landmarks().find(name);
    if (it != model.landmarks().end()) *at = model.v_template().row(it->second);
    return it != model.landmarks().end();
  };
  Vector3d left_ear, right_ear, left_eye, right_eye, nose;
  if (landmark("left_ear", &left_ear) && landmark("right_ear", &right_ear)) {
    ear_y = 0.5 * (left_ear.y() + right_ear.y());
    ear_z = 0.5 * (left_ear.z() + right_ear.z());
  }
  const bool has_eyes = landmark("left_eye", &left_eye) && landmark("right_eye", &right_eye);
  const bool has_nose = landmark("nose", &nose);
  const bool has_mouth = has_eyes && has_nose;
  // The mouth lies below the nose as far as three quarters of what the eyes lie above it.
  const double mouth_y = has_mouth ? nose.y() - 0.75 * (0.5 * (left_eye.y() + right_eye.y()) - nose.y()) : 0;

  crown_m_ = face_m_ = 0.01;
  for (size_t v = 0; v < places_.size(); ++v) {
    Place& place = places_[v];
    const Vector3d point = model.v_template().row(static_cast<Eigen::Index>(v));
    const std::string side = point.x() > pelvis.x() ? "left_" : "right_";
    const auto along_limb = [&](const char* first, const char* second) {
      return ShareOfWay(point, joints.At(side + first), joints.At(side + second));
    };
    const int part = part_of[v];
    place.aside_m = std::abs(point.x() - pelvis.x());
    if (part <= 2) {
      place.region = Region::kTorso;
      place.along = ShareOfWay(point, pelvis, neck);
      place.front_m = point.z() - neck.z();
    } else if (part <= 4) {
      place.region = Region::kHand;
    } else if (part <= 6) {
      place.region = Region::kFoot;
    } else if (part <= 14) {
      place.region = Region::kLeg;
      place.along = part <= 10 ? along_limb("hip", "knee") : 1 + along_limb("knee", "ankle");
    } else if (part <= 22) {
      place.region = Region::kArm;
      place.along = part <= 18 ? along_limb("shoulder", "elbow") : 1 + along_limb("elbow", "wrist");
    } else {
      place.region = Region::kHead;
      place.along = point.y() - ear_y;
      place.front_m = point.z() - ear_z;
      crown_m_ = std::max(crown_m_, place.along);
      face_m_ = std::max(face_m_, place.front_m);
      place.is_eye =
          has_eyes && std::min((point - left_eye).norm(), (point - right_eye).norm()) < kEyeRadiusM;
      place.is_mouth = has_mouth && place.front_m > 0.5 * (nose.z() - ear_z) &&
                       std::abs(point.y() - mouth_y) < kMouthHalfHeightM && place.aside_m < kMouthHalfWidthM;
    }
  }
}

Vector3d BodyPainter::ColorOf(const Place& place, const Outfit& outfit) const {
  switch (place.region) {
    case Region::kHand:
      return outfit.skin;
    case Region::kFoot:
      return outfit.is_barefoot ? outfit.skin : outfit.shoes.first;
    case Region::kArm:
      return place.along < outfit.sleeves ? outfit.top.At(place.uv) : outfit.skin;
    case Region::kLeg:
      return place.along < outfit.legs ? outfit.bottom.At(place.uv) : outfit.skin;
    case Region::kTorso: {
      if (place.along < outfit.waist * spine_step_) return outfit.bottom.At(place.uv);
      constexpr double kNeckHalfWidthM = 0.09;
      const bool is_open = place.along > outfit.neckline && place.aside_m < kNeckHalfWidthM;
      return is_open ? outfit.skin : outfit.top.At(place.uv);
    }
    case Region::kHead:
      break;
  }
  if (!outfit.is_bald) {
    // Behind the ears hair hangs down; before them the line rises to the forehead.
    const double forward = place.front_m / face_m_;
    const double line_m =
        forward <= 0 ? -outfit.hair_length_m : crown_m_ * outfit.hairline * std::min(1.0, 1.6 * forward);
    if (place.along > line_m) return outfit.hair;
  }
  if (place.is_eye) return Vector3d(0.16, 0.12, 0.10);
  return place.is_mouth ? outfit.lips : outfit.skin;
}

void BodyPainter::Paint(const Outfit& outfit, MatrixX3d* colors) const {
  colors->resize(static_cast<Eigen::Index>(places_.size()), 3);
  for (size_t v = 0; v < places_.size(); ++v)
    colors->row(static_cast<Eigen::Index>(v)) = ColorOf(places_[v], outfit);
}

}  // namespace vitruvius
