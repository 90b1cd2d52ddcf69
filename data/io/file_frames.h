// Which files of one image each are the frames of which video, by their names alone.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "data/io/name_series.h"
#include "models/scene/observation.h"

namespace vitruvius {

// Files of one folder whose names differ in the number at their end alone are the frames of a capture, where
// the numbers count (name_series.h); OpenPose's VIDEO_000000000012_keypoints.json is one however few there
// are. Photographs count as well, in the names that cameras give them (IsPhotograph), and are none.
class FileFrames {
 public:
  void Add(const std::string& path);  // each once, in any order
  // After the last Add. Captures are named as their files are, or as the folder where those are mere numbers;
  // where two would have one name, the folder's name is put before, so that no name depends on the order.
  void Finish();
  // capture and frame of a file; empty where it is none of a sequence.
  Identity Of(const std::string& path) const;
  // The file is of one image: what its name is taken for is worth a note.
  void Use(const std::string& path);
  // Of names that may mislead, among files that were used: which were taken for videos, and which that count
  // were not.
  std::vector<std::string> Notes() const;

 private:
  struct Series {
    NameSeries numbers;
    bool is_video = false, is_photographs = false, is_used = false;
    std::string lowest, highest;  // names of those numbers
    std::string capture;
  };
  std::map<std::string, Series> series_;  // by folder and name without the number
};

}  // namespace vitruvius
