// Which images of one keypoint file are the frames of which video: for files that list many images.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "models/scene/observation.h"

namespace vitruvius {

// What a file tells of one of its images; what it does not tell stays empty.
struct ListedImage {
  std::string path;                   // its file, a path or a name
  std::string video;                  // the video it is of, by the file's own word
  std::optional<std::int64_t> frame;  // its number there
  int width = 0, height = 0;          // px; 0: unknown
};

// Images of one video by the file's word are frames of a capture, numbered as the file says, else as the
// names of the images count, else in their order. Images without such a word are frames where the file
// numbers them, or, as far as names tell anything, where their names count, though not as those of
// photographs do, and their sizes agree (name_series.h); all others are of no sequence.
class ImageSequences {
 public:
  ImageSequences() = default;
  // stem: of the file, which names the captures: STEM of the only one, STEM_VIDEO of several or of videos
  // that have names. names_tell: whether names that count make a sequence, as those of a video's frames do;
  // the images of a labelled set count too and are none.
  ImageSequences(const std::string& stem, const std::vector<ListedImage>& images, bool names_tell = true);

  // capture and frame of the images[k] of above; subject, time and camera are not known.
  Identity Of(size_t k) const;
  // Where names alone made sequences, and where photographs' that count made none (ObservationSource::Notes);
  // `path`: of the file.
  std::vector<std::string> Notes(const std::string& path) const;

 private:
  std::vector<std::string> captures_;
  std::vector<int> capture_of_;  // of each image; -1: of none
  std::vector<std::int64_t> frame_of_;
  long num_assumed_ = 0;              // images that are frames by their names alone
  std::int64_t num_photographs_ = 0;  // whose names count
};

}  // namespace vitruvius
