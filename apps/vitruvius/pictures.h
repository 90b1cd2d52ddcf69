// Input and pictures that fit, render and demo share.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <tuple>
#include <vector>

#include "data/io/keypoint_files.h"
#include "data/io/result_writer.h"
#include "models/body/body_evaluator.h"
#include "models/rendering/image.h"
#include "models/rendering/overlay.h"
#include "models/scene/fit_result.h"
#include "models/scene/observation.h"
#include "solvers/registration/segment_fitter.h"

namespace vitruvius {

// Keypoint files and folders by OpenObservations, with --image_size, --keypoint_set and --read_as; motion
// files and folders of them (all inputs or none: motion_inputs.h) become the 3D joints (smpl24) of the body
// in the motion's poses. dense: points of the surface too, --dense_points a person at most.
std::unique_ptr<ObservationSource> OpenInputs(const std::vector<std::string>& inputs, const BodyModel& model,
                                              bool dense = false);

// Throws UsageError for flags that say how keypoints are read, where none are.
void RefuseIdleReading(bool nothing_is_read);
// A file name for a person: the id itself where it is a plain name, else its plain characters and a hash of
// it, so that two people never share a file.
std::string FileStem(const std::string& id);

// --size within what a picture can be. Throws UsageError.
int PictureHeight();

// What kept overlays from their images, counted; safe for several threads.
class ImageTroubles {
 public:
  void AddMissing(const std::string& what) { Add(&missing_, what); }
  void AddUnreadable(const std::string& what) { Add(&unreadable_, what); }
  void Print() const;  // a line a kind to stderr; nothing where there was none

 private:
  struct Count {
    long people = 0;
    std::string first;
  };
  void Add(Count* count, const std::string& what);

  std::mutex mutex_;
  Count missing_, unreadable_;
};

// Draws people one after the other: the mesh's evaluator, the last picture and all buffers are kept. One a
// thread.
class PersonPainter {
 public:
  // troubles: where an image was expected and is not there, or cannot be read; may be null.
  explicit PersonPainter(std::shared_ptr<const BodyModel> model, ImageTroubles* troubles = nullptr);
  // The overlay of one person on its picture, found by its path or name in --images, or on a plain ground; of
  // --size height. Throws UsageError as PictureHeight does.
  Image Draw(const PersonObservation& person, const FitResult& result, OverlayOptions options = {});

 private:
  // The picture at one of the scales of PictureScale; null where there is none, or it cannot be read.
  const Image* PictureOf(const PersonObservation& person, double scale);

  using PictureKey = std::tuple<std::string, double, int, int>;  // path, scale, size that is expected

  std::shared_ptr<const BodyModel> model_;
  ImageTroubles* troubles_;
  ResultMesh mesh_;
  OverlayPainter painter_;
  PictureKey key_;  // of picture_
  Image picture_;
  std::string unreadable_;  // why it is empty
};

}  // namespace vitruvius
