#include "data/io/deepmimic.h"

#include <cmath>

#include <nlohmann/json.hpp>

#include "data/io/atomic_file.h"
#include "data/io/json_text.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

constexpr int kQuaternions[] = {kDeepMimicRoot,     kDeepMimicChest,      kDeepMimicNeck,
                                kDeepMimicRightHip, kDeepMimicRightAnkle, kDeepMimicRightShoulder,
                                kDeepMimicLeftHip,  kDeepMimicLeftAnkle,  kDeepMimicLeftShoulder};
// Rounded quaternions are off by 1e-6; one this short is no rotation at all.
constexpr double kShortestQuaternion = 0.1;

}  // namespace

DeepMimicMotion ParseDeepMimic(const std::string& text, const std::string& path) {
  const nlohmann::json document = ParseJson(text, path);
  if (!document.is_object() || !document.contains("Frames") || !document["Frames"].is_array()) {
    throw InputError(path, "",
                     "found no array \"Frames\", expected a DeepMimic clip {\"Frames\": [[44 numbers] ...]}");
  }
  const nlohmann::json& frames = document["Frames"];
  if (frames.empty()) throw InputError(path, "Frames", "found no frame, expected at least one");
  for (std::size_t i = 0; i < frames.size(); ++i) {
    if (!frames[i].is_array() || frames[i].size() != kDeepMimicColumns) {
      throw InputError(path, StrCat("frame ", i + 1),
                       frames[i].is_array() ? StrCat("found ", frames[i].size(), " numbers, expected 44")
                                            : std::string("found no array, expected one of 44 numbers"));
    }
  }
  DeepMimicMotion motion;
  motion.path = path;
  motion.frames.resize(static_cast<Eigen::Index>(frames.size()), kDeepMimicColumns);
  for (std::size_t i = 0; i < frames.size(); ++i) {
    for (int c = 0; c < kDeepMimicColumns; ++c) {
      const nlohmann::json& value = frames[i][c];
      if (!value.is_number() || !std::isfinite(value.get<double>())) {
        throw InputError(path, StrCat("frame ", i + 1, " number ", c + 1), "expected a finite number");
      }
      motion.frames(i, c) = value.get<double>();
    }
    for (const int c : kQuaternions) {
      const double norm = motion.frames.block<1, 4>(i, c).norm();
      if (!(norm >= kShortestQuaternion) || !std::isfinite(norm)) {
        throw InputError(path, StrCat("frame ", i + 1, " number ", c + 1),
                         StrCat("found a quaternion of length ", norm, ", expected 1"));
      }
      motion.frames.block<1, 4>(i, c) /= norm;
    }
  }
  motion.frame_time_s = motion.frames(0, kDeepMimicDuration);
  if (motion.frame_time_s <= 0) {
    throw InputError(path, "frame 1",
                     StrCat("found duration ", motion.frame_time_s, ", expected a positive one"));
  }
  return motion;
}

DeepMimicMotion ReadDeepMimic(const std::string& path) { return ParseDeepMimic(ReadFile(path), path); }

}  // namespace vitruvius
