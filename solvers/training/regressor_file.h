// The file of an image regressor, regressor.npz, and weights of others to begin with.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "data/io/npz.h"
#include "models/networks/segment_regressor.h"

namespace vitruvius {

// Everything but where it comes from: family, architecture, width, crop_px, joints (J), joint_names (J,), and
// all tensors under the names of their sets. Keys are those of ReadRegressor.
std::map<std::string, NpyArray> RegressorArrays(const SegmentRegressor& regressor, const BodyModel& model);
// Throws InputError that names the file and the array: one is missing, has another shape, or numbers that are
// not finite.
std::shared_ptr<SegmentRegressor> ReadRegressor(const std::string& path, at::Device device = at::kCPU);
// Whether a body's joints are those of the file, by number and name. Throws InputError.
void CheckRegressorBody(const std::string& path, const BodyModel& model);

// What to begin with: a regressor.npz (all weights; the crops may have another size), or a trunk pretrained
// on ImageNet as a state dict with torchvision's names: a checkpoint of torch (.pth, .pt) or a .npz. "fc.*"
// and
// "*.num_batches_tracked" are ignored. Throws InputError that names every array that is missing, has another
// shape, or is not known.
void BeginFrom(const std::string& path, SegmentRegressor* regressor);

}  // namespace vitruvius
