// Which files of a folder are keypoints, and which are not read and why. Internal to data/io.
#pragma once

#include <string>
#include <vector>

namespace vitruvius {

// The ending of a path in lower case, with its dot.
std::string ExtensionOf(const std::string& path);

struct KeypointFolder {
  std::vector<std::string> paths;  // sorted
  // Sentences on what may be keypoints too and is not read: bare arrays and tables beside files that say what
  // they hold, subfolders, and results that a run has left there.
  std::vector<std::string> notes;
};

// A folder stands for its *.json and *.npz, or, without such, for its *.npy and *.csv: these may be anything.
// Throws InputError where it cannot be listed or holds none.
KeypointFolder ListKeypointFolder(const std::string& folder);

}  // namespace vitruvius
