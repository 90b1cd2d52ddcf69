// What a body is, as sixteen letters: a result says by it which body made it.
#pragma once

#include <string>

#include "models/body/body_model.h"

namespace vitruvius {

// 16 hexadecimal digits of a hash of all that joints and vertices are computed from: template, faces, shape
// and pose directions, regressor, skin weights, tree. Numbers count in steps of 2^-20 (of a metre, or of a
// weight; about a millionth): a body made by code has the same hash whatever instructions its numbers were
// made with, and so has a copy in another format. Names, landmarks, regressed points, hands, expressions and
// charts do not count. Two bodies with different numbers of betas have different hashes. Milliseconds; not
// cryptographic.
std::string BodyHash(const BodyModel& model);

}  // namespace vitruvius
