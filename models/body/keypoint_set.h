// Keypoint sets as data: the order of points that a detector or annotator writes, each tied to a point of the
// body.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <Eigen/Core>

#include "models/body/body_evaluator.h"
#include "models/body/body_model.h"

namespace vitruvius {

struct KeypointSet {
  struct Point {
    // "left_knee", "nose", "mid_hip", ...; mirror pairs share a name but for left_/right_. Only spin49 has
    // names twice: what detectors and annotators call by one name.
    std::string name;
    std::string target;  // a name on the body (PointSet::AddNamed); empty: the body has no such point
    // A row of a regressor (data/io/regressor_file.h: "h36m/right_hip") that is this keypoint exactly; taken
    // instead of the target where the body has it.
    std::string exact = "";
    // Other ways to say where the point is, of sets of the user's own (data/io/keypoint_set_file.h); there is
    // no target then. A joint's number; vertices with their weights; or a face and the barycentric weights of
    // its corners.
    int joint = -1;
    VertexWeights vertices = {};
    int face = -1;
    Eigen::Vector3d bary = Eigen::Vector3d::Zero();
    // The name of the point that takes this one's place in the mirror image; empty: told by left_/right_.
    std::string mirror = "";
  };
  std::string name;                        // "openpose25"
  std::vector<Point> points;               // (K)
  std::vector<std::pair<int, int>> limbs;  // pairs of indices, to draw a skeleton
  std::string file = "";  // of a set of the user's own: where it is from; a body must have all that it names
  int num_vertices = 0;   // of the bodies whose vertices and faces the points name; 0: any body's

  int size() const { return static_cast<int>(points.size()); }
  int Index(const std::string& point_name) const;  // the first of this name; -1 when absent
  // (K) mirror[k] = the keypoint that takes k's place in the mirror image: by Point::mirror, else by
  // left_/right_ in the names, else k itself.
  std::vector<int> Mirror() const;
};

// By name; null when it is unknown. Sets and their sources are in keypoint_tables.cc: openpose25 (BODY_25),
// openpose67 (and hands), openpose137 (and face), openpose25b (BODY_25B, an order of its own), openpose135
// (and fingers and face), coco17, coco18, coco19, wholebody133 (COCO-WholeBody), halpe26 (AlphaPose),
// halpe136 (and face and hands), mhr70 (Meta's Momentum Human Rig, as SAM 3D Body gives it), lsp14,
// crowdpose14, aic14, mpii16, mediapipe33, kinect25 (NTU RGB+D), spin24 (SPIN's annotated points), spin49
// (after openpose25), smpl24, smpl22 (without the hands: HumanML3D), and Human3.6M's 17 joints in both
// orders: h36m17 has the LEFT leg first (SPIN, mmhuman3d, J_regressor_h36m), h36m17_mmpose the RIGHT one
// (mmpose, VideoPose3D).
// Sets that AddKeypointSet added are found too, but are not among the names.
const KeypointSet* FindKeypointSet(const std::string& name);
std::vector<std::string> KeypointSetNames();
std::vector<std::string> KeypointSetNames(int num_points);  // those of so many points

// Keeps a set of the user's own until the program ends: observations point to their sets. Limbs are drawn as
// between the points of shipped sets where there are none. A set that was added before under the same name
// stays valid and is found no more. Throws InputError where the name is that of a shipped set.
const KeypointSet* AddKeypointSet(KeypointSet set);

// The body's points for a set, and which of the set's keypoints they are: keypoints whose target the body
// lacks are left out, and so are finger tips of a body without joints in its fingers. keypoint_of_point[i] is
// an index into set.points. Throws InputError where a set of the user's own names what the body lacks.
struct KeypointBinding {
  PointSet points;
  std::vector<int> keypoint_of_point;
};
KeypointBinding BindKeypoints(const KeypointSet& set, const BodyModel& model);

// Hips and shoulders: what tells where a body stands and how it is turned.
bool IsTorsoKeypoint(const std::string& name);

}  // namespace vitruvius
