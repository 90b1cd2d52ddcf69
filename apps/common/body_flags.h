// The body that flags name.
#pragma once

#include <memory>
#include <string>

#include "data/io/body_file.h"
#include "models/body/body_model.h"

namespace vitruvius {

// --model. Throws InputError or UsageError.
std::shared_ptr<const BodyModel> ModelFromFlags();
// By name, as --model takes it: `mannequin`, `free`, a file, or a folder that holds SMPL_<GENDER>.npz or the
// like; empty: `free` where it was built, else `mannequin`. Shape directions beyond max_betas are left out.
std::shared_ptr<const BodyModel> LoadModelByName(const std::string& name, int max_betas = 10);
// Where `model build` puts the free body and `--model free` finds it.
std::string FreeBodyFile();
// --regressors, and as many shape directions and expressions.
BodyFileOptions BodyFileOptionsFromFlags(int max_betas);

}  // namespace vitruvius
