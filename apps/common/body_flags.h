// The body that flags name.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "data/io/body_file.h"
#include "models/body/body_model.h"

namespace vitruvius {

// A body by its name, and what its file is to be read with.
struct BodyRequest {
  // `mannequin`, `free`, a file, or a folder that holds SMPL_<GENDER>.npz or the like; empty: `free` where it
  // was built, else `mannequin`.
  std::string name;
  std::string gender = "neutral";       // of a folder's files
  std::vector<std::string> regressors;  // files of joint regressors, besides those beside the model
  int max_betas = 10;                   // shape directions beyond these, and expressions, are left out
};
// --model, --gender and --regressors.
BodyRequest BodyRequestFromFlags();
// Throws InputError or UsageError.
std::shared_ptr<const BodyModel> LoadBody(const BodyRequest& request);
// The body of BodyRequestFromFlags, of a size that people have. Throws InputError or UsageError.
std::shared_ptr<const BodyModel> ModelFromFlags();
// Where `model build` puts the free body and `--model free` finds it.
std::string FreeBodyFile();
BodyFileOptions BodyFileOptionsOf(const BodyRequest& request);

}  // namespace vitruvius
