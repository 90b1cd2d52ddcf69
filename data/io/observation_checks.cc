#include <cmath>
#include <filesystem>
#include <utility>

#include "data/io/image_lookup.h"
#include "data/io/keypoint_formats.h"
#include "data/io/text.h"
#include "models/body/surface_chart.h"
#include "models/scene/fit_result.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

// Past these a number is a mistake, and its square could overflow further on.
constexpr double kMaxCoordinatePx = 1e6;
constexpr double kMaxCoordinateM = 1e4;
constexpr double kMaxImageSide = 1e6;
constexpr double kMaxFocalPx = 1e8;
constexpr double kMaxBeta = 100;

std::string KeypointName(const PersonObservation& person, Eigen::Index k) {
  return StrCat("keypoint ", k, " (", person.set->points[static_cast<size_t>(k)].name, ")");
}

// What is wrong with one keypoint, (D + 1) coordinates and confidence: a reason code and what was found; null
// where nothing is.
template <typename Row>
const char* FaultOf(const Row& row, double max_coordinate, std::string* what) {
  const Eigen::Index dimensions = row.size() - 1;
  const double confidence = row(dimensions);
  if (!std::isfinite(confidence)) {
    *what = "its confidence is not finite";
    return reason::kNonFiniteInput;
  }
  if (confidence < 0) {
    *what = StrCat("found confidence ", confidence, ", expected 0 to 1");
    return reason::kBadConfidence;
  }
  for (Eigen::Index axis = 0; confidence > 0 && axis < dimensions; ++axis) {
    if (!std::isfinite(row(axis))) {
      *what = StrCat("xyz"[axis], " is not finite");
      return reason::kNonFiniteInput;
    }
    if (std::abs(row(axis)) > max_coordinate) {
      *what = StrCat("xyz"[axis], " is ", row(axis), ", expected at most ", max_coordinate);
      return reason::kBadInput;
    }
  }
  return nullptr;
}

// Checks (K, D + 1) coordinates and confidence. A keypoint that says nothing usable is one that was not seen;
// false when none is left, and then *code and *detail tell why.
template <typename Matrix>
bool CheckKeypoints(double max_coordinate, const std::string& place, PersonObservation* person,
                    Matrix* keypoints, const char** code, std::string* detail) {
  const Eigen::Index dimensions = keypoints->cols() - 1;
  int seen = 0, dropped = 0, above = 0;
  double highest = 1;
  bool are_flags = true;  // COCO's 1 and 2, hidden and visible, are no confidences
  *code = reason::kTooFewKeypoints;
  *detail = place + ": no keypoint was found";
  for (Eigen::Index k = 0; k < keypoints->rows(); ++k) {
    auto row = keypoints->row(k);
    std::string what;
    if (const char* fault = FaultOf(row, max_coordinate, &what); fault != nullptr) {
      if (++dropped == 1) {
        *code = fault;
        *detail = place + ": " + KeypointName(*person, k) + ": " + what;
      }
      row.setZero();
      continue;
    }
    double& confidence = row(dimensions);
    if (confidence == 0) {  // missing; what its coordinates are does not matter
      row.setZero();
      continue;
    }
    constexpr double kHighest = 1.1;  // networks of peaks go a little above 1
    above += confidence > kHighest;
    are_flags = are_flags && (confidence == 1 || confidence == 2);
    highest = std::max(highest, confidence);
    confidence = std::min(confidence, 1.0);
    ++seen;
  }
  if (dropped > 0) {
    person->remarks.push_back(
        {remark::kDroppedKeypoints,
         StrCat(*detail, "; ", dropped, " of ", keypoints->rows(), " keypoints count as not seen")});
  }
  if (above > 0 && !are_flags) {
    constexpr double kPercent = 2;  // scores of some networks are a little above 1, per cents are far above
    person->remarks.push_back(
        {remark::kConfidencesAbove1,
         StrCat(place, ": ", above, " keypoints have confidences above 1, ", highest,
                " at most; they count as 1", highest > kPercent ? ": scale them to 0 to 1" : "")});
  }
  return seen > 0;
}

// Leaves out points with a number that is not finite, with a remark, and those of weight 0, as it says. False
// when there were points and none is left.
bool DropUnusablePoints(const std::string& place, PersonObservation* person) {
  const size_t in_file = person->dense.size();
  size_t num_not_finite = 0, first = 0;
  std::vector<DensePoint> kept;
  for (size_t n = 0; n < in_file; ++n) {
    const DensePoint& point = person->dense[n];
    const bool is_finite = point.image_px.allFinite() && std::isfinite(point.weight) &&
                           point.bary.allFinite() && point.uv.allFinite();
    if (!is_finite && ++num_not_finite == 1) first = n;
    if (is_finite && point.weight != 0) kept.push_back(point);
  }
  person->dense = std::move(kept);
  if (num_not_finite > 0) {
    person->remarks.push_back({remark::kDroppedPoints,
                               StrCat(place, ": ", num_not_finite, " of ", in_file,
                                      " points of the surface hold a number that is not finite, the first is "
                                      "point ",
                                      first, "; left out")});
  }
  return in_file == 0 || !person->dense.empty();
}

// False when the person was failed. Weights and coordinates are put right where they are off by rounding.
bool CheckDense(const std::string& place, PersonObservation* person) {
  constexpr double kBaryTolerance = 1e-3;  // files hold float32, or a few digits
  const size_t in_file = person->dense.size();
  if (!DropUnusablePoints(place, person)) {
    FailPerson(reason::kNonFiniteInput,
               StrCat(place, ": none of ", in_file, " points of the surface is finite and counts"), person);
    return false;
  }
  for (size_t n = 0; n < person->dense.size(); ++n) {
    DensePoint& point = person->dense[n];
    const auto fail = [&](const char* code, const std::string& what) {
      FailPerson(code, StrCat(place, ": point ", n, " of the surface: ", what), person);
      return false;
    };
    const bool has_face = point.face >= 0, has_part = point.part != 0;
    if (point.image_px.cwiseAbs().maxCoeff() > kMaxCoordinatePx) {
      return fail(reason::kBadInput, StrCat("found (", point.image_px.x(), ", ", point.image_px.y(),
                                            ") px, expected at most ", kMaxCoordinatePx));
    }
    if (point.weight <= 0 || point.weight > 1) {
      return fail(reason::kBadConfidence, StrCat("found weight ", point.weight, ", expected 0 to 1"));
    }
    if (!has_face && !has_part) {
      return fail(reason::kBadInput, StrCat("found face ", point.face, " and part ", point.part,
                                            ", expected a face from 0 or a part from 1 to ", kNumChartParts));
    }
    if (has_face) {
      if (point.bary.minCoeff() < -kBaryTolerance || std::abs(point.bary.sum() - 1) > kBaryTolerance) {
        return fail(reason::kBadInput,
                    StrCat("found barycentric weights ", point.bary.x(), ", ", point.bary.y(), ", ",
                           point.bary.z(), ", expected a sum of 1, none below 0"));
      }
      point.bary = point.bary.cwiseMax(0.0);
      point.bary /= point.bary.sum();
    }
    if (has_part) {
      if (point.part < 1 || point.part > kNumChartParts) {
        return fail(reason::kBadInput, StrCat("found part ", point.part, ", expected 1 to ", kNumChartParts));
      }
      if (point.uv.minCoeff() < -kChartUvTolerance || point.uv.maxCoeff() > 1 + kChartUvTolerance) {
        return fail(reason::kBadInput,
                    StrCat("found (u, v) = (", point.uv.x(), ", ", point.uv.y(), "), expected 0 to 1"));
      }
      point.uv = point.uv.cwiseMax(0.0).cwiseMin(1.0);
    }
  }
  return true;
}

// A person whose surface is known needs no keypoints: those of which none was seen are taken away.
void DropUnseenKeypoints(PersonObservation* person) {
  if (person->keypoints2d.rows() > 0 && (person->keypoints2d.col(2).array() != 0).any()) return;
  person->keypoints2d.resize(0, 3);
  person->keypoint_depths_px.resize(0, 2);
  person->hidden.resize(0);
  person->set = nullptr;
}

// (K, 2) depth and confidence: one that says nothing usable is not known.
void CheckDepths(const std::string& place, PersonObservation* person) {
  auto& depths = person->keypoint_depths_px;
  int dropped = 0;
  std::string first;
  for (Eigen::Index k = 0; k < depths.rows(); ++k) {
    const double depth = depths(k, 0), confidence = depths(k, 1);
    std::string what;
    if (!(confidence >= 0 && confidence <= 1)) {
      what = StrCat("found confidence ", confidence, ", expected 0 to 1");
    } else if (confidence > 0 && !(std::abs(depth) <= kMaxCoordinatePx)) {
      what = StrCat("found ", depth, " px, expected at most ", kMaxCoordinatePx);
    }
    if (!what.empty() && ++dropped == 1)
      first = place + ": depth of " + KeypointName(*person, k) + ": " + what;
    if (!what.empty() || confidence == 0) depths.row(k).setZero();
  }
  if (dropped == 0) return;
  person->remarks.push_back(
      {remark::kDroppedKeypoints, StrCat(first, "; ", dropped, " depths count as not known")});
}

// Whether `count` is the set's number of points times `columns`; fails the person otherwise.
bool CheckCount(size_t count, size_t columns, const std::string& place, PersonObservation* person) {
  const size_t expected = columns * static_cast<size_t>(person->set->size());
  if (count == expected) return true;
  FailPerson(reason::kBadInput,
             StrCat(place, ": found ", count, " numbers, expected ", expected, " (", person->set->name, ")",
                    count % columns == 0 ? OtherSetsHint(count / columns) : ""),
             person);
  return false;
}

}  // namespace

std::string StemOf(const std::string& path) {
  std::string stem = std::filesystem::path(path).stem().string();
  const std::string suffix = "_keypoints";
  if (stem.size() > suffix.size() && stem.compare(stem.size() - suffix.size(), suffix.size(), suffix) == 0) {
    stem.resize(stem.size() - suffix.size());
  }
  return ValidUtf8(stem);
}

const KeypointSet* SetForCount(const KeypointSet* named, size_t num_points) {
  const KeypointSet* without_hands = FindKeypointSet("smpl22");
  const bool is_short =
      named != nullptr && named->name == "smpl24" && num_points == static_cast<size_t>(without_hands->size());
  return is_short ? without_hands : named;
}

PersonObservation FailedPerson(const std::string& id, const std::string& source, const char* reason_code,
                               const std::string& detail) {
  PersonObservation person;
  person.id = id;
  person.source = source;
  person.reason = reason_code;
  person.detail = detail;
  return person;
}

std::string OtherSetsHint(size_t num_points) {
  std::string names;
  if (num_points <= 1000) {
    for (const std::string& name : KeypointSetNames(static_cast<int>(num_points)))
      names += (names.empty() ? "" : ", ") + name;
  }
  return names.empty() ? "" : StrCat("; sets of ", num_points, " points: ", names);
}

void FailPerson(const char* reason_code, const std::string& detail, PersonObservation* person) {
  if (person->reason.empty()) {
    person->reason = reason_code;
    person->detail = detail;
  }
  person->keypoints2d.setZero();
  person->keypoints3d.setZero();
  person->keypoint_depths_px.resize(0, 2);
  person->hidden.resize(0);
  person->dense.clear();
  person->remarks.clear();
  person->box_px.reset();
  person->focal_px.reset();
  person->center_px.reset();
  person->betas.reset();
}

void SetImageSize(double width, double height, const std::string& place, PersonObservation* person) {
  const auto whole = [](double side) {
    return side >= 1 && side <= kMaxImageSide && side == std::floor(side);
  };
  if (width == 0 && height == 0) return;  // how results write that it is not known
  if (whole(width) && whole(height)) {
    person->image_width = static_cast<int>(width);
    person->image_height = static_cast<int>(height);
  } else {
    FailPerson(
        reason::kBadImageSize,
        StrCat(place, ": found image size ", width, " x ", height, ", expected whole pixels, 1 or more"),
        person);
  }
}

void SetKeypoints2d(const double* numbers, size_t count, const std::string& place,
                    PersonObservation* person) {
  if (!CheckCount(count, 3, place, person)) return;
  person->keypoints2d = Eigen::Map<const decltype(person->keypoints2d)>(numbers, person->set->size(), 3);
}

void SetKeypoints3d(const double* numbers, size_t count, const std::string& place,
                    PersonObservation* person) {
  if (!CheckCount(count, 4, place, person)) return;
  person->keypoints3d = Eigen::Map<const decltype(person->keypoints3d)>(numbers, person->set->size(), 4);
}

void FinishPerson(const ObservationOptions& options, const std::string& place, PersonObservation* person) {
  if (person->image_width > 0) person->size_source = camera_source::kFile;
  if (person->image_width == 0 && options.image_width > 0 && person->reason != reason::kBadImageSize) {
    person->image_width = options.image_width;
    person->image_height = options.image_height;
    person->size_source = camera_source::kGiven;
  }
  if (!person->reason.empty()) return FailPerson("", "", person);
  if (!person->is_3d()) AskImage(options.images_folder, person);
  if (!options.read_as.empty()) {
    person->box_px.reset();  // it is of the picture as the file has it
    const char* what = !person->dense.empty()                  ? "points of the surface"
                       : person->keypoint_depths_px.rows() > 0 ? "depths of keypoints"
                                                               : nullptr;
    if (what != nullptr) {
      return FailPerson(reason::kBadInput,
                        StrCat(place, ": has ", what, ", which cannot be read as ", options.read_as.words[0]),
                        person);
    }
  }
  if (!CheckDense(place, person)) return;
  const bool is_known_otherwise = !person->dense.empty() || (options.boxes && person->box_px);
  if (is_known_otherwise) DropUnseenKeypoints(person);
  const bool has_keypoints = !is_known_otherwise || person->keypoints2d.rows() > 0;
  if (std::string error; has_keypoints && !ApplyReadAs(options.read_as, person, &error)) {
    return FailPerson(reason::kBadInput, place + ": " + error, person);
  }
  if (has_keypoints) {
    const char* code = nullptr;
    std::string detail;
    const bool is_any_seen =
        person->is_3d()
            ? CheckKeypoints(kMaxCoordinateM, place, person, &person->keypoints3d, &code, &detail)
            : CheckKeypoints(kMaxCoordinatePx, place, person, &person->keypoints2d, &code, &detail);
    if (!is_any_seen && !is_known_otherwise) return FailPerson(code, detail, person);
    if (!is_any_seen) DropUnseenKeypoints(person);
  }
  CheckDepths(place, person);
  if (!person->focal_px && !person->is_3d()) person->focal_px = options.focal_px;
  if (person->focal_px) {
    const Eigen::Vector2d focal = *person->focal_px;
    if (!focal.allFinite())
      return FailPerson(reason::kNonFiniteInput, place + ": focal is not finite", person);
    if (focal.minCoeff() <= 0 || focal.maxCoeff() > kMaxFocalPx) {
      return FailPerson(
          reason::kBadInput,
          StrCat(place, ": found focal ", focal.x(), " x ", focal.y(), ", expected more than 0 px"), person);
    }
  }
  if (person->center_px) {
    if (!person->center_px->allFinite())
      return FailPerson(reason::kNonFiniteInput, place + ": center is not finite", person);
    if (person->center_px->cwiseAbs().maxCoeff() > kMaxCoordinatePx) {
      return FailPerson(reason::kBadInput,
                        StrCat(place, ": center is more than ", kMaxCoordinatePx, " px away"), person);
    }
  }
  if (person->betas) {
    if (!person->betas->allFinite())
      return FailPerson(reason::kNonFiniteInput, place + ": betas are not finite", person);
    if (person->betas->size() > 0 && person->betas->cwiseAbs().maxCoeff() > kMaxBeta) {
      return FailPerson(reason::kBadInput, StrCat(place, ": betas are beyond ", kMaxBeta), person);
    }
  }
}

}  // namespace vitruvius
