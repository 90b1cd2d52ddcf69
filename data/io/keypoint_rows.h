// (internal) Keypoints as bare rows of numbers, as .npy and .csv hold them, and what they must be.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "data/io/keypoint_files.h"

namespace vitruvius {

struct KeypointRows {
  const KeypointSet* set = nullptr;  // null: told by the number of points and their bones
  size_t num_points = 0;
  // Numbers of a point: 2 (x, y), 4 (x, y, z, confidence), or 3: x, y, confidence where all third numbers
  // lie in 0 to 1 and others do not, else x, y, z.
  size_t columns = 0;
  bool third_is_z = false, third_is_confidence = false;  // of 3 columns, where the file says it
  std::vector<double> numbers;                           // (N, K, columns); NaN: not seen
  // Of each row, or empty: (N).
  std::vector<std::string> ids, images;
  std::vector<Identity> identities;

  size_t size() const { return num_points * columns == 0 ? 0 : numbers.size() / (num_points * columns); }
};

// A stream of the rows' people. Points without a confidence have 1, in an image 0 at the origin, where
// detectors put what they did not find. Throws InputError where the set, or what the third number is, cannot
// be told.
std::unique_ptr<ObservationSource> OpenKeypointRows(const std::string& path, KeypointRows rows,
                                                    const ObservationOptions& options);

}  // namespace vitruvius
