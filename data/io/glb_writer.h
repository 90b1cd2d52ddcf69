// Skinned, animated bodies as binary glTF 2.0 (.glb), for viewers, Blender and game engines. Source: Khronos,
// glTF 2.0 specification.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "models/body/corrective_shapes.h"
#include "models/scene/body_animation.h"

namespace vitruvius {

// The camera that saw the body, at the origin of the camera's axes. glTF has neither principal point nor
// unequal focal lengths in two numbers: the field of view is symmetric about the picture's middle, and the
// numbers themselves stand in the camera's extras.
struct GlbCamera {
  Eigen::Vector2d focal_px, center_px;
  int image_width = 0, image_height = 0;  // px, both > 0
};

struct GlbOptions {
  // Takes the parameters' axes to those of glTF (metres, y up, x right, looking along -z): the rotation of
  // the topmost node. From camera axes (y down, z forward) half a turn about x.
  Eigen::Matrix3d gltf_from_body = Eigen::Vector3d(1, -1, -1).asDiagonal();
  std::optional<GlbCamera> camera;
  CorrectiveShapesOptions shapes;
  // Files beyond this are refused before anything is written; many programs cannot open longer ones.
  std::uint64_t max_bytes = std::uint64_t{1} << 31;
};

struct GlbReport {
  std::uint64_t bytes = 0;
  int num_keyframes = 0;
  int num_morph_targets = 0;
  // Between the file's vertices and the body model's, over at most 32 frames spread over the sequence,
  // metres.
  double rms_vertex_error_m = 0, max_vertex_error_m = 0;
};

// One file of one body:
//   nodes    "NAME" (turns to y up) > joints by name, as the body's tree; "NAME_mesh"; "camera"
//   joints   local rotations are the parameters'; world positions are the body's joints, to float's precision
//            (below 0.01 mm), in every frame, also when betas change from frame to frame
//   mesh     at rest, with normals, one material; all skin weights, four a set, largest first: programs that
//            read one set lose the least
//   morphs   shape and pose blend shapes as models/body/corrective_shapes.h has them; none for one frame,
//            whose mesh is exact
//   animation  from two frames on: linear, seconds; a key at every frame where the body was found, none where
//            not, so that viewers bridge the gap; what never changes has no channel
//   extras   of the mesh's node: model, gender, betas (their mean); of one frame global_orient, body_pose,
//            transl
// Float32 throughout; the same animation gives the same bytes. Memory is the mesh's and the animation's own,
// whatever the file's length. Throws InputError when the place cannot be written or the file would be too
// long, ContractError on sizes that do not agree.
GlbReport WriteGlb(const std::string& path, const BodyModel& model, const BodyAnimation& animation,
                   const GlbOptions& options = {});

}  // namespace vitruvius
