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

// A fit and, under the same keypoints, the true body.
Image Pair(const SyntheticPerson& person, const FitResult& result, const BodyModel& model) {
  FitResult truth = result;
  truth.parameters = person.truth;
  truth.joints3d = person.joints3d;
  truth.usable = true;
  truth.reason = reason::kOk;
  truth.residual_median = MedianResidualPx(person, model);
  const Image left = DrawPerson(person.observation, result, model, PoseMesh(model, result.parameters));
  const Image right = DrawPerson(person.observation, truth, model, PoseMesh(model, truth.parameters));
  Image both(left.width + right.width, std::max(left.height, right.height), {255, 255, 255, 255});
  for (int y = 0; y < both.height; ++y) {
    for (int x = 0; x < both.width; ++x) {
      const Image& from = x < left.width ? left : right;
      const int column = x < left.width ? x : x - left.width;
      if (y < from.height) both.at(x, y) = from.at(column, y);
    }
  }
  return both;
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
  const std::string folder = OutputFolder();
  const FitSetup setup = FitSetupFromFlags();
  RetargetOptions retarget;
  retarget.target_joints = RestJointsOf(*setup.model);
  SyntheticOptions options;
  options.stride = 3;
  options.seed = FLAGS_seed;
  std::vector<SyntheticPerson> people2d, people3d;
  for (const std::string& path : motions) {
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

  std::printf("real motion capture, %zu frames, body: %s\n\n", people2d.size(), setup.model->name().c_str());
  std::vector<FitResult> results;
  std::printf("from 25 noisy 2D keypoints (%.0f px), unknown yaw, 3 to 6 m away:\n", options.noise_px);
  const BatchOptions batch = BatchOptionsFromFlags();
  FitAndScore(setup, people2d, batch, &results).Print();
  constexpr size_t kPictures = 12;
  std::vector<Image> images;
  std::vector<std::string> captions;
  for (size_t i = 0; i < kPictures && i < people2d.size(); ++i) {
    const size_t person = i * people2d.size() / std::min(kPictures, people2d.size());
    images.push_back(Pair(people2d[person], results[person], *setup.model));
    captions.push_back(StrCat(results[person].id, "\nfitted from 2D (left), truth (right)"));
  }
  const std::string sheet = folder + "/fits_from_2d.png";
  WritePng(sheet, ContactSheet(images, 3, captions, "Bodies from noisy 2D keypoints, beside the truth", 640));
  std::printf("picture: %s\n\nfrom the same points in 3D, without noise:\n", sheet.c_str());
  FitAndScore(setup, people3d, batch).Print();
  return kExitOk;
}

}  // namespace

Command DemoCommand() {
  return {"demo",
          "[MOTION...] --out DIR",
          "fit real motion capture and look at the result",
          "Without MOTION: the CMU motions of Debian's package assimp-testmodels. Prints errors against the "
          "truth and\n"
          "writes DIR/fits_from_2d.png.\n",
          {"out", "model", "gender", "prior", "recipe", "starts", "solver", "threads", "seed", "quiet"},
          Demo};
}

}  // namespace vitruvius
