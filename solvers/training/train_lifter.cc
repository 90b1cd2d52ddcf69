#include "solvers/training/train_lifter.h"

#include <cmath>

#include <ATen/core/grad_mode.h>

#include "models/math/angles.h"
#include "models/util/check.h"
#include "models/util/rng.h"
#include "solvers/training/adversarial_loss.h"
#include "solvers/training/flat_adam.h"
#include "solvers/training/lifter_losses.h"

namespace vitruvius {
namespace {

constexpr char kDiscriminator[] = "discriminator_", kGenerator[] = "generator_";
constexpr std::uint64_t kLifterValidationStream = ~std::uint64_t{0},
                        kKneeStream = kLifterValidationStream - 1;

at::Tensor DrawRows(const WeightedRows& rows, std::int64_t count, std::uint64_t seed, std::uint64_t stream) {
  return rows.Draw(count, SeededGenerator(seed, stream));
}

std::uint64_t HashOf(const at::Tensor& floats) {
  const at::Tensor here = floats.detach().to(at::kCPU).contiguous();
  return HashString({reinterpret_cast<const char*>(here.data_ptr<float>()), here.nbytes()});
}

class LifterTask : public TrainingTask {
 public:
  LifterTask(const LifterOptions& options, const LifterSkeleton& skeleton, const LifterTable& train,
             const LifterTable& validation, const std::string& initial)
      : options_(options),
        skeleton_(skeleton),
        train_(train),
        validation_(validation.Take(
            DrawRows(validation.rows, options.validation_poses, options.seed, kLifterValidationStream))),
        knees_(train.Take(DrawRows(train.rows, options.validation_poses, options.seed, kKneeStream))),
        device_(train.keypoints.device()),
        size_{static_cast<std::int64_t>(skeleton.joints.size()), options.hidden},
        generator_(size_, device_),
        discriminator_(size_, device_),
        average_(std::make_shared<DepthGenerator>(size_, device_)),
        generator_adam_(generator_.parameters().flat(), options.beta1, options.beta2),
        discriminator_adam_(discriminator_.parameters().flat(), options.beta1, options.beta2) {
    generator_.parameters().Initialise(options.seed);
    discriminator_.parameters().Initialise(options.seed + 1);
    if (!initial.empty()) {
      const NpzReader file(initial);
      ReadNetwork(file, kGenerator, &generator_.parameters());
      ReadNetwork(file, kDiscriminator, &discriminator_.parameters());
      initial_ = HashOf(generator_.parameters().flat()) ^ HashOf(discriminator_.parameters().flat());
    }
    average_->parameters().flat().detach().copy_(generator_.parameters().flat());
  }

  std::vector<std::string> loss_names() const override {
    return {"discriminator", "generator", "ratio", "symmetry", "consistency", "joints"};
  }
  std::vector<std::string> evaluation_names() const override {
    return {"unexplained_val", "r_val",        "mirrored_val", "depth_error_val_mm",
            "asymmetry_val",   "geometry_val", "spread_val"};
  }
  bool keeps_last() const override { return options_.choice == LifterChoice::kLast; }

  at::Tensor Step(std::int64_t step) override {
    at::Generator random = SeededGenerator(options_.seed, static_cast<std::uint64_t>(step) + 1);
    const double rate =
        options_.learning_rate * RateAt(step, options_.epochs * options_.StepsPerEpoch(train_.size()));
    at::Tensor d_loss;
    for (int round = 1; round < options_.discriminator_steps; ++round) {
      Seen fake;
      {
        at::NoGradGuard no_grad;
        fake = SeenFromAnotherSide(Lifted(DrawPeople(random)), random);
      }
      d_loss = TeachDiscriminator(fake.keypoints.points, rate, random);
    }
    // The last one learns on what the generator is then judged by: it need not be lifted twice.
    const People people = DrawPeople(random);
    const at::Tensor points = Lifted(people);
    const Seen seen = SeenFromAnotherSide(points, random);
    d_loss = TeachDiscriminator(seen.keypoints.points.detach(), rate, random);

    const at::Tensor adversarial =
        GeneratorLoss(options_.loss, discriminator_.Forward(seen.keypoints.points));
    const BoneLengths lengths = BoneLengthsOf(points, skeleton_);
    const at::Tensor ratio = RatioLoss(lengths, skeleton_), symmetry = SymmetryLoss(lengths, skeleton_);
    at::Tensor total = options_.adversarial_weight * adversarial + options_.ratio_weight * ratio +
                       options_.symmetry_weight * symmetry;
    at::Tensor consistency = at::zeros({}, points.options()), joints = consistency;
    if (options_.consistency_weight > 0) {
      const at::Tensor again =
          LiftedPoints(seen.keypoints.points, generator_.Forward(seen.keypoints.points), skeleton_);
      const std::int64_t turns = again.size(0) / points.size(0);
      consistency = ConsistencyLoss(points.repeat({turns, 1, 1}),
                                    RotateAboutVertical(again * seen.keypoints.scale, -seen.radians));
      total = total + options_.consistency_weight * consistency;
    }
    if (people.registered.defined()) {
      joints = JointLoss(points, people.registered);
      total = total + options_.JointWeightAt(step / options_.StepsPerEpoch(train_.size())) * joints;
    }
    generator_adam_.Step(generator_.parameters().flat(), FlatGradient(total, generator_.parameters()), rate);
    at::NoGradGuard no_grad;
    average_->parameters().flat().detach().lerp_(generator_.parameters().flat(), 1 - options_.average);
    return at::stack({d_loss, adversarial, ratio, symmetry, consistency, joints}).detach();
  }

  std::vector<double> Evaluate(const TrainingRun& run, std::vector<std::string>* signs) override;

  Tensors State() override {
    Tensors state = {{"generator", generator_.parameters().flat()}};
    state.merge(Weights());
    state.merge(generator_adam_.State("generator_adam"));
    state.merge(discriminator_adam_.State("discriminator_adam"));
    return state;
  }
  // The discriminator that goes with the lifter is kept with it.
  Tensors Weights() override {
    return {{"average", average_->parameters().flat()},
            {"discriminator", discriminator_.parameters().flat()}};
  }

  // Tells trainings apart that went on from others; 0 for one that began anew.
  std::uint64_t initial() const { return initial_; }

  // The averaged generator, with the sign that makes knees bend forward.
  std::shared_ptr<const DepthLifter> Lifter() const {
    at::NoGradGuard no_grad;
    auto generator = std::make_shared<DepthGenerator>(size_, device_);
    generator->parameters().flat().detach().copy_(average_->parameters().flat());
    const People people = Normalised(knees_);
    const at::Tensor points = LiftedPoints(people.keypoints, generator->Forward(people.keypoints), skeleton_);
    if (KneesForward(points, skeleton_).sum().item<double>() < 0) {
      const Layer out = generator->parameters().layer("out");
      out.weight.neg_();
      out.bias.neg_();
    }
    return std::make_shared<DepthLifter>(std::move(generator), skeleton_);
  }

  std::map<std::string, NpyArray> Arrays() const {
    std::map<std::string, NpyArray> arrays = Lifter()->Arrays();
    AddNetwork(kDiscriminator, discriminator_.parameters(), &arrays);
    return arrays;
  }

 private:
  struct People {
    at::Tensor keypoints;   // (n, J, 2) normalised
    at::Tensor registered;  // (n, J, 3) in the same unit about their root, or undefined
  };
  struct Seen {
    NormalisedKeypoints keypoints;
    at::Tensor radians;  // (n,) by which each was turned
  };

  People Normalised(const LifterTable& table) const {
    const NormalisedKeypoints normalised = NormaliseKeypoints(table.keypoints, skeleton_);
    People people = {normalised.points, {}};
    if (table.registered.defined()) {
      // About the root of the registered joints; in depth as in the image.
      const at::Tensor root = WithMiddles(table.registered, skeleton_).select(1, size_.joints).unsqueeze(1);
      people.registered = (table.registered - root) / normalised.scale;
    }
    return people;
  }
  People DrawPeople(const at::Generator& random) const {
    return Normalised(train_.Take(train_.rows.Draw(options_.batch, random)));
  }
  at::Tensor Lifted(const People& people) const {
    return LiftedPoints(people.keypoints, generator_.Forward(people.keypoints), skeleton_);
  }

  // Every pose by angles_per_pose of the angles, one turn of all poses after the other.
  Seen SeenFromAnotherSide(const at::Tensor& points, const at::Generator& random) const {
    const std::int64_t n = points.size(0), turns = options_.angles_per_pose;
    const auto angles = static_cast<std::int64_t>(options_.angles_deg.size());
    // The places of the largest of random numbers: drawn without replacement.
    const at::Tensor chosen =
        std::get<1>(at::rand({n, angles}, random, at::TensorOptions(at::kFloat)).topk(turns, 1));
    const at::Tensor degrees =
        at::tensor(options_.angles_deg, at::kDouble).index_select(0, chosen.transpose(0, 1).reshape({-1}));
    const at::Tensor radians = (degrees * kRadPerDeg).to(points.options());
    const at::Tensor turned = RotateAboutVertical(points.repeat({turns, 1, 1}), radians);
    return {NormaliseKeypoints(turned.narrow(2, 0, 2), skeleton_), radians};
  }

  at::Tensor TeachDiscriminator(const at::Tensor& fake, double rate, const at::Generator& random) {
    const at::Tensor real = DrawPeople(random).keypoints;
    const at::Tensor output = discriminator_.Forward(at::cat({real, fake}));
    const at::Tensor loss = DiscriminatorLoss(options_.loss, output.narrow(0, 0, real.size(0)),
                                              output.narrow(0, real.size(0), fake.size(0)));
    discriminator_adam_.Step(discriminator_.parameters().flat(),
                             FlatGradient(loss, discriminator_.parameters()), rate);
    return loss.detach();
  }

  const LifterOptions options_;
  const LifterSkeleton& skeleton_;
  const LifterTable& train_;
  const LifterTable validation_, knees_;
  const at::Device device_;
  const LifterSize size_;
  DepthGenerator generator_;
  KeypointDiscriminator discriminator_;
  std::shared_ptr<DepthGenerator> average_;
  FlatAdam generator_adam_, discriminator_adam_;
  std::uint64_t initial_ = 0;
};

std::vector<double> LifterTask::Evaluate(const TrainingRun& run, std::vector<std::string>* signs) {
  const LifterScores scores = ScoreLifter(*Lifter(), validation_, options_.angles_deg);
  const std::int64_t steps = options_.epochs * options_.StepsPerEpoch(train_.size());
  constexpr double kFlat = 0.6, kDecided = 0.1;
  if (2 * run.step > steps && scores.spread < kFlat) {
    signs->push_back(StrCat("step ", run.step, ": depths vary ", scores.spread,
                            " times as much as widths: people are lifted flat"));
  }
  const double discriminator = run.log.rows.back()[1];
  if (options_.loss != AdversarialLoss::kLeastSquares && options_.adversarial_weight > 0 &&
      discriminator < kDecided) {
    signs->push_back(StrCat("step ", run.step, ": the discriminator's loss is ", discriminator,
                            ": it tells all lifted people, and teaches little"));
  }
  if (!std::isfinite(scores.geometry)) {
    signs->push_back(StrCat("step ", run.step, ": bones and consistency are ", scores.geometry));
  }
  return {1 - scores.correlation_mirror,
          scores.correlation,
          scores.mirrored,
          scores.depth_error_mm,
          scores.asymmetry,
          scores.geometry,
          scores.spread};
}

}  // namespace

TrainedLifter TrainLifter(const LifterOptions& options, const LifterSkeleton& skeleton,
                          const LifterTable& train, const LifterTable& validation, const std::string& initial,
                          const std::string& checkpoint, bool resume, const TrainingLoopEvents& events) {
  options.Check();
  skeleton.Check();
  const auto joints = static_cast<std::int64_t>(skeleton.joints.size());
  train.Check(joints);
  validation.Check(joints);
  if (options.choice == LifterChoice::kCorrelation) VT_CHECK(validation.depths.defined());
  LifterTask task(options, skeleton, train, validation, initial);
  const std::int64_t steps = options.epochs * options.StepsPerEpoch(train.size());
  const TrainingSchedule schedule = {
      steps, options.log_every,
      std::max<std::int64_t>(1, (steps + options.evaluations - 1) / options.evaluations),
      StrCat(options.Describe(), " people ", train.size(), " validation ", validation.size(),
             train.registered.defined() ? " registered" : "", " initial ", task.initial())};
  const TrainingOutcome outcome = RunTraining(&task, schedule, checkpoint, resume, events);
  if (!outcome.finished) return {outcome.run, nullptr, {}};
  return {outcome.run, task.Lifter(), task.Arrays()};
}

}  // namespace vitruvius
