// A trained depth lifter: its file, and depths for 2D keypoints.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "data/io/npz.h"
#include "models/networks/lifter.h"
#include "solvers/training/lifter_skeleton.h"
#include "solvers/training/lifter_table.h"

namespace vitruvius {

class DepthLifter {
 public:
  // The generator's own tensors, not a copy.
  DepthLifter(std::shared_ptr<const DepthGenerator> generator, LifterSkeleton skeleton);
  // lifter.npz as TrainLifter writes it. Throws InputError that names the file and the array: one is
  // missing, has another shape, or numbers that are not finite.
  explicit DepthLifter(const std::string& path, at::Device device = at::kCPU);

  // Keypoints (N, J, 2), x right, y down, in any unit -> depths (N, J) away from the camera in that unit, 0
  // in the middle of the hips. Without gradient. Throws ContractError for other sizes. Before they are
  // compared with a body's, multiply or divide by that body's weak-perspective scale.
  at::Tensor Lift(const at::Tensor& keypoints) const;

  const LifterSkeleton& skeleton() const { return skeleton_; }
  const DepthGenerator& generator() const { return *generator_; }

  // Everything of the file but the discriminator and where it comes from.
  std::map<std::string, NpyArray> Arrays() const;

 private:
  LifterSkeleton skeleton_;
  std::shared_ptr<const DepthGenerator> generator_;
};

// A network's tensors as arrays "<prefix><layer>.weight" and ".bias", and back. ReadNetwork throws
// InputError as above.
void AddNetwork(const std::string& prefix, const ParameterSet& parameters,
                std::map<std::string, NpyArray>* arrays);
void ReadNetwork(const NpzReader& file, const std::string& prefix, ParameterSet* parameters);

struct LifterScores {
  double correlation = 0;  // of true and lifted depths within a pose, mean over the poses; as lifted
  // A pose and its mirror image z -> -z have the same keypoints, from every side: nothing in 2D keypoints
  // tells them apart. The same with each pose's better sign: the mean of the magnitudes.
  double correlation_mirror = 0;
  double mirrored = 0;        // share of the poses whose better sign is the other one
  double depth_error = 0;     // mean |lifted - true| about the root with that sign, over the true trunk
  double depth_error_mm = 0;  // the same for a trunk of the skeleton's length
  // Without truth, so for all tables:
  double symmetry_loss = 0;  // L_sym, normalised units
  double asymmetry = 0;      // mean |left - right| of paired bones over the trunk
  double geometry = 0;       // L_ratio + L_sym + consistency over all `angles`
  // Deviation of depths over that of widths: 1 for people seen from all sides; towards 0 all are flat.
  double spread = 0;
};
// Scores that need truth are NaN for a table without depths. Throws ContractError.
LifterScores ScoreLifter(const DepthLifter& lifter, const LifterTable& table,
                         const std::vector<double>& angles_deg);

}  // namespace vitruvius
