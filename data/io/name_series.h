// File names that count: the frames of a video, told by the names alone.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace vitruvius {

// "walk_000000000012" is number 12 of "walk_".
struct NumberedName {
  std::string base;  // what stands before the number; may be empty
  std::int64_t number = 0;
  int digits = 0;
};

// The digits at the end of a name without extension. False where there are none, or more than 18.
bool SplitNumber(const std::string& name, NumberedName* parts);

// "walk_" is "walk": the name of a series without what joins it to the number.
std::string SeriesName(const std::string& base);

// OpenPose's name of a video's frame: VIDEO_ and twelve digits, without "_keypoints"; source:
// CMU-Perceptual-Computing-Lab/openpose, doc/02_output.md. The images of COCO 2014
// (COCO_val2014_000000000139) are named alike and are no video.
bool IsVideoFrame(const NumberedName& name);

// The names that cameras give photographs: eight characters, the last four of them digits, the first four
// capital letters, digits and underscores, not all digits (IMG_0001, DSC01234, P1010001; JEITA CP-3461, DCF,
// 3.2.3), and what phones put into its place (IMG_20240501_123456, PXL_..., IMG-20240501-WA0001).
bool IsPhotograph(const NumberedName& name);

// Which numbers the names of one base have. Numbers that follow each other, perhaps in equal steps, are a
// sequence though a good part of them is missing; ids that are strewn over a data set are none.
class NameSeries {
 public:
  void Add(std::int64_t number);  // in any order; each once
  bool IsSequence() const;
  std::int64_t count() const { return count_; }
  std::int64_t lowest() const { return lowest_; }
  std::int64_t highest() const { return highest_; }

 private:
  std::int64_t count_ = 0, first_ = 0, lowest_ = 0, highest_ = 0;
  std::uint64_t step_ = 0;  // greatest common divisor of all differences
};

}  // namespace vitruvius
