// What a camera sees of a rendered body: places on its surface, and which keypoints are not hidden.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "models/body/keypoint_set.h"
#include "models/body/surface_chart.h"
#include "models/rendering/rasterizer.h"
#include "models/scene/observation.h"
#include "models/util/rng.h"

namespace vitruvius {

// A body as it was drawn. The pointers are borrowed.
struct SeenBody {
  const BodyModel* model = nullptr;
  const MatrixX3d* vertices = nullptr;  // (V, 3) metres, camera axes
  RenderView view;
  const Rendering* rendering = nullptr;
  int supersampling = 1;                            // it was rendered with
  const std::vector<std::uint8_t>* mask = nullptr;  // (height, width) 255 where the body is seen

  // Where the ray lies that told rendering->face of a pixel.
  Eigen::Vector2d SampleOf(int x, int y) const;
};

// (height, width) the chart's part of each pixel of the mask by its middle sample; 0 where none is. The chart
// is over the body's own faces.
std::vector<std::uint8_t> PartsOfPixels(const SeenBody& body, const SurfaceChart& chart);

// Points of the surface at the middle samples of pixels of the mask, each with face, bary, part, uv and
// image_px, which is their exact projection. They are seen: nothing of the body lies before them, and their
// face turns its outside to the camera. Evenly spread over a part's pixels, by part; of no part more than
// most_of_part, and so few of each part that all are at most `most`. The chart is over the body's own faces.
std::vector<DensePoint> SampleVisiblePoints(const SeenBody& body, const SurfaceChart& chart, int most,
                                            int most_of_part, Rng* rng);

// Whether a keypoint is seen: its pixel, or one beside it, is of the mask, and what is there belongs to it.
// Of a joint that is skin that moves with the joint, its parent or its children, within 0.18 m; of a point of
// the surface, nothing of the body more than 0.025 m before it.
class KeypointVisibility {
 public:
  KeypointVisibility(std::shared_ptr<const BodyModel> model, PointSet points);
  // point: number in the point set; position: metres, camera axes.
  bool IsSeen(const SeenBody& body, int point, const Eigen::Vector3d& position) const;

 private:
  std::shared_ptr<const BodyModel> model_;
  PointSet points_;
  std::vector<std::vector<float>>
      share_;  // of each joint of the set: of each vertex, its weights on the joint's neighbours
};

}  // namespace vitruvius
