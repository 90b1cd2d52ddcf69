// One person's fit, to be judged at a glance: the body laid over the picture, the observed keypoints as a
// coloured skeleton, points of the surface as dots, the fitted ones as rings tied to them, and a line that
// says how it went.
#pragma once

#include "models/body/body_evaluator.h"
#include "models/rendering/image.h"
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

  // Throws ContractError.
  void Check() const;
};

// `mesh` is the fitted body, PoseMesh(model, result.parameters), in camera axes; without vertices no body is
// drawn. `background` is the picture that the keypoints belong to, or null for a plain ground; when its size
// is not the one the observation names, it is scaled to that width. 2D keypoints are seen through
// result.focal_px and center_px. 3D ones have no camera: they are shown from far away, upright. Any
// observation can be drawn: keypoints that are missing, not finite or far outside are left out. Throws
// ContractError when the mesh is not one of this model.
Image DrawOverlay(const PersonObservation& observation, const FitResult& result, const BodyModel& model,
                  const BodyMesh& mesh, const Image* background,
                  const OverlayOptions& options = OverlayOptions());

}  // namespace vitruvius
