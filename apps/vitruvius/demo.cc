// vitruvius demo: real motion, fitted in 3D and from its noisy 2D projection, beside the truth.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <vector>

#include "apps/vitruvius/command.h"
#include "apps/vitruvius/flags.h"
#include "apps/vitruvius/pictures.h"
#include "apps/vitruvius/scores.h"
#include "apps/vitruvius/session.h"
#include "data/datasets/motion_file.h"
#include "data/io/picture.h"
#include "models/body/body_evaluator.h"
#include "models/camera/camera.h"
#include "models/math/angles.h"
#include "models/metrics/pose_metrics.h"
#include "models/rendering/contact_sheet.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

constexpr char kDebianMotion[] = "/usr/share/assimp/models/BVH";

// What the noise alone leaves: the true body against its noisy keypoints.
double MedianResidualPx(const SyntheticPerson& person, const BodyModel& model) {
  const PersonObservation& seen = person.observation;
  const std::shared_ptr<const BodyModel> borrowed(&model, [](const BodyModel*) {});
  const KeypointBinding binding = BindKeypoints(*seen.set, model);
  BodyEvaluator evaluator(borrowed, binding.points);
  evaluator.Evaluate(person.truth, false);
  const PerspectiveCamera camera = {*seen.focal_px, *seen.center_px};
  std::vector<double> residuals;
  for (int i = 0; i < evaluator.num_points(); ++i) {
    const Eigen::Vector3d point = evaluator.points().row(i);
    const Eigen::Vector2d target = seen.keypoints2d.row(binding.keypoint_of_point[i]).head<2>();
    residuals.push_back((camera.ImgFromCam(point) - target).norm());
  }
  return Median(residuals);
}

// Images side by side, or one below the other.
Image Joined(const Image& first, const Image& second, bool below) {
  Image both(below ? std::max(first.width, second.width) : first.width + second.width,
             below ? first.height + second.height : std::max(first.height, second.height),
             {255, 255, 255, 255});
  const auto copy = [&](const Image& from, int left, int top) {
    for (int y = 0; y < from.height; ++y) std::copy_n(&from.at(0, y), from.width, &both.at(left, top + y));
  };
  copy(first, 0, 0);
  copy(second, below ? 0 : first.width, below ? first.height : 0);
  return both;
}

// A fit and, under the same keypoints, the true body; below both from the side, where depth shows.
Image Pair(const SyntheticPerson& person, const FitResult& result, const BodyModel& model,
           PersonPainter* painter) {
  FitResult truth = result;
  truth.parameters = person.truth;
  truth.segment_scales.resize(0);
  truth.joints3d = person.joints3d;
  truth.usable = true;
  truth.reason = reason::kOk;
  truth.residual_median = MedianResidualPx(person, model);
  OverlayOptions side;
  side.angle = ViewAngle{kPi / 2, 0, ViewAngle::Front::kCamera};
  side.caption = false;
  const Image seen =
      Joined(painter->Draw(person.observation, result), painter->Draw(person.observation, truth), false);
  const Image from_side = Joined(painter->Draw(person.observation, result, side),
                                 painter->Draw(person.observation, truth, side), false);
  return Joined(seen, from_side, true);
}

// `count` of them, evenly spread.
std::vector<SyntheticPerson> Some(const std::vector<SyntheticPerson>& people, size_t count) {
  count = std::min(count, people.size());
  std::vector<SyntheticPerson> some;
  for (size_t i = 0; i < count; ++i) some.push_back(people[i * people.size() / count]);
  return some;
}

void WritePicture(const std::vector<SyntheticPerson>& people, const std::vector<FitResult>& results,
                  const std::shared_ptr<const BodyModel>& model, const std::string& path) {
  PersonPainter painter(model);
  std::vector<Image> images;
  std::vector<std::string> captions;
  for (size_t i = 0; i < people.size(); ++i) {
    images.push_back(Pair(people[i], results[i], *model, &painter));
    captions.push_back(StrCat(results[i].id, "\nfitted from 2D (left), truth (right); below: from the side"));
  }
  WritePng(path, ContactSheet(images, 3, captions, "Bodies from noisy 2D keypoints, beside the truth", 640));
}

int Demo(const std::vector<std::string>& arguments) {
  std::vector<std::string> motions = arguments;
  if (motions.empty()) {
    motions = {StrCat(kDebianMotion, "/01_01.bvh"), StrCat(kDebianMotion, "/01_03.bvh")};
    if (!std::filesystem::exists(motions[0])) {
      throw InputError(motions[0], "",
                       "not found: install the Debian package assimp-testmodels, or name motion files");
    }
  }
  if (FLAGS_limit < 0)
    throw UsageError(StrCat("--limit: found ", FLAGS_limit, ", expected 0 or more people"));
  const std::string folder = OutputFolder();
  const FitSetup setup = FitSetupFromFlags();
  RetargetOptions retarget;
  retarget.target_joints = RestJointsOf(*setup.model);
  SyntheticOptions options;
  options.stride = 3;
  options.seed = FLAGS_seed;
  std::vector<SyntheticPerson> people2d, people3d;
  std::string names;
  for (const std::string& path : motions) {
    names += (names.empty() ? "" : ", ") + std::filesystem::path(path).filename().string();
    const Motion motion = OpenMotion(path, retarget);
    for (const bool is_3d : {false, true}) {
      options.keypoints3d = is_3d;
      std::vector<SyntheticPerson>& people = is_3d ? people3d : people2d;
      for (SyntheticPerson& person : MakeSyntheticPeople(setup.model, motion, options)) {
        people.push_back(std::move(person));
      }
    }
  }
  if (people2d.empty()) throw InputError(motions[0], "", "holds no valid frame");
  if (FLAGS_limit > 0) {
    people2d = Some(people2d, static_cast<size_t>(FLAGS_limit));
    people3d = Some(people3d, static_cast<size_t>(FLAGS_limit));
  }

  const BatchOptions batch = BatchOptionsFromFlags();
  std::printf("real motion capture (%s): %zu people, a frame each; body: %s, %d vertices\n", names.c_str(),
              people2d.size(), setup.model->name().c_str(), setup.model->num_vertices());
  // Something to look at comes first, and then what takes longer.
  constexpr size_t kPictures = 12;
  const std::vector<SyntheticPerson> first = Some(people2d, kPictures);
  std::vector<FitResult> results;
  FitAndScore(setup, first, batch, &results);
  const std::string sheet = folder + "/fits_from_2d.png";
  WritePicture(first, results, setup.model, sheet);
  std::printf(
      "%zu of them are in a picture: %s (left the body found, right the truth, below both from the side)\n",
      first.size(), sheet.c_str());
  std::printf("now all of them, from 25 keypoints with %.0f px noise, seen from any side, 3 to 6 m away:\n",
              options.noise_px);
  std::fflush(stdout);
  FitAndScore(setup, people2d, batch).PrintBriefly();
  std::printf("the same people from 3D points without noise:\n");
  std::fflush(stdout);
  FitAndScore(setup, people3d, batch).PrintBriefly();
  std::printf("your own: vitruvius fit KEYPOINTS --out DIR --report; all figures: vitruvius evaluate fit\n");
  return kExitOk;
}

}  // namespace

Command DemoCommand() {
  return {
      "demo",
      "[MOTION...] --out DIR",
      "fit real motion capture and look at the result",
      "Without MOTION: the CMU motions of Debian's package assimp-testmodels. Twelve people first, for "
      "DIR/fits_from_2d.png, then all of them, from 2D and from 3D keypoints: errors against the truth. "
      "--limit takes fewer, evenly spread.",
      {"out", "limit", "model", "gender", "prior", "recipe", "starts", "solver", "threads", "seed", "quiet"},
      Demo};
}

}  // namespace vitruvius
