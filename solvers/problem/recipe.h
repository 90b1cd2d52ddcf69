// What is minimised, as data: the stages of a fit, their terms, weights, losses, free blocks and limits, and
// how its starts are found. Shipped recipes are the JSON files of data/recipes; their keys are the field
// names here.
#pragma once

#include <limits>
#include <map>
#include <string>
#include <vector>

#include "solvers/problem/dense_lm.h"

namespace vitruvius {

// Multipliers of residuals (1/sigma); 0 leaves a term out. They enter the cost squared.
struct TermWeights {
  double reprojection = 0;  // per pixel of the reference size (Recipe::reference_size_px), times confidence
  double points3d = 0;      // per metre, times confidence
  double pose_prior = 0;    // on the prior's residuals; also says the noise level where the prior has none
  double decoded_pose = 0;  // per radian, a freed pose against the one that its latent decodes to
  double energy = 0;        // on the residuals of Recipe::energy_prior
  double hinge = 0;         // on exp(s theta) of elbows and knees
  double joint_limits = 0;  // per radian beyond the range
  double self_penetration = 0;  // per metre that capsules of the body overlap
  double betas = 0;             // on betas
  double hands = 0;             // per radian, fingers against the mean hand
  double face = 0;              // per radian, jaw and eyes against rest
  double depth = 0;             // per metre, t_z against its value at the stage's start
  double dense = 0;             // per pixel of the reference size, points of the surface, times confidence
  double bone_symmetry = 0;     // per metre or image unit, left bones against right ones
  double bone_ratio = 0;        // bones over the trunk against the body's at rest
  // Of a body of segments alone.
  double keypoint_depth = 0;  // per image unit, keypoints' depth from the pelvis, times its confidence
  double angles = 0;          // per radian, all joints against rest
  double segment_scales = 0;  // a segment's scale against its parent's
  double segment_mean = 0;    // the mean of all scales against 1
  double determinant = 0;     // on exp(-det R / 2)
};

// All of them, by their keys in recipes.
struct TermKey {
  const char* key;
  double TermWeights::*weight;
  bool parametric, segments;  // which bodies have it
};
const std::vector<TermKey>& TermKeys();

struct RecipeStage {
  std::string name;
  TermWeights weights;
  double robust_sigma =
      std::numeric_limits<double>::infinity();  // Geman-McClure, px or metres; JSON null: none
  bool free_orient = true, free_pose = true, free_betas = true, free_transl = true;
  // A latent prior's decoder lets go of the pose: the pose itself is free, and its prior is the energy that
  // the prior has over poses, or, with decoded_pose, the latent's residual and the distance to what it
  // decodes to.
  bool freed_pose = false;
  bool torso_only = false;  // keypoints of hips and shoulders alone
  SolveOptions solve;       // max_iterations, function_tolerance, ...
  int keep = 0;             // hypotheses, by cost, that go on to the next stage; 0: all
  // Of each start pose so many at most, by cost: where yaws are chosen among, and not yet poses. 0: all.
  int keep_of_pose = 0;
};

// Whether two stages minimise the same function (over whatever blocks), so that their costs can be compared.
bool SameObjective(const RecipeStage& a, const RecipeStage& b);

// How hypotheses are made. Each is a body pose of the prior, upright at some yaw, its translation in closed
// form.
struct StartOptions {
  int modes = 1;           // likeliest modes of the prior; 0: its mean alone
  int samples = 0;         // random poses of the prior besides, always the same ones
  bool with_mean = false;  // the prior's mean besides the modes
  int yaws = 1;            // evenly spaced from facing the camera
  int keep = 0;  // how many distinct ones, by the robust reprojection error of the placed body, go on; 0: all
  bool flip_test =
      false;  // with one start: also the end turned by pi about the body's axis, if shoulders are close
  double flip_shoulder_px = 25;  // image distance of the shoulders below which the flip test is made
};

struct Recipe {
  std::string name, description;
  // Segments: the template with a scale for each segment in the place of betas, under weak perspective
  // (models/body/segment_body.h). Its orientation, angles, scales and camera are a stage's global_orient,
  // body_pose, betas and transl.
  enum class Body { kParametric, kSegments };
  Body body = Body::kParametric;
  bool mean_data = false;  // segments: data terms are means over the points of a kind, not sums
  enum class Camera { kPerspective, kWeakPerspective, kNone };  // none: 3D keypoints
  Camera camera = Camera::kPerspective;
  std::string prior = "gmm8";
  std::string energy_prior;  // a second prior, whose energy stages may weigh besides; empty: none
  std::string start_prior;   // whose poses fits start from; empty: the prior's own
  enum class Choice { kCost, kEvidence };
  Choice choose_by = Choice::kCost;  // which of the ends is the result
  // Keypoints are scaled so that the larger side of the person's box has this length, which makes weights
  // mean the same at any image size; 0: pixels as they are.
  double reference_size_px = 0;
  double focal_px = 0;                             // given; 0: assumed from the image's size when unknown
  std::map<std::string, double> keypoint_weights;  // by keypoint name, times confidence; default 1
  StartOptions starts;                             // for --starts 1
  StartOptions many_starts;                        // the default
  std::vector<RecipeStage> camera_stages;          // pose held, before the first stage; each hypothesis
  std::vector<RecipeStage> stages;
  int min_keypoints = 6;    // fewer seen ones: too_few_keypoints
  double max_abs_beta = 5;  // beyond: implausible_shape
  // Median distance of seen keypoints beyond which a body is not usable: fraction of the person's box (2D),
  // metres (3D).
  double max_median_residual = 0.08;
  // 3D: where a fit leaves more than this between seen keypoints and the body (median, metres), the keypoints
  // are noisier than the stages take them for, and the noise went into pose and shape. A second fit weighs
  // them by their noise (ForNoise). 0: never. The right value is 1/points3d of the last stage.
  double noise_floor_m = 0;

  // The recipe for 3D keypoints whose noise is of this size: no stage weighs points3d by more than 1/noise,
  // and the last one no prior, hinge or betas that it weighs at all by less than 1, what they are in a
  // likelihood.
  Recipe ForNoise(double noise_m) const;

  // 2D: where the residuals of a fit show more than this times the noise that the last stage's weights
  // assume, the noise went into pose and shape, and the last stages are solved again from all ends
  // (ForNoiseRatio). 0: never.
  double noise_ratio_floor = 0;

  // The recipe for 2D keypoints of so many times the noise, and those of its stages alone that have the last
  // one's objective: all that they weigh besides keypoints is weighed by so much more, as in a likelihood.
  Recipe ForNoiseRatio(double ratio) const;

  void Check() const;  // throws ContractError
};

// `name` is a shipped recipe or a path. Unknown keys, names of keypoints that no set has, wrong types and
// values out of range are InputErrors by name. own_keypoints: names of points besides those of the sets that
// ship.
Recipe LoadRecipe(const std::string& name, const std::vector<std::string>& own_keypoints = {});
// The JSON that LoadRecipe parses.
std::string RecipeText(const std::string& name);
Recipe ParseRecipe(const std::string& json_text, const std::string& path,
                   const std::vector<std::string>& own_keypoints = {});
std::vector<std::string> ShippedRecipeNames();

}  // namespace vitruvius
