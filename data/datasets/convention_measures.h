// (internal) What one person's keypoints say about the conventions they follow; see conventions.h. Points are
// (x, y) of the image or (x, y, z); every measure is free of the unit.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "models/scene/observation.h"

namespace vitruvius {

// Indices of a set's points by their part of the body; -1 or empty where the set has none.
struct PartsOfSet {
  explicit PartsOfSet(const KeypointSet& set);
  int shoulders[2], wrists[2], hips[2], knees[2], ankles[2], toes[2], eyes[2], ears[2];  // left, right
  int nose, neck;
  std::vector<int> head;  // anything above the neck
};

// One person's points with the confidences.
class PersonPoints {
 public:
  explicit PersonPoints(const PersonObservation& person);
  bool Seen(int k) const { return k >= 0 && confidence_[k] > 0; }
  // Seen, and not known to be hidden: somebody only told where it must be.
  bool Shown(int k) const { return Seen(k) && shown_[k]; }
  bool SeenBoth(const int (&pair)[2]) const { return Seen(pair[0]) && Seen(pair[1]); }
  Eigen::Vector3d At(int k) const { return at_.row(k); }
  // Nothing where a point is missing.
  std::optional<Eigen::Vector3d> Middle(const int (&pair)[2]) const;
  std::optional<Eigen::Vector3d> Middle(const std::vector<int>& points) const;  // of those seen
  std::optional<Eigen::Vector3d> LeftOfRight(const int (&pair)[2]) const;       // left minus right
  double size() const { return size_; }  // larger side of the box of seen points
  // The file says which points are told though they cannot be seen.
  bool TellsHidden() const { return tells_hidden_; }
  // All points are seen with one confidence, and none is called hidden: nobody says what is.
  bool AllAlike() const { return all_alike_; }

 private:
  Eigen::Matrix<double, Eigen::Dynamic, 3> at_;
  Eigen::VectorXd confidence_;
  Eigen::Matrix<bool, Eigen::Dynamic, 1> shown_;
  double size_ = 0;
  bool all_alike_ = true, tells_hidden_ = false;
};

// From the feet towards the head, over the person's size: about (0, -1, 0) for somebody who stands in an
// image.
std::optional<Eigen::Vector3d> UpDirection(const PersonPoints& person, const PartsOfSet& parts);

// Whether hips and shoulders run the same way from right to left: above 0 if so, near 0: seen from the side.
std::optional<double> LegsAgreeWithArms(const PersonPoints& person, const PartsOfSet& parts);

// Nose, eyes, ears, mouth and the points of face meshes.
bool IsFaceKeypoint(const std::string& name);

// What one person says of left and right.
struct HandednessSign {
  double value = 0;  // above 0: they are where they should be, below: exchanged
  // That a face is reported is all it rests on. Detectors that report every point (BlazePose, MoveNet) invent
  // faces, of any confidence, for people seen from behind, who then look exchanged.
  bool by_face_alone = false;
};

// Whether left and right are where they should be. 2D: by the sides of the face that are hidden. 3D: knees,
// toes and nose tell where the front is.
std::optional<HandednessSign> Handedness(const PersonPoints& person, const PartsOfSet& parts, bool is_3d);

// Whether all wrists that are seen lie beyond the shoulders, on the head's side. Of people whose heads are
// lowest these are the ones who stand on their hands, or hang by them, and not those in an image that is
// upside down, whose arms hang towards their feet.
bool ReachesPastHead(const PersonPoints& person, const PartsOfSet& parts);

}  // namespace vitruvius
