#include <cmath>
#include <filesystem>

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

// Checks (K, D + 1) coordinates and confidence; false when the person was failed.
template <typename Matrix>
bool CheckKeypoints(double max_coordinate, const std::string& place, PersonObservation* person,
                    Matrix* keypoints) {
  const Eigen::Index dimensions = keypoints->cols() - 1;
  int seen = 0;
  for (Eigen::Index k = 0; k < keypoints->rows(); ++k) {
    auto row = keypoints->row(k);
    double& confidence = row(dimensions);
    const auto fail = [&](const char* code, const std::string& what) {
      FailPerson(code, place + ": " + KeypointName(*person, k) + ": " + what, person);
      return false;
    };
    if (!std::isfinite(confidence)) return fail(reason::kNonFiniteInput, "its confidence is not finite");
    if (confidence < 0)
      return fail(reason::kBadConfidence, StrCat("found confidence ", confidence, ", expected 0 to 1"));
    if (confidence == 0) {  // missing; what its coordinates are does not matter
      row.setZero();
      continue;
    }
    confidence = std::min(confidence, 1.0);
    for (Eigen::Index axis = 0; axis < dimensions; ++axis) {
      if (!std::isfinite(row(axis)))
        return fail(reason::kNonFiniteInput, StrCat("xyz"[axis], " is not finite"));
      if (std::abs(row(axis)) > max_coordinate) {
        return fail(reason::kBadInput,
                    StrCat("xyz"[axis], " is ", row(axis), ", expected at most ", max_coordinate));
      }
    }
    ++seen;
  }
  if (seen == 0) FailPerson(reason::kTooFewKeypoints, place + ": no keypoint was found", person);
  return seen > 0;
}

// False when the person was failed. Weights and coordinates are put right where they are off by rounding.
bool CheckDense(const std::string& place, PersonObservation* person) {
  constexpr double kBaryTolerance = 1e-3;  // files hold float32, or a few digits
  for (size_t n = 0; n < person->dense.size(); ++n) {
    DensePoint& point = person->dense[n];
    const auto fail = [&](const char* code, const std::string& what) {
      FailPerson(code, StrCat(place, ": point ", n, " of the surface: ", what), person);
      return false;
    };
    const bool has_face = point.face >= 0, has_part = point.part != 0;
    if (!point.image_px.allFinite() || !std::isfinite(point.weight) || !point.bary.allFinite() ||
        !point.uv.allFinite()) {
      return fail(reason::kNonFiniteInput, "holds a number that is not finite");
    }
    if (point.image_px.cwiseAbs().maxCoeff() > kMaxCoordinatePx) {
      return fail(reason::kBadInput, StrCat("found (", point.image_px.x(), ", ", point.image_px.y(),
                                            ") px, expected at most ", kMaxCoordinatePx));
    }
    if (point.weight <= 0 || point.weight > 1) {
      return fail(reason::kBadConfidence,
                  StrCat("found weight ", point.weight, ", expected more than 0, 1 at most"));
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

// (K, 2) depth and confidence. False when the person was failed.
bool CheckDepths(const std::string& place, PersonObservation* person) {
  auto& depths = person->keypoint_depths_px;
  for (Eigen::Index k = 0; k < depths.rows(); ++k) {
    const auto fail = [&](const char* code, const std::string& what) {
      FailPerson(code, place + ": depth of " + KeypointName(*person, k) + ": " + what, person);
      return false;
    };
    const double depth = depths(k, 0), confidence = depths(k, 1);
    if (!std::isfinite(confidence)) return fail(reason::kNonFiniteInput, "its confidence is not finite");
    if (confidence < 0 || confidence > 1)
      return fail(reason::kBadConfidence, StrCat("found confidence ", confidence, ", expected 0 to 1"));
    if (confidence == 0) {
      depths.row(k).setZero();
    } else if (!std::isfinite(depth)) {
      return fail(reason::kNonFiniteInput, "is not finite");
    } else if (std::abs(depth) > kMaxCoordinatePx) {
      return fail(reason::kBadInput, StrCat("found ", depth, " px, expected at most ", kMaxCoordinatePx));
    }
  }
  return true;
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
  const size_t expected = 3 * static_cast<size_t>(person->set->size());
  if (count != expected) {
    FailPerson(reason::kBadInput,
               StrCat(place, ": found ", count, " numbers, expected ", expected, " (", person->set->name, ")",
                      count % 3 == 0 ? OtherSetsHint(count / 3) : ""),
               person);
    return;
  }
  person->keypoints2d = Eigen::Map<const decltype(person->keypoints2d)>(numbers, person->set->size(), 3);
}

void FinishPerson(const ObservationOptions& options, const std::string& place, PersonObservation* person) {
  if (person->image_width == 0 && options.image_width > 0 && person->reason != reason::kBadImageSize) {
    person->image_width = options.image_width;
    person->image_height = options.image_height;
  }
  if (!person->reason.empty()) return FailPerson("", "", person);
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
  const bool is_good =
      !has_keypoints ||
      (person->is_3d() ? CheckKeypoints(kMaxCoordinateM, place, person, &person->keypoints3d)
                       : CheckKeypoints(kMaxCoordinatePx, place, person, &person->keypoints2d));
  if (!is_good || !CheckDepths(place, person)) return;
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
