// Which files of a folder are keypoints, and which are not read and why.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace vitruvius {

// The ending of a path in lower case, with its dot.
std::string ExtensionOf(const std::string& path);

// By its ending: a bare array or table (.csv, .npy, .pkl), which may be anything.
bool IsBareArray(const std::string& path);

// "a.csv" or "a.csv, b.csv and 3 more".
std::string SomeOf(std::vector<std::string> names);

// Whether a file is one that a run leaves in its --out, which may be a folder of inputs: results.npz has
// keypoints of bodies, and run.json is JSON.
bool IsFileOfRun(const std::string& path);

struct KeypointFolder {
  std::vector<std::string> paths;  // sorted
  // Sentences on what may be keypoints too and is not read: bare arrays and tables beside files that say what
  // they hold, subfolders, and results that a run has left there.
  std::vector<std::string> notes;
};

// A folder stands for its *.json and *.npz, or, without such, for its *.npy, *.csv and *.pkl: these may be
// anything. `is_named`: whether a file is an input itself, of which nothing needs to be said; may be empty.
// Throws InputError where it cannot be listed or holds none.
KeypointFolder ListKeypointFolder(const std::string& folder,
                                  const std::function<bool(const std::string& path)>& is_named = {});

}  // namespace vitruvius
