#include "apps/vitruvius/pictures.h"

#include <cstdlib>
#include <filesystem>

#include "apps/vitruvius/command.h"
#include "apps/vitruvius/flags.h"
#include "data/datasets/motion_file.h"
#include "data/io/picture.h"
#include "models/rendering/overlay.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

namespace fs = std::filesystem;

// The joints of motion files, frame by frame, one file in memory at a time.
class MotionSource final : public ObservationSource {
 public:
  MotionSource(std::vector<std::string> paths, const BodyModel& model)
      : paths_(std::move(paths)),
        model_(&model, [](const BodyModel*) {}),
        joints_(model_, PointSet::AllJoints(*model_)) {
    if (model.num_joints() < kMotionJoints) {
      throw InputError(model.name(), "joints",
                       StrCat("found ", model.num_joints(), ", motion files need ", kMotionJoints));
    }
    options_.target_joints = model.joint_template();
  }

  bool Next(PersonObservation* person) override {
    while (frame_ == motion_.num_frames()) {
      if (next_path_ == paths_.size()) return false;
      source_ = paths_[next_path_++];
      motion_ = OpenMotion(source_, options_);
      frame_ = 0;
    }
    *person = PersonObservation();
    person->id = StrCat(motion_.name, "_", frame_);
    person->source = source_;
    person->set = FindKeypointSet("smpl24");
    if (!motion_.valid[frame_]) {
      person->reason = reason::kBadInput;
      person->detail =
          StrCat(source_, ": frame ", frame_, ": a joint turns past what a body can do, or jumps");
    }
    BodyParameters parameters = BodyParameters::Zero(*model_);
    parameters.global_orient = motion_.poses.row(frame_).head<3>();
    parameters.body_pose.head(3 * (kMotionJoints - 1)) =
        motion_.poses.row(frame_).tail(3 * (kMotionJoints - 1));
    parameters.transl = motion_.transl.row(frame_) - model_->joint_template().row(0);
    joints_.Evaluate(parameters, false);
    person->keypoints3d.setOnes(kMotionJoints, 4);
    person->keypoints3d.leftCols<3>() = joints_.points().topRows(kMotionJoints);
    ++frame_;
    return true;
  }

 private:
  std::vector<std::string> paths_;
  std::shared_ptr<const BodyModel> model_;  // borrowed
  BodyEvaluator joints_;
  RetargetOptions options_;
  size_t next_path_ = 0;
  std::string source_;
  Motion motion_;
  int frame_ = 0;
};

// OpenPose JSON and .npz have extensions of their own; .json of DeepMimic is not taken here, it would be
// ambiguous.
bool IsMotionInput(const std::string& path) {
  const std::string extension = fs::path(path).extension().string();
  return extension == ".bvh" || extension == ".amc";
}

std::string FindPicture(const PersonObservation& person) {
  std::error_code error;
  if (FLAGS_images.empty()) {
    return fs::is_regular_file(person.image_path, error) ? person.image_path : "";
  }
  if (!person.image_path.empty()) {
    const fs::path path = fs::path(FLAGS_images) / fs::path(person.image_path).filename();
    if (fs::is_regular_file(path, error)) return path.string();
  }
  // OpenPose: NAME_keypoints.json belongs to NAME.jpg or NAME.png.
  std::string stem = fs::path(person.source).stem().string();
  const std::string suffix = "_keypoints";
  if (stem.size() > suffix.size() && stem.compare(stem.size() - suffix.size(), suffix.size(), suffix) == 0) {
    stem.resize(stem.size() - suffix.size());
  }
  for (const char* extension : {".jpg", ".jpeg", ".png", ".JPG", ".PNG"}) {
    const fs::path path = fs::path(FLAGS_images) / (stem + extension);
    if (fs::is_regular_file(path, error)) return path.string();
  }
  return "";
}

}  // namespace

std::unique_ptr<ObservationSource> OpenInputs(const std::vector<std::string>& inputs,
                                              const BodyModel& model) {
  size_t motions = 0;
  for (const std::string& input : inputs) motions += IsMotionInput(input);
  if (motions == inputs.size() && motions > 0) return std::make_unique<MotionSource>(inputs, model);
  if (motions > 0) throw UsageError("motion files and keypoint files cannot be fitted in one run");
  ObservationOptions options;
  options.keypoint_set = FLAGS_keypoint_set;
  if (!FLAGS_image_size.empty()) {
    char* end = nullptr;
    const long width = std::strtol(FLAGS_image_size.c_str(), &end, 10);
    const long height = *end == 'x' ? std::strtol(end + 1, &end, 10) : 0;
    if (*end != '\0' || width < 1 || height < 1 || width > 1000000 || height > 1000000) {
      throw UsageError(
          StrCat("--image_size: found \"", FLAGS_image_size, "\", expected WxH in pixels, as 1920x1080"));
    }
    options.image_width = static_cast<int>(width);
    options.image_height = static_cast<int>(height);
  }
  return OpenObservations(inputs, options);
}

Image DrawPerson(const PersonObservation& person, const FitResult& result, const BodyModel& model,
                 const BodyMesh& mesh) {
  OverlayOptions options;
  options.max_height = FLAGS_size;
  const std::string path = FindPicture(person);
  if (!path.empty()) {
    try {
      const Image background = ReadPicture(path);
      return DrawOverlay(person, result, model, mesh, &background, options);
    } catch (const InputError&) {
      // A picture that cannot be read does not spoil the fit: the plain ground is drawn instead.
    }
  }
  return DrawOverlay(person, result, model, mesh, nullptr, options);
}

}  // namespace vitruvius
