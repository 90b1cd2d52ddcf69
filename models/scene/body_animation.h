// One body over time, as a plain value: what viewers and animation programs are given.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/body/body_model.h"
#include "models/scene/observation.h"

namespace vitruvius {

struct BodyAnimation {
  std::string name;              // of the sequence, or of the person
  double frames_per_second = 0;  // > 0 where there is more than one frame
  std::vector<BodyParameters> frames;
  // One a frame: 1 found; 0 nobody was found there, and the frame repeats the one before it (at the start,
  // the first that was found).
  std::vector<std::uint8_t> found;
  Identity identity;  // whose motion, of which capture; its frame and time are the first frame's

  int num_frames() const { return static_cast<int>(frames.size()); }
  // One constant shape for programs whose skeletons cannot grow: the mean of the frames that were found.
  Eigen::VectorXd MeanBetas() const;
  // Throws ContractError unless there is a frame that was found, all have the model's sizes and the rate
  // fits.
  void Check(const BodyModel& model) const;
};

}  // namespace vitruvius
