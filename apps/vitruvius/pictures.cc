#include "apps/vitruvius/pictures.h"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <set>
#include <sstream>

#include "apps/common/flag_use.h"
#include "apps/common/observation_flags.h"
#include "apps/vitruvius/command.h"
#include "apps/vitruvius/flags.h"
#include "apps/vitruvius/motion_inputs.h"
#include "data/datasets/motion_file.h"
#include "data/io/picture.h"
#include "models/util/check.h"
#include "models/util/rng.h"

namespace vitruvius {
namespace {

namespace fs = std::filesystem;

// The joints of motion files, frame by frame, one file in memory at a time.
class MotionSource final : public ObservationSource {
 public:
  MotionSource(std::vector<std::string> paths, const BodyModel& model)
      : paths_(std::move(paths)),
        names_(NamesOfFiles(paths_)),
        model_(&model, [](const BodyModel*) {}),
        set_(FindKeypointSet("smpl24")),
        binding_(BindKeypoints(*set_, model)),
        joints_(model_, binding_.points),
        options_(RetargetOptionsFromFlags(model)) {}

  double FractionDone() const override {
    const double within =
        motion_.num_frames() > 0 ? static_cast<double>(frame_) / motion_.num_frames() - 1 : 0;
    return (static_cast<double>(next_path_) + within) / static_cast<double>(paths_.size());
  }

  double FrameRateHz() const override { return paths_.size() == 1 ? motion_.fps : 0; }

  bool Next(PersonObservation* person) override {
    while (frame_ == motion_.num_frames()) {
      if (next_path_ == paths_.size()) return false;
      source_ = paths_[next_path_++];
      frame_ = 0;
      *person = PersonObservation();
      try {
        motion_ = OpenMotion(source_, options_);
        PrintRemarks(source_, motion_);
      } catch (const InputError& error) {
        // One bad file never stops the others; a single one is the whole input.
        if (paths_.size() == 1) throw;
        motion_ = Motion();
        person->id = names_[next_path_ - 1];
        person->source = source_;
        person->reason = reason::kBadInput;
        person->detail = error.what();
        return true;
      }
    }
    *person = PersonObservation();
    person->id = StrCat(names_[next_path_ - 1], "_", frame_);
    person->source = source_;
    person->identity.capture = names_[next_path_ - 1];
    person->identity.subject = motion_.subject;
    person->identity.frame = motion_.first_frame + frame_;
    person->identity.time_s = static_cast<double>(person->identity.frame) / motion_.fps;
    person->set = set_;
    if (!motion_.valid[frame_]) {
      person->reason = reason::kBadInput;
      person->detail =
          StrCat(source_, ": frame ", frame_, ": a joint turns past what a body can do, or jumps");
    }
    BodyParameters parameters = BodyParameters::Zero(*model_);
    parameters.global_orient = motion_.poses.row(frame_).head<3>();
    parameters.body_pose.head(3 * (kMotionJoints - 1)) =
        motion_.poses.row(frame_).tail(3 * (kMotionJoints - 1));
    parameters.transl = motion_.transl.row(frame_);
    joints_.Evaluate(parameters, false);
    person->keypoints3d.setZero(set_->size(), 4);
    for (int i = 0; i < joints_.num_points(); ++i) {
      person->keypoints3d.row(binding_.keypoint_of_point[i]) << joints_.points().row(i), 1;
    }
    ++frame_;
    return true;
  }

 private:
  std::vector<std::string> paths_, names_;
  std::shared_ptr<const BodyModel> model_;  // borrowed
  const KeypointSet* set_;
  KeypointBinding binding_;
  BodyEvaluator joints_;
  RetargetOptions options_;
  size_t next_path_ = 0;
  std::string source_;
  Motion motion_;
  int frame_ = 0;
};

}  // namespace

std::unique_ptr<ObservationSource> OpenInputs(const std::vector<std::string>& inputs, const BodyModel& model,
                                              bool dense) {
  if (AreMotionInputs(inputs)) return std::make_unique<MotionSource>(MotionFilesOf(inputs), model);
  const ObservationOptions options = ObservationOptionsFromFlags(dense);
  // A set of the user's own that is for another body is said once, not of every person.
  if (!options.keypoint_set.empty()) BindKeypoints(*FindKeypointSet(options.keypoint_set), model);
  return OpenObservations(inputs, options);
}

void RefuseIdleReading(bool nothing_is_read) {
  if (!nothing_is_read) return;
  RefuseGiven({"read_as", "image_size", "keypoint_set"},
              "says how the keypoints of --observations are read, and none are named");
}

std::string FileStem(const std::string& id) {
  constexpr size_t kLongest = 120;
  std::string stem = id.substr(0, kLongest);
  for (char& c : stem) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || std::strchr("_-.~", c) != nullptr;
    if (!plain || c == '\0') c = '_';
  }
  if (!stem.empty() && stem[0] == '.') stem[0] = '_';
  if (stem == id && !stem.empty()) return stem;
  std::ostringstream unique;
  unique << stem << "~" << std::hex << HashString(id);
  return unique.str();
}

int PictureHeight() {
  constexpr int kSmallest = 16, kLargest = 4096;
  if (FLAGS_size < kSmallest || FLAGS_size > kLargest) {
    throw UsageError(StrCat("--size: found ", FLAGS_size, ", expected ", kSmallest, " to ", kLargest));
  }
  return FLAGS_size;
}

void ImageTroubles::Add(Count* count, const std::string& what) {
  const std::lock_guard<std::mutex> lock(mutex_);
  // The first of several threads is whoever came first: the least keeps runs alike.
  if (++count->people == 1 || what < count->first) count->first = what;
}

void ImageTroubles::Print() const {
  if (missing_.people > 0) {
    std::fprintf(
        stderr, "warning: no image was found for %ld people, who are drawn on a plain ground: %s%s\n",
        missing_.people, missing_.first.c_str(), FLAGS_images.empty() ? "; --images names their folder" : "");
  }
  if (unreadable_.people > 0) {
    std::fprintf(stderr,
                 "warning: the images of %ld people cannot be read, who are drawn on a plain ground: %s\n",
                 unreadable_.people, unreadable_.first.c_str());
  }
}

PersonPainter::PersonPainter(std::shared_ptr<const BodyModel> model, ImageTroubles* troubles)
    : model_(std::move(model)), troubles_(troubles), mesh_(model_) {}

const Image* PersonPainter::PictureOf(const PersonObservation& person, double scale) {
  const std::string path = FindPicture(person);
  // At the very scale, or the overlay would depend on who was drawn before.
  const PictureKey key = {path, scale, person.image_width, person.image_height};
  if (key != key_) {
    key_ = key;
    picture_ = Image();
    unreadable_.clear();
    try {
      if (!path.empty()) picture_ = ReadPictureOfSize(path, person.image_width, person.image_height, scale);
    } catch (const InputError& error) {
      unreadable_ = error.what();  // it does not spoil the fit: the plain ground is drawn instead
    }
  }
  if (troubles_ != nullptr && !unreadable_.empty()) troubles_->AddUnreadable(unreadable_);
  if (troubles_ != nullptr && path.empty() && (!FLAGS_images.empty() || !person.image_path.empty()))
    troubles_->AddMissing(person.image_path.empty() ? person.id : person.image_path);
  return picture_.empty() ? nullptr : &picture_;
}

Image PersonPainter::Draw(const PersonObservation& person, const FitResult& result, OverlayOptions options) {
  options.max_height = PictureHeight();
  const BodyMesh mesh = result.usable ? mesh_.InPicture(result) : BodyMesh();
  // Of a picture without a size, it alone says what its pixels are.
  const bool sized = person.image_width > 0 && person.image_height > 0;
  const double scale = sized ? OverlayScale(person, result, *model_, mesh, options) : 1;
  constexpr double kFineEnough = 0.8;  // a little softer is not seen behind a body, and often half the work
  const Image* const picture = scale > 0 ? PictureOf(person, PictureScale(kFineEnough * scale)) : nullptr;
  return painter_.Draw(person, result, *model_, mesh, picture, options);
}

}  // namespace vitruvius
