// The parametric body that comes closest to a body of scaled segments (models/body/segment_body.h): the same
// angles and orientation, betas from the scales.
//
// Rest bones b_i = J_i - J_pi are linear in betas: b(betas) = b + D betas. A body of segments has S_pi b_i.
// With independent errors of bone_noise in each coordinate of a bone and betas that are standard normal, as
// models of this kind are made, the likeliest betas are those of a ridge regression in closed form:
//   betas = argmin |D betas - d|^2 / bone_noise^2 + |betas|^2,   d_i = (S_pi - 1) b_i
//         = (D^T D + bone_noise^2 I)^-1 D^T d
// Scales of 1 give betas 0; any finite scales give finite betas, large ones outside of what bodies are.
//
// What is lost: the differences among scales that no betas have, left and right among them; the scales of
// joints without children (head, hands, toes), which move no bone; girth, which follows betas and not the
// scales. The size of the whole body is not in the scales where these were held to 1 in the mean, as
// registration under weak perspective does.
#pragma once

#include "models/body/body_model.h"

namespace vitruvius {

struct SegmentShapeOptions {
  // One standard deviation of a bone's coordinates, metres: what registered bones are off by, and what betas
  // cannot say of bones. Larger ones pull betas to 0. Of 100 people registered in synthetic pictures
  // (synthesize, dense-later, the free body) scaled bones are off by 15.1 mm.
  double bone_noise_m = 0.015;
  void Check() const;  // throws ContractError
};

// Joints at rest with every bone scaled by its parent, the pelvis where the template has it, (J, 3) metres:
// with PoseSkeleton (models/body/skeleton.h) the joints of the posed body of segments. scales: (J).
MatrixX3d ScaledRestJoints(const BodyModel& model, const Eigen::VectorXd& scales);

// (B) of (J) scales.
Eigen::VectorXd BetasOfScales(const BodyModel& model, const Eigen::VectorXd& scales,
                              const SegmentShapeOptions& options = {});

struct SegmentsAsBody {
  BodyParameters parameters;  // the pelvis is where the body of segments has it
  MatrixX3d joints;           // (J, 3) metres, axes of the parameters
  Eigen::VectorXd moved_m;    // (J) how far each joint is from the body of segments'; 0 for the pelvis
};
// segments: angles, orientation and place of a body of segments, betas 0. scales: (J). Throws ContractError
// for other sizes.
SegmentsAsBody AsParametricBody(const BodyModel& model, const BodyParameters& segments,
                                const Eigen::VectorXd& scales, const SegmentShapeOptions& options = {});

}  // namespace vitruvius
