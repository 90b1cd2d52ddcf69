// Real motion capture for tests, where it is installed; tests skip with the reason where it is not.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

#include "data/datasets/motion.h"
#include "models/math/angles.h"
#include "models/math/so3.h"
#include "tests/data/io/io_test_util.h"
#include "tests/util/places.h"

namespace vitruvius {

// Debian's package assimp-testmodels.
inline std::string AssimpBvh(const std::string& name) { return "/usr/share/assimp/models/BVH/" + name; }

// Archives of CMU motion, cmu_NN.format.tar.xz, beside the checkout or at $VITRUVIUS_MOCAP.
inline std::string MocapArchive(const std::string& name) {
  const char* chosen = std::getenv("VITRUVIUS_MOCAP");
  const std::string folder = chosen != nullptr ? chosen : SourceFolder() + "/../shared/data/mocap";
  return folder + "/" + name + ".tar.xz";
}

// Everyday motion and files of many programs, beside the checkout or at $VITRUVIUS_EVERYDAY.
inline std::string EverydayArchive(const std::string& name) {
  const char* chosen = std::getenv("VITRUVIUS_EVERYDAY");
  const std::string folder = chosen != nullptr ? chosen : SourceFolder() + "/../shared/data/everyday";
  return folder + "/" + name + ".tar.xz";
}

// Unpacks an archive into a folder; false when there is no archive, or no tar.
inline bool UnpackArchive(const std::string& archive, const std::string& folder) {
  return std::filesystem::exists(archive) &&
         std::system(("tar -xJf '" + archive + "' -C '" + folder + "' 2>/dev/null").c_str()) == 0;
}
inline bool UnpackMocap(const std::string& name, const std::string& folder) {
  return UnpackArchive(MocapArchive(name), folder);
}

inline Matrix3d JointRotation(const Motion& motion, int frame, int joint) {
  return ExpSO3(motion.poses.block<1, 3>(frame, 3 * joint).transpose());
}

// Largest angle between two motions' rotations of a joint over their common frames, degrees.
inline double LargestDifferenceDeg(const Motion& a, const Motion& b, int joint) {
  double largest = 0;
  for (int frame = 0; frame < std::min(a.num_frames(), b.num_frames()); ++frame) {
    largest =
        std::max(largest, RotationAngle(JointRotation(a, frame, joint), JointRotation(b, frame, joint)));
  }
  return largest * kDegPerRad;
}

}  // namespace vitruvius

#define VT_SKIP_WITHOUT(path)                                              \
  if (!std::filesystem::exists(path)) {                                    \
    GTEST_SKIP() << "needs " << (path) << " (Debian's assimp-testmodels)"; \
  }
