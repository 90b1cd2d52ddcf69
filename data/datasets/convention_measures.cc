#include "data/datasets/convention_measures.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>

#include <Eigen/Geometry>

namespace vitruvius {
namespace {

void Pair(const KeypointSet& set, std::initializer_list<const char*> parts, int (&pair)[2]) {
  pair[0] = pair[1] = -1;
  for (const char* part : parts) {
    pair[0] = set.Index(std::string("left_") + part);
    pair[1] = set.Index(std::string("right_") + part);
    if (pair[0] >= 0 && pair[1] >= 0) return;
  }
}

}  // namespace

PartsOfSet::PartsOfSet(const KeypointSet& set) : nose(set.Index("nose")), neck(set.Index("neck")) {
  Pair(set, {"shoulder"}, shoulders);
  Pair(set, {"wrist"}, wrists);
  Pair(set, {"hip"}, hips);
  Pair(set, {"knee"}, knees);
  Pair(set, {"ankle"}, ankles);
  Pair(set, {"big_toe", "foot"}, toes);
  Pair(set, {"eye"}, eyes);
  Pair(set, {"ear"}, ears);
  for (const char* name :
       {"nose", "left_eye", "right_eye", "left_ear", "right_ear", "head_top", "head", "jaw"}) {
    if (set.Index(name) >= 0) head.push_back(set.Index(name));
  }
}

PersonPoints::PersonPoints(const PersonObservation& person) {
  const Eigen::Index count = person.is_3d() ? person.keypoints3d.rows() : person.keypoints2d.rows();
  at_.setZero(count, 3);
  if (person.is_3d()) {
    at_ = person.keypoints3d.leftCols<3>();
    confidence_ = person.keypoints3d.col(3);
  } else {
    at_.leftCols<2>() = person.keypoints2d.leftCols<2>();
    confidence_ = person.keypoints2d.col(2);
  }
  shown_.setConstant(count, true);
  tells_hidden_ = count > 0 && person.hidden.size() == count;
  if (tells_hidden_) shown_ = !person.hidden.array();
  Eigen::Vector3d low = Eigen::Vector3d::Constant(std::numeric_limits<double>::max()), high = -low;
  int seen = 0;
  for (Eigen::Index k = 0; k < count; ++k) {
    all_alike_ = all_alike_ && confidence_[k] == confidence_[0] && shown_[k];
    if (!(confidence_[k] > 0)) continue;
    low = low.cwiseMin(At(static_cast<int>(k)));
    high = high.cwiseMax(At(static_cast<int>(k)));
    ++seen;
  }
  if (seen > 0) size_ = (high - low).maxCoeff();
}

std::optional<Eigen::Vector3d> PersonPoints::Middle(const int (&pair)[2]) const {
  if (!SeenBoth(pair)) return std::nullopt;
  return Eigen::Vector3d((At(pair[0]) + At(pair[1])) / 2);
}

std::optional<Eigen::Vector3d> PersonPoints::Middle(const std::vector<int>& points) const {
  Eigen::Vector3d sum = Eigen::Vector3d::Zero();
  int seen = 0;
  for (const int k : points) {
    if (!Seen(k)) continue;
    sum += At(k);
    ++seen;
  }
  if (seen == 0) return std::nullopt;
  return Eigen::Vector3d(sum / seen);
}

std::optional<Eigen::Vector3d> PersonPoints::LeftOfRight(const int (&pair)[2]) const {
  if (!SeenBoth(pair)) return std::nullopt;
  return Eigen::Vector3d(At(pair[0]) - At(pair[1]));
}

std::optional<Eigen::Vector3d> UpDirection(const PersonPoints& person, const PartsOfSet& parts) {
  const std::optional<Eigen::Vector3d> levels[] = {person.Middle(parts.ankles), person.Middle(parts.hips),
                                                   person.Middle(parts.shoulders), person.Middle(parts.head)};
  const std::optional<Eigen::Vector3d>* below = nullptr;
  Eigen::Vector3d up = Eigen::Vector3d::Zero();
  for (const auto& level : levels) {
    if (!level) continue;
    if (below != nullptr) up += *level - **below;
    below = &level;
  }
  if (!(person.size() > 0) || !(up.norm() > 0)) return std::nullopt;
  return Eigen::Vector3d(up / person.size());
}

bool ReachesPastHead(const PersonPoints& person, const PartsOfSet& parts) {
  const auto shoulders = person.Middle(parts.shoulders);
  const auto up = UpDirection(person, parts);
  if (!shoulders || !up) return false;
  bool is_any_seen = false;
  for (const int wrist : parts.wrists) {
    if (!person.Seen(wrist)) continue;
    is_any_seen = true;
    if ((person.At(wrist) - *shoulders).dot(*up) <= 0) return false;
  }
  return is_any_seen;
}

std::optional<double> LegsAgreeWithArms(const PersonPoints& person, const PartsOfSet& parts) {
  const auto hips = person.LeftOfRight(parts.hips), shoulders = person.LeftOfRight(parts.shoulders);
  const auto up = UpDirection(person, parts);
  if (!hips || !shoulders || !up) return std::nullopt;
  const auto across = [&](const Eigen::Vector3d& v) {
    const Eigen::Vector3d axis = up->normalized();
    return Eigen::Vector3d((v - v.dot(axis) * axis) / person.size());
  };
  // A side view says nothing: a trunk that leans or twists by a little would turn the sign.
  constexpr double kLeastHips = 0.03, kLeastShoulders = 0.06;
  const Eigen::Vector3d h = across(*hips), s = across(*shoulders);
  if (h.norm() < kLeastHips || s.norm() < kLeastShoulders) return std::nullopt;
  return h.dot(s) / (h.norm() * s.norm());
}

bool IsFaceKeypoint(const std::string& name) {
  std::istringstream words(name);
  for (std::string word; std::getline(words, word, '_');) {
    for (const char* part : {"nose", "eye", "ear", "mouth", "face"}) {
      if (word == part) return true;
    }
  }
  return false;
}

namespace {

// Front views have both eyes, back views only ears; a profile shows ear and eye of the side that it turns to
// us.
std::optional<HandednessSign> Handedness2d(const PersonPoints& person, const PartsOfSet& parts) {
  const auto shoulders = person.LeftOfRight(parts.shoulders);
  const auto up = UpDirection(person, parts);
  if (person.AllAlike() || !shoulders || !up) return std::nullopt;
  const Eigen::Vector3d right_of_image = Eigen::Vector3d(-up->y(), up->x(), 0).normalized();
  const double across = shoulders->dot(right_of_image) / person.size();
  const bool has_nose = person.Shown(parts.nose);
  const bool left_ear = person.Shown(parts.ears[0]), right_ear = person.Shown(parts.ears[1]);
  constexpr double kLeastAcross = 0.05, kLeastNose = 0.02;
  const bool left_eye = person.Shown(parts.eyes[0]), right_eye = person.Shown(parts.eyes[1]);
  const auto sign = [](bool is_right, bool by_face_alone) {
    return HandednessSign{is_right ? 1.0 : -1.0, by_face_alone};
  };
  const auto ears = person.Middle(std::vector<int>{parts.ears[0], parts.ears[1]});
  if (has_nose && ears && (left_ear != right_ear || left_eye != right_eye)) {
    const double nose = (person.At(parts.nose) - *ears).dot(right_of_image) / person.size();
    const bool shows_left = left_ear != right_ear ? left_ear : left_eye;
    // Who looks to the left of the image shows the left ear and eye, from before and from behind.
    if (std::abs(nose) > kLeastNose) return sign((nose < 0) == shows_left, false);
    return std::nullopt;
  }
  if (std::abs(across) < kLeastAcross) return std::nullopt;
  if (has_nose && left_eye && right_eye) return sign(across > 0, !person.TellsHidden());
  if (!has_nose && !left_eye && !right_eye && (left_ear || right_ear)) return sign(across < 0, false);
  return std::nullopt;
}

std::optional<HandednessSign> Handedness3d(const PersonPoints& person, const PartsOfSet& parts) {
  const auto hips = person.Middle(parts.hips), shoulders = person.Middle(parts.shoulders);
  const auto across_hips = person.LeftOfRight(parts.hips), across = person.LeftOfRight(parts.shoulders);
  if (!hips || !shoulders || !across_hips || !across || !(person.size() > 0)) return std::nullopt;
  const Eigen::Vector3d left = across_hips->normalized() + across->normalized();
  const Eigen::Vector3d front = left.cross(*shoulders - *hips);
  if (!(front.norm() > 0)) return std::nullopt;
  Eigen::Vector3d forward = Eigen::Vector3d::Zero();  // where the body's own shape says that the front is
  for (int side = 0; side < 2; ++side) {
    if (!person.Seen(parts.ankles[side])) continue;
    const Eigen::Vector3d ankle = person.At(parts.ankles[side]);
    if (person.Seen(parts.toes[side])) forward += person.At(parts.toes[side]) - ankle;
    if (person.Seen(parts.knees[side]) && person.Seen(parts.hips[side])) {
      forward += person.At(parts.knees[side]) - (person.At(parts.hips[side]) + ankle) / 2;
    }
  }
  const auto ears = person.Middle(parts.ears);
  if (ears && person.Seen(parts.nose)) forward += person.At(parts.nose) - *ears;
  const double agreement = forward.dot(front.normalized()) / person.size();
  constexpr double kLeast = 0.02;
  if (std::abs(agreement) < kLeast) return std::nullopt;
  return HandednessSign{agreement, false};
}

}  // namespace

std::optional<HandednessSign> Handedness(const PersonPoints& person, const PartsOfSet& parts, bool is_3d) {
  return is_3d ? Handedness3d(person, parts) : Handedness2d(person, parts);
}

}  // namespace vitruvius
