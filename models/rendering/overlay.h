// One person's fit, to be judged at a glance: the body laid over the picture, the observed keypoints as a
// coloured skeleton, points of the surface as dots, the fitted ones as rings tied to them, and a line that
// says how it went.
#pragma once

#include <optional>

#include <Eigen/Core>

#include "models/body/body_evaluator.h"
#include "models/rendering/image.h"
#include "models/rendering/rasterizer.h"
#include "models/rendering/view_angle.h"
#include "models/scene/fit_result.h"
#include "models/scene/observation.h"

namespace vitruvius {

// The subject's left, right, and what has no side (told by left_ and right_ in the names).
inline constexpr Rgba kLeftColor = {38, 132, 255, 255};
inline constexpr Rgba kRightColor = {255, 112, 38, 255};
inline constexpr Rgba kCenterColor = {30, 178, 120, 255};

struct OverlayOptions {
  bool crop = true;      // to the person with a margin; the whole picture otherwise
  double margin = 0.10;  // of the person's larger side, on each side
  int max_width = 640;   // px: the picture is scaled to fit
  int max_height = 640;  // px, without the caption
  double mesh_opacity = 0.75;
  bool caption = true;  // id, reason, residual
  int supersampling = 3;
  // From afar and without a picture, as a distant viewer at this place sees the body and 3D keypoints; 2D
  // ones have no place there. Without: as the result's camera does.
  std::optional<ViewAngle> angle;
  // Turns the result's axes into those of a level viewer, for views from afar; without: UprightViewer.
  std::optional<Eigen::Matrix3d> upright;

  // Throws ContractError.
  void Check() const;
};

// `mesh` is the fitted body, PoseMesh(model, result.parameters), in camera axes; without vertices no body is
// drawn. `background` is the picture that the keypoints belong to, or null for a plain ground; when its size
// is not the one the observation names, it is scaled to that width. 2D keypoints are seen through
// result.focal_px and center_px. 3D ones have no camera, and neither have results of such: they are shown
// from far away, upright. Any observation can be drawn: keypoints that are missing, not finite or far outside
// are left out. Throws ContractError when the mesh is not one of this model.
Image DrawOverlay(const PersonObservation& observation, const FitResult& result, const BodyModel& model,
                  const BodyMesh& mesh, const Image* background,
                  const OverlayOptions& options = OverlayOptions());

// The same, one after the other, with buffers that are kept. One a thread.
class OverlayPainter {
 public:
  Image Draw(const PersonObservation& observation, const FitResult& result, const BodyModel& model,
             const BodyMesh& mesh, const Image* background, const OverlayOptions& options = OverlayOptions());

 private:
  Rasterizer rasterizer_;
  Rendering rendering_;
};

// Pixels of the overlay a pixel of the picture, whose size the observation must name: what the picture needs
// not be finer than. 0 when no picture is shown.
double OverlayScale(const PersonObservation& observation, const FitResult& result, const BodyModel& model,
                    const BodyMesh& mesh, const OverlayOptions& options = OverlayOptions());

}  // namespace vitruvius
