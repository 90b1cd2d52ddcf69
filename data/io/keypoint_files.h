// Observations of people from files, one person at a time. Kinds, told apart by their content: OpenPose JSON
// (BODY_25, BODY_25B, BODY_135 and COCO-18, in 2D or 3D, one image per file), COCO keypoint JSON
// (annotations, or the array that detectors write, AlphaPose's too), AlphaPose's files in OpenPose's layouts,
// MMPose's predictions, EasyMocap's keypoints, .npz (keys in observation_npz.cc), bare .npy and .csv.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "data/io/read_as.h"
#include "models/scene/observation.h"

namespace vitruvius {

struct ObservationOptions {
  int image_width = 0, image_height = 0;    // px, for files that do not tell; 0: unknown
  std::optional<Eigen::Vector2d> focal_px;  // for people whose file does not tell
  // Folder of the images; empty: they are looked for where the file says (image_lookup.h). They tell their
  // size and focal length where the file does not.
  std::string images_folder;
  // What the numbers are, whatever the file says: a shipped set's name, or a path (keypoint_set_file.h).
  // Empty: ask the file.
  std::string keypoint_set;
  // What 25 points of OpenPose are where keypoint_set is empty: openpose25 or openpose25b. Empty: OpenPose
  // does not say it, and the bones of people in the file's folder tell.
  std::string openpose_set;
  ReadAs read_as;  // what they are to be turned into before anything looks at them
  // Whether points of the surface are read too (PersonObservation::dense): a person that has such points
  // needs no keypoints then. Off, they are passed over.
  bool dense = false;
  // Whether a person of whom only the box is known (PersonObservation::box_px) is read too.
  bool boxes = false;
  // Of a picture of the chart's coordinates: the points kept of each person. Its n pixels on the body are
  // numbered row by row from 0; all are kept if they are no more, else those at floor((k + 1/2) n / max).
  int max_dense_points = 500;

  void Check() const;  // throws InputError
};

// A stream of people. Whatever is wrong with one file or person becomes a row with a reason code and a
// sentence
// ("file: place: what was found, what was expected"); such a row may lack keypoints and even the keypoint
// set.
class ObservationSource {
 public:
  virtual ~ObservationSource() = default;
  // False at the end.
  virtual bool Next(PersonObservation* person) = 0;
  // Share of the input that has been handed out, 0 to 1.
  virtual double FractionDone() const = 0;
  // Of what was handed out, where all of it is the frames of one motion; else 0.
  virtual double FrameRateHz() const { return 0; }
  // Whether the person handed out last comes from a file that holds the people of one image.
  virtual bool IsOneImage() const { return false; }
  // Sentences on the input as a whole, as far as it was read: what was left out, what was taken for what.
  virtual std::vector<std::string> Notes() const { return {}; }
};

// Files and folders in the order given, each file once; a folder stands for its *.json and *.npz in the order
// of their names, or, without such, for its *.npy and *.csv (keypoint_folder.h). What is left out is noted.
// One file is open at a time, so that memory does not grow with their number. Ids are those of the file, or
// <file>_<number>; where several inputs hold files of one name, the folder's name is put before, so that ids
// do not depend on the order of inputs. One that came before all the same gets ~2, ~3, ... Files of one image
// each are frames of a video where they are named so (name_series.h), which is noted. All images of a video,
// a file or a folder have one camera: one size where none of them differs, told or assumed
// (capture_cameras.h). Throws InputError when nothing is named, when an option is wrong, or when the only
// input named cannot be read.
std::unique_ptr<ObservationSource> OpenObservations(const std::vector<std::string>& inputs,
                                                    const ObservationOptions& options = {});

}  // namespace vitruvius
