// A folder of synthetic pictures with their labels and their truth.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "data/datasets/synthetic_images.h"

namespace vitruvius {

struct SyntheticSetOptions {
  std::int64_t count = 1000;
  int threads = 0;  // 0: one a core; changes no byte
  int jpeg_quality = 90;
  int num_samples = 24;  // pictures on the sheet to look at; 0: no sheet
  // Called by one thread, in order, once a picture is written; may be empty.
  std::function<void(std::int64_t done)> progress;

  void Check() const;  // throws ContractError
};

// Writes folder/
//   images/000000.jpg ...   the pictures
//   masks/000000.png ...    255 where the person is seen, else 0
//   annotations.json        COCO JSON: keypoints, box, points of the surface (data/io/coco_writer.h)
//   truth/results.npz, truth/manifest.jsonl  what a perfect fit would say (data/io/result_writer.h), with the
//                           ids that readers give the people of annotations.json
//   samples.jpg             the first pictures with keypoints and points
// The last three come to be when all pictures are there; what an earlier run left of them is removed first.
// Throws InputError for a place that cannot be written and a background that cannot be read.
void WriteSyntheticSet(const SyntheticImages& images, const std::string& folder,
                       const SyntheticSetOptions& options);

}  // namespace vitruvius
