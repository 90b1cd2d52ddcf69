// Acclaim motion capture: a skeleton (.asf) and its motion (.amc), as they stand in the files.
// Source: Acclaim's ASF/AMC format as written by Vicon BodyBuilder for the CMU database.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "models/body/body_model.h"
#include "models/math/so3.h"

namespace vitruvius {

struct AsfBone {
  enum class Dof { kTx, kTy, kTz, kRx, kRy, kRz, kLength };
  std::string name;
  int parent = -1;                        // parent < own index; only bone 0, the root, has -1
  Vector3d direction = Vector3d::Zero();  // unit vector in the rest pose, global; zero for the root
  double length = 0;                      // file units
  Matrix3d axes = Matrix3d::Identity();   // C: the bone's own axes in the rest pose
  std::vector<Dof> dofs;                  // in file order, none twice
  int first_dof = 0;                      // column of dofs[0] in AmcMotion::values
};

struct AsfSkeleton {
  std::string path;
  std::vector<AsfBone> bones;  // the root first, parents before children
  double length_unit = 1;      // `length` of :units
  bool angles_in_degrees = true;
  Vector3d root_position = Vector3d::Zero();  // file units

  int num_dofs() const;
  int Find(const std::string& name) const;  // -1 when absent
  // CMU's scale: a number of the file divided by `length` is in inches.
  double metres_per_unit() const { return 0.0254 / length_unit; }
};

struct AmcMotion {
  std::string path;
  RowMatrixXd values;  // (frames, dofs): radians and file units; bones that a frame leaves out are zero

  int num_frames() const { return static_cast<int>(values.rows()); }
};

// Rotations of all bones of a frame in the world relative to the rest pose: G = G_parent C L C^T, L = the
// product of the bone's rotations, the first dof applied first. `global` gets as many entries as there are
// bones.
void GlobalRotations(const AsfSkeleton& skeleton, const AmcMotion& motion, int frame,
                     std::vector<Matrix3d>* global);
// File units.
Vector3d RootPosition(const AsfSkeleton& skeleton, const AmcMotion& motion, int frame);

// Throw InputError "path: line N: found ..., expected ...".
AsfSkeleton ReadAsf(const std::string& path);
AsfSkeleton ParseAsf(std::string_view text, const std::string& path);
AmcMotion ReadAmc(const std::string& path, const AsfSkeleton& skeleton);
AmcMotion ParseAmc(std::string_view text, const std::string& path, const AsfSkeleton& skeleton);

}  // namespace vitruvius
