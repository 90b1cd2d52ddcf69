#include "apps/vitruvius/interpolate_prior.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "apps/vitruvius/command.h"
#include "apps/vitruvius/flags.h"
#include "apps/vitruvius/session.h"
#include "data/datasets/motion_file.h"
#include "data/io/glb_writer.h"
#include "data/io/picture.h"
#include "models/body/body_evaluator.h"
#include "models/rendering/contact_sheet.h"
#include "models/rendering/turntable.h"
#include "models/util/check.h"
#include "priors/latent_path.h"
#include "priors/registry.h"
#include "solvers/registration/inversion.h"

namespace vitruvius {
namespace {

constexpr int kPictures = 10, kFrames = 60, kMostPictures = 400, kMostFrames = 100000;
constexpr double kFps = 30;

// The latent that `text` names: FILE#FRAME, a frame of a motion, inverted; or a seed, a sample of the latent.
Eigen::VectorXd LatentOf(const std::string& flag, const std::string& text,
                         const std::shared_ptr<const LatentPrior>& prior,
                         const std::shared_ptr<const BodyModel>& model) {
  const auto is_number = [](const std::string& word) {
    constexpr size_t kMostDigits = 9;
    return !word.empty() && word.size() <= kMostDigits &&
           std::all_of(word.begin(), word.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
  };
  if (is_number(text)) {
    Rng rng(static_cast<std::uint64_t>(std::stoll(text)));
    return prior->SampleLatent(&rng);
  }
  const size_t hash = text.rfind('#');
  if (hash == std::string::npos || !is_number(text.substr(hash + 1))) {
    throw UsageError(StrCat("--", flag, ": found \"", text,
                            "\", expected FILE#FRAME (of a motion, from 0) or a seed (a whole number)"));
  }
  const std::string path = text.substr(0, hash);
  const int frame = std::stoi(text.substr(hash + 1));
  RetargetOptions retarget;
  retarget.target_joints = RestJointsOf(*model);
  const Motion motion = OpenMotion(path, retarget);
  if (frame >= motion.num_frames())
    throw InputError(path, StrCat("frame ", frame), StrCat("found ", motion.num_frames(), " frames"));
  const std::vector<int> joints = MotionJointsOf(*model);
  Eigen::VectorXd body_pose(3 * model->num_body_joints());
  for (int j = 1; j < model->num_joints(); ++j)
    body_pose.segment<3>(3 * (j - 1)) = motion.Rotation(frame, joints[j]);
  const Inversion found = LatentInverter(model, prior).Invert(body_pose);
  if (!FLAGS_quiet)
    std::printf("--%s: the nearest body of %s is %.1f mm off (mean over joints)\n", flag.c_str(),
                prior->name().c_str(), found.joints_mm);
  return found.z;
}

}  // namespace

int InterpolatePrior(const std::vector<std::string>& names) {
  if (names.size() != 1) throw UsageError("prior interpolate: name one prior");
  if (FLAGS_from.empty() || FLAGS_to.empty())
    throw UsageError("prior interpolate: --from and --to, each FILE#FRAME or a seed, are missing");
  const bool is_picture = EndsWith(FLAGS_out, ".png"), is_animation = EndsWith(FLAGS_out, ".glb");
  if (!is_picture && !is_animation && !EndsWith(FLAGS_out, ".npz"))
    throw UsageError(
        StrCat("prior interpolate: found --out \"", FLAGS_out, "\", expected .png, .glb or .npz"));
  const int most = is_picture ? kMostPictures : kMostFrames;
  if (FLAGS_limit != 0 && (FLAGS_limit < 2 || FLAGS_limit > most))
    throw UsageError(
        StrCat("prior interpolate: found --limit ", FLAGS_limit, ", expected 2 to ", most, " bodies"));
  if (!(FLAGS_fps >= 0 && FLAGS_fps <= kMaxFps)) throw UsageError("--fps: expected 0 to 1e6");
  const auto prior = std::dynamic_pointer_cast<const LatentPrior>(LoadPrior(names[0]));
  if (prior == nullptr) throw InputError(names[0], "", "has no latent space: there is no way through it");
  const std::shared_ptr<const BodyModel> model = ModelFromFlags();
  if (prior->dim() > 3 * std::min(model->num_body_joints(), kMotionJoints - 1))
    throw InputError(model->name(), "",
                     StrCat("has ", model->num_body_joints(), " joints, fewer than the prior"));

  const LatentPath path(prior->latent_space(), LatentOf("from", FLAGS_from, prior, model),
                        LatentOf("to", FLAGS_to, prior, model));
  if (FLAGS_circle && path.FullCircle() == 0)
    throw UsageError("--circle: goes around a sphere, which this prior's latent space is not, or nowhere");
  const double end = FLAGS_circle ? path.FullCircle() : 1;
  const int count = FLAGS_limit > 0 ? FLAGS_limit : is_picture ? kPictures : kFrames;
  const std::unique_ptr<PoseDecoder> decoder = prior->MakeDecoder();
  BodyAnimation animation;
  animation.name = "interpolation";
  animation.frames_per_second = FLAGS_fps > 0 ? FLAGS_fps : kFps;
  for (int i = 0; i < count; ++i) {
    const Eigen::VectorXd z = path.At(end * i / (count - 1));
    animation.frames.push_back(BodyParameters::Zero(*model));
    decoder->Decode(z.data(), animation.frames.back().body_pose.data());
    animation.found.push_back(1);
  }
  if (is_animation) {
    GlbOptions options;
    options.gltf_from_body = Eigen::Matrix3d::Identity();  // the root at rest: y is up
    WriteGlb(FLAGS_out, *model, animation, options);
  } else if (is_picture) {
    std::vector<Image> images;
    for (const BodyParameters& body : animation.frames)
      images.push_back(RenderViews(PoseMesh(*model, body).vertices, model->faces(), {-EIGEN_PI / 6}, 300));
    WritePng(FLAGS_out, ContactSheet(images, std::min(count, kPictures), {},
                                     StrCat(names[0], ": ", FLAGS_from, " to ", FLAGS_to), 160));
  } else {
    Motion motion;
    motion.name = animation.name;
    motion.fps = animation.frames_per_second;
    motion.poses = RowMatrixXd::Zero(count, 3 * kMotionJoints);
    motion.transl = MatrixX3d::Zero(count, 3);
    motion.valid.assign(static_cast<size_t>(count), 1);
    for (int i = 0; i < count; ++i)
      motion.poses.row(i).segment(3, prior->dim()) = animation.frames[i].body_pose.head(prior->dim());
    SaveMotion(FLAGS_out, motion);
  }
  return kExitOk;
}

}  // namespace vitruvius
