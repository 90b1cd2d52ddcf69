// vitruvius prior info|sample|interpolate|fit-gmm|convert; interpolate is in interpolate_prior.cc.
#include <cmath>
#include <cstdio>
#include <map>
#include <utility>
#include <vector>

#include "apps/common/pose_inputs.h"
#include "apps/vitruvius/command.h"
#include "apps/vitruvius/flags.h"
#include "apps/vitruvius/interpolate_prior.h"
#include "apps/vitruvius/session.h"
#include "data/io/npz.h"
#include "data/io/picture.h"
#include "data/io/vposer_file.h"
#include "models/body/body_evaluator.h"
#include "models/rendering/contact_sheet.h"
#include "models/rendering/turntable.h"
#include "models/util/check.h"
#include "priors/latent_prior.h"
#include "priors/registry.h"

namespace vitruvius {
namespace {

void PrintLatent(const LatentPrior& prior) {
  const char* space = prior.latent_space() == LatentSpace::kSphere ? "on the unit sphere"
                      : prior.latent_space() == LatentSpace::kBox  ? "in the box [-1, 1]"
                                                                   : "of a standard normal distribution";
  std::printf("  latent: %d numbers %s\n", prior.latent_dim(), space);
  const PriorOrigin origin = prior.origin();
  if (!origin.trained_with.empty()) std::printf("  trained with: %s\n", origin.trained_with.c_str());
  if (!origin.trained_on.empty()) std::printf("  trained on: %s\n", origin.trained_on.c_str());
  if (origin.inversion_val_mm) std::printf("  inversion error on val: %.1f mm\n", *origin.inversion_val_mm);
}

// Priors without a density have no likelihood to tell.
void PrintPose(const Prior& prior, const char* what, const Eigen::VectorXd& pose) {
  const double likelihood = prior.NegativeLogLikelihood(pose);
  std::printf("  %s: length %.3f rad", what, pose.norm());
  if (std::isfinite(likelihood)) std::printf(", negative log likelihood %.2f nats", likelihood);
  std::printf("\n");
}

int Info(const std::vector<std::string>& names) {
  for (const std::string& name : names.empty() ? ShippedPriorNames() : names) {
    const std::shared_ptr<const Prior> prior = LoadPrior(name);
    std::printf("%s: %s over %d numbers of body_pose, %zu modes\n", name.c_str(), prior->family().c_str(),
                prior->dim(), prior->Modes().size());
    if (const auto* latent = dynamic_cast<const LatentPrior*>(prior.get())) PrintLatent(*latent);
    PrintPose(*prior, "mean pose", prior->Mean());
    for (const Eigen::VectorXd& mode : prior->Modes()) PrintPose(*prior, "mode", mode);
  }
  return kExitOk;
}

// Poses to `--out`: .npz (poses (N, 72), AMASS's key) or .png (a sheet of bodies).
int Sample(const std::vector<std::string>& names) {
  if (names.size() != 1) throw UsageError("prior sample: name one prior");
  if (FLAGS_out.empty()) throw UsageError("prior sample: --out FILE.png or FILE.npz is missing");
  constexpr int kMostPictures = 400, kMostPoses = 1000000;
  const bool picture = EndsWith(FLAGS_out, ".png");
  const int most = picture ? kMostPictures : kMostPoses;
  if (FLAGS_limit < 0 || FLAGS_limit > most) {
    throw UsageError(StrCat("prior sample: found --limit ", FLAGS_limit, ", expected at most ", most));
  }
  const int count = FLAGS_limit > 0 ? FLAGS_limit : 25;
  const std::shared_ptr<const Prior> prior = LoadPrior(names[0]);
  const std::shared_ptr<const BodyModel> model = ModelFromFlags();
  Rng rng(FLAGS_seed);
  const int width = 3 * model->num_joints();
  RowMatrixXd poses = RowMatrixXd::Zero(count, width);
  for (int i = 0; i < count; ++i) {
    const Eigen::VectorXd sample = prior->Sample(&rng);
    const Eigen::Index n = std::min<Eigen::Index>(sample.size(), width - 3);
    poses.row(i).segment(3, n) = sample.head(n).transpose();
  }
  if (!picture) {
    WriteNpz(FLAGS_out, {{"poses", NpyArray::FromDoubles(poses.data(), {count, width})}});
    return kExitOk;
  }
  std::vector<Image> images;
  for (int i = 0; i < count; ++i) {
    BodyParameters parameters = BodyParameters::Zero(*model);
    parameters.body_pose = poses.row(i).tail(width - 3);
    images.push_back(
        RenderViews(PoseMesh(*model, parameters).vertices, model->faces(), {-EIGEN_PI / 6}, 300));
  }
  WritePng(FLAGS_out, ContactSheet(images, 5, {}, StrCat("samples of ", names[0]), 220));
  return kExitOk;
}

// A checkpoint's weights under plain names (data/io/vposer_file.h).
int ConvertPrior(const std::vector<std::string>& inputs) {
  if (inputs.size() != 1) throw UsageError("prior convert: name one checkpoint, or a folder as downloaded");
  if (FLAGS_out.empty()) throw UsageError("prior convert: --out FILE.npz is missing");
  const std::map<std::string, NpyArray> arrays = ReadVPoser(inputs[0]);
  WriteNpz(FLAGS_out, arrays);
  if (!FLAGS_quiet) {
    std::printf("%s: %s, %lld latent numbers to %lld joints\n", FLAGS_out.c_str(),
                arrays.at("family").ToStrings()[0].c_str(),
                static_cast<long long>(arrays.at("latent_dim").ToInts()[0]),
                static_cast<long long>(arrays.at("joints").size()));
  }
  return kExitOk;
}

}  // namespace

Command PriorCommand() {
  const std::vector<CommandPart> parts = {
      {"info", "[NAME|FILE...]", "what priors hold; without a name the shipped ones", "", {"quiet"}},
      {"sample",
       "NAME|FILE --out FILE.png|FILE.npz",
       "random bodies: a sheet of them, or their poses",
       "  vitruvius prior sample gmm8 --out samples.png\n",
       {"out", "limit", "seed", "model", "gender", "quiet"}},
      {"interpolate",
       "NAME|FILE --from PLACE --to PLACE --out FILE",
       "ways between two poses through the latent space of a learned prior",
       "PLACE is a frame of a motion (FILE#FRAME) or the seed of a sample. --limit bodies, at --fps; .glb is "
       "an animation, .png a sheet, .npz the poses.\n"
       "\n"
       "  vitruvius prior interpolate my.npz --from walk.bvh#10 --to 7 --out way.glb\n",
       {"from", "to", "out", "limit", "fps", "circle", "model", "gender", "seed", "quiet"}},
      {"fit-gmm",
       "MOTION... --out FILE.npz",
       "trains a Gaussian mixture on motion files (.amc, .bvh, .json, .npz)",
       "  vitruvius prior fit-gmm mocap/ --out my.npz\n"
       "  vitruvius prior fit-gmm mocap/ --standing idle/ --out my.npz\n",
       {"out", "components", "floor", "cap", "restarts", "mirror", "everyday", "standing", "standing_share",
        "model", "gender", "seed", "threads", "quiet"}},
      {"convert",
       "CHECKPOINT --out FILE.npz",
       "VPoser's weights for any program; no torch is needed",
       "CHECKPOINT: a .pt or .ckpt, or the folder as downloaded.\n"
       "\n"
       "  vitruvius prior convert vposer_v1_0/ --out vposer.npz\n",
       {"out", "quiet"}}};
  Command command = {
      "prior",
      "info|sample|interpolate|fit-gmm|convert ... [--flag=value]",
      "pose priors: what a file holds, random poses, ways between poses, training of a Gaussian mixture, "
      "conversion",
      "",
      {},
      [](const std::vector<std::string>& arguments) {
        const std::string verb = arguments.empty() ? "" : arguments[0];
        const std::vector<std::string> rest(arguments.begin() + (arguments.empty() ? 0 : 1), arguments.end());
        if (verb == "info") return Info(rest);
        if (verb == "sample") return Sample(rest);
        if (verb == "interpolate") return InterpolatePrior(rest);
        if (verb == "fit-gmm") return FitGmmFromFlags("prior fit-gmm", rest, FLAGS_out);
        if (verb == "convert") return ConvertPrior(rest);
        throw UsageError(
            StrCat("prior: found \"", verb, "\", expected info, sample, interpolate, fit-gmm or convert"));
      }};
  return WithParts(std::move(command), parts);
}

}  // namespace vitruvius
