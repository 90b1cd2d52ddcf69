#include "solvers/deform_and_learn/person_depths.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>

#include "models/body/segment_body.h"
#include "models/util/check.h"
#include "solvers/registration/segment_fitter.h"

namespace vitruvius {
namespace {

// Places of named keypoints in a set.
std::vector<int> PlacesOf(const std::vector<std::string>& names, const KeypointSet& set) {
  std::vector<int> places;
  for (const std::string& name : names) {
    const int place = set.Index(name);
    if (place < 0) throw InputError(StrCat("keypoints ", set.name, " have no ", name, ", which is lifted"));
    places.push_back(place);
  }
  return places;
}

std::vector<std::string> NamesOf(const KeypointSet& set) {
  std::vector<std::string> names;
  for (const KeypointSet::Point& point : set.points) names.push_back(point.name);
  return names;
}

bool AllSeen(const PersonObservation& person, const std::vector<int>& places) {
  if (person.keypoints2d.rows() == 0) return false;
  return std::all_of(places.begin(), places.end(), [&](int k) { return person.keypoints2d(k, 2) > 0; });
}

// (K, 2) of `places`, as rows of a tensor's memory.
void CopyKeypoints(const PersonObservation& person, const std::vector<int>& places, float* out) {
  for (const int k : places) {
    *out++ = static_cast<float>(person.keypoints2d(k, 0));
    *out++ = static_cast<float>(person.keypoints2d(k, 1));
  }
}

constexpr float kNone = std::numeric_limits<float>::quiet_NaN();

}  // namespace

KeypointSet LiftedKeypoints(const KeypointSet& set, const BodyModel& model) {
  constexpr std::array<const char*, 3> kMiddle = {"neck", "head_top", "nose"};
  constexpr std::array<const char*, 6> kSided = {"shoulder", "elbow", "wrist", "hip", "knee", "ankle"};
  const KeypointBinding binding = BindKeypoints(set, model);
  KeypointSet lifted;
  lifted.name = set.name + " limbs";
  for (int k = 0; k < set.size(); ++k) {
    const std::string& name = set.points[k].name;
    bool wanted = std::find(kMiddle.begin(), kMiddle.end(), name) != kMiddle.end();
    for (const char* limb : kSided)
      wanted = wanted || name == StrCat("left_", limb) || name == StrCat("right_", limb);
    const bool has = std::count(binding.keypoint_of_point.begin(), binding.keypoint_of_point.end(), k) > 0;
    if (wanted && has && set.Index(name) == k) lifted.points.push_back(set.points[k]);
  }
  for (const char* needed : {"left_hip", "right_hip", "left_shoulder", "right_shoulder"}) {
    if (lifted.Index(needed) < 0)
      throw InputError(StrCat("keypoints ", set.name, " without ", needed, " cannot be lifted"));
  }
  return lifted;
}

LifterTable TableOfPeople(const std::shared_ptr<const BodyModel>& model, const KeypointSet& lifted,
                          const std::vector<PersonObservation>& people,
                          const std::vector<FitResult>& registered, const std::vector<bool>& trusted) {
  VT_CHECK(registered.empty() || registered.size() == people.size());
  VT_CHECK_EQ(trusted.size(), registered.size());
  const std::vector<std::string> names = NamesOf(lifted);
  const std::vector<int> mirror = lifted.Mirror();
  const std::int64_t count = lifted.size();
  std::vector<size_t> chosen;
  for (size_t i = 0; i < people.size(); ++i) {
    if (people[i].set != nullptr && people[i].reason.empty() &&
        AllSeen(people[i], PlacesOf(names, *people[i].set)))
      chosen.push_back(i);
  }
  if (chosen.empty()) throw InputError("nobody has all the keypoints that are lifted");

  const auto rows = static_cast<std::int64_t>(chosen.size());
  at::Tensor seen = at::empty({rows, count, 2}, at::kFloat),
             fitted = at::full({rows, count, 3}, kNone, at::kFloat);
  const KeypointBinding binding = BindKeypoints(lifted, *model);
  std::optional<SegmentEvaluator> evaluator;
  if (!registered.empty()) evaluator.emplace(model, binding.points);
  for (std::int64_t row = 0; row < rows; ++row) {
    const size_t i = chosen[static_cast<size_t>(row)];
    CopyKeypoints(people[i], PlacesOf(names, *people[i].set), seen.data_ptr<float>() + 2 * count * row);
    if (registered.empty() || !trusted[i] || !registered[i].usable) continue;
    if (!evaluator->Evaluate(SegmentFitter::ParametersOf(registered[i]), false)) continue;
    float* out = fitted.data_ptr<float>() + 3 * count * row;
    for (size_t p = 0; p < binding.keypoint_of_point.size(); ++p) {
      for (int axis = 0; axis < 3; ++axis) {
        out[3 * binding.keypoint_of_point[p] + axis] =
            static_cast<float>(evaluator->points()(static_cast<Eigen::Index>(p), axis));
      }
    }
  }
  // The mirror image of a person is one too: x turned round, left and right exchanged.
  std::vector<std::int64_t> order(mirror.begin(), mirror.end());
  const at::Tensor exchanged = at::tensor(order);
  const auto mirrored = [&](const at::Tensor& points) {
    at::Tensor image = points.index_select(1, exchanged).clone();
    image.select(2, 0).neg_();
    return at::cat({points, image}, 0);
  };
  LifterTable table(mirrored(seen));
  if (!registered.empty()) table.registered = mirrored(fitted);
  return table;
}

void LiftPeople(const DepthLifter& lifter, std::vector<PersonObservation>* people) {
  const std::vector<std::string>& names = lifter.skeleton().joints;
  const auto count = static_cast<std::int64_t>(names.size());
  constexpr size_t kBatch = 1024;
  for (size_t begin = 0; begin < people->size(); begin += kBatch) {
    const size_t end = std::min(begin + kBatch, people->size());
    std::vector<size_t> chosen;
    for (size_t i = begin; i < end; ++i) {
      PersonObservation& person = (*people)[i];
      person.keypoint_depths_px.resize(0, 2);
      if (person.set != nullptr && person.reason.empty() && AllSeen(person, PlacesOf(names, *person.set)))
        chosen.push_back(i);
    }
    if (chosen.empty()) continue;
    at::Tensor seen = at::empty({static_cast<std::int64_t>(chosen.size()), count, 2}, at::kFloat);
    for (size_t row = 0; row < chosen.size(); ++row) {
      const PersonObservation& person = (*people)[chosen[row]];
      CopyKeypoints(person, PlacesOf(names, *person.set),
                    seen.data_ptr<float>() + 2 * count * static_cast<std::int64_t>(row));
    }
    const at::Tensor depths = lifter.Lift(seen).to(at::kCPU, at::kFloat).contiguous();
    for (size_t row = 0; row < chosen.size(); ++row) {
      PersonObservation& person = (*people)[chosen[row]];
      const std::vector<int> places = PlacesOf(names, *person.set);
      person.keypoint_depths_px.setZero(person.keypoints2d.rows(), 2);
      for (std::int64_t k = 0; k < count; ++k) {
        const float depth = depths.data_ptr<float>()[count * static_cast<std::int64_t>(row) + k];
        person.keypoint_depths_px.row(places[static_cast<size_t>(k)]) << static_cast<double>(depth), 1;
      }
    }
  }
}

}  // namespace vitruvius
