#include "solvers/prior_evaluation/pose_samples.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "models/body/body_evaluator.h"
#include "models/util/check.h"
#include "models/util/parallel.h"
#include "solvers/problem/fit_problem.h"

namespace vitruvius {
namespace {

constexpr std::int64_t kPiece = 256;  // samples a thread takes at once

// Calls work(begin, end) for pieces of [0, count).
template <typename Work>
void ForPieces(std::int64_t count, int threads, const Work& work) {
  const auto pieces = static_cast<int>((count + kPiece - 1) / kPiece);
  ParallelFor(pieces, threads,
              [&](int piece, int) { work(piece * kPiece, std::min(count, (piece + 1) * kPiece)); });
}

}  // namespace

PoseSampler::PoseSampler(std::shared_ptr<const BodyModel> model, const std::shared_ptr<const Prior>& prior,
                         std::uint64_t seed, int threads)
    : model_(std::move(model)),
      prior_(PriorOnBody(prior, *model_)),
      latent_(dynamic_cast<const LatentPrior*>(prior_.get())),
      seed_(seed),
      threads_(threads) {
  VT_CHECK(prior_ != nullptr);
}

RowMatrixXd PoseSampler::Draw(std::int64_t begin, std::int64_t count) const {
  RowMatrixXd poses = RowMatrixXd::Zero(count, 3 * model_->num_body_joints());
  ForPieces(count, threads_, [&](std::int64_t from, std::int64_t to) {
    const std::unique_ptr<PoseDecoder> decoder = latent_ != nullptr ? latent_->MakeDecoder() : nullptr;
    for (std::int64_t i = from; i < to; ++i) {
      Rng rng(HashString(StrCat("sample ", begin + i), seed_));
      if (decoder != nullptr) {
        const Eigen::VectorXd z = latent_->SampleLatent(&rng);
        decoder->Decode(z.data(), poses.row(i).data());
      } else {
        const Eigen::VectorXd pose = prior_->Sample(&rng);
        poses.row(i).head(pose.size()) = pose;
      }
    }
  });
  return poses;
}

RowMatrixXd JointsMm(const std::shared_ptr<const BodyModel>& model, const RowMatrixXd& body_poses,
                     int threads) {
  constexpr int kMostJoints = 24;
  const int num_joints = std::min(model->num_joints(), kMostJoints);
  RowMatrixXd joints(body_poses.rows(), 3 * (num_joints - 1));
  PointSet points;
  for (int j = 0; j < num_joints; ++j) points.AddJoint(j);
  ForPieces(body_poses.rows(), threads, [&](std::int64_t from, std::int64_t to) {
    BodyEvaluator evaluator(model, points);
    BodyParameters parameters = BodyParameters::Zero(*model);
    for (std::int64_t i = from; i < to; ++i) {
      parameters.body_pose = body_poses.row(i);
      evaluator.Evaluate(parameters, false);
      for (int j = 1; j < num_joints; ++j) {
        joints.row(i).segment<3>(3 * (j - 1)) =
            1000 * (evaluator.points().row(j) - evaluator.points().row(0));
      }
    }
  });
  return joints;
}

}  // namespace vitruvius
