// Trains a depth lifter, adversarially, from 2D keypoints alone; from the second round of deform-and-learn on
// also towards registered joints. Source: Learning Body Shape and Pose from Dense Correspondences, appendix:
//
//   L_adv^D = E log D(u) + E log(1 - D(f(u, G(u); phi))), maximised (the fake term is not printed there)
//   L_adv^G = E log(1 - D(f(u, G(u); phi))), minimised
//   L^G = eps L_adv^G + L_ratio + L_sym + mu L_joint
//
// with D a sigmoid of logits. Where the paper is silent:
//   - one draw of phi a pose and step, not all seven: the same expectation for less work
//     (LifterOptions::angles_per_pose);
//   - real and fake keypoints are normalised alike (NormaliseKeypoints), the fake ones after their turn;
//   - a consistency with what is lifted from the other side (lifter_losses.h), on by default, with a small
//     weight: a large one was worse (README.md);
//   - the lifter is a moving average of the weights, at the end or where LifterChoice says;
//   - the mirror image z -> -z of everybody is as good for every loss but L_joint: at the end the output's
//     sign is set so that knees bend forward (KneesForward), which needs no labels.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "solvers/training/depth_lifter.h"
#include "solvers/training/lifter_options.h"
#include "solvers/training/training_loop.h"

namespace vitruvius {

struct TrainedLifter {
  TrainingRun run;
  // Of the best weights; null when stopped before the end.
  std::shared_ptr<const DepthLifter> lifter;
  // lifter.npz: the lifter, and the discriminator to go on with ("discriminator_...").
  std::map<std::string, NpyArray> arrays;
};

// `initial`: lifter.npz of an earlier round, to go on from; "" to begin anew. `checkpoint`, `resume`,
// `events`: see RunTraining. The log has, besides losses: unexplained_val (1 - correlation_mirror), r_val,
// mirrored_val, depth_error_val_mm, asymmetry_val, geometry_val, spread_val (LifterScores); NaN where they
// need depths and `validation` has none. Throws InputError, and ContractError for tables that are not the
// skeleton's, or kCorrelation without depths.
TrainedLifter TrainLifter(const LifterOptions& options, const LifterSkeleton& skeleton,
                          const LifterTable& train, const LifterTable& validation, const std::string& initial,
                          const std::string& checkpoint, bool resume, const TrainingLoopEvents& events = {});

}  // namespace vitruvius
