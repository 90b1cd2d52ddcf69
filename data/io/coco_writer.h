// People of pictures as COCO JSON with DensePose's points, as keypoint_files.h reads it back.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "models/scene/observation.h"

namespace vitruvius {

struct CocoPerson {
  std::int64_t image_id = 0;
  std::int64_t id = 1;                               // not 0, which COCO's own evaluation takes for none
  std::string file_name;                             // of the picture
  int width = 0, height = 0;                         // of the picture, px
  Eigen::Vector4d box_px = Eigen::Vector4d::Zero();  // left, top, width, height
  double area_px = 0;                                // of what is seen
  Eigen::Matrix<double, Eigen::Dynamic, 2, Eigen::RowMajor> keypoints_px;  // (17, 2) coco17; or empty
  Eigen::VectorXi visibility;     // (17) 0 outside the picture, 1 hidden, 2 seen
  std::vector<DensePoint> dense;  // with part and uv, within the box
  // (height, width) the chart's part, 1 to 24, of each pixel where the person is seen, else 0; or empty. It
  // is written as the masks of DensePose's 14 parts (dp_masks).
  std::vector<std::uint8_t> part_at;
};

// The id that readers give the person: <name of the picture>_<id>.
std::string PersonIdOf(const CocoPerson& person);

// One person a picture, in the order of Append; memory does not grow with them. Pixels keep three decimals,
// places in the box (0 to 255) and coordinates of the chart six.
class CocoWriter {
 public:
  explicit CocoWriter(const std::string& path);  // throws InputError when the place cannot be written
  ~CocoWriter();                                 // without Finish nothing is left
  // Throws InputError (disk full), ContractError for keypoints that are not coco17, points outside the box,
  // and parts of a picture of another size.
  void Append(const CocoPerson& person);
  void Finish();  // writes the file aside, syncs, renames; to be called once

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vitruvius
