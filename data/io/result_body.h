// Which body made a result: what results.npz and run.json say of it, and whether a body is that one.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "data/io/npz.h"
#include "data/io/result_arrays.h"
#include "models/body/body_model.h"

namespace vitruvius {

// Keys of a .npz, all text () but the last, an int32 ():
//   model, model_gender   BodyModel::name and gender
//   body_hash             BodyHash (models/body/body_hash.h)
//   model_file            BodySource::file: "mannequin", "free", an absolute path, or empty
//   model_regressors      BodySource::regressors, with commas
//   model_vertices        how many; joints and betas are told by the result's shapes
struct ResultBody {
  std::string name, gender;           // empty: not said
  std::string hash;                   // empty: not said, the file is of an older version
  std::string file, regressors;       // as the keys
  int num_vertices = 0;               // 0: not said
  int num_joints = 0, num_betas = 0;  // 0: not told, there is no body_pose or betas
};

ResultBody ResultBodyOf(const BodyModel& model);
void AddResultBody(const BodyModel& model, std::map<std::string, NpyArray>* arrays);
// Keys that are not there stay empty. Throws InputError for those of another kind.
ResultBody ReadResultBody(const ResultArrays& file);
// Of a results.npz, or a folder that holds one or shards.
ResultBody ReadResultBody(const std::string& path);

// Throws InputError unless `model` is the body of the result at `path`: "these results belong to the body X,
// and this is Y; name theirs with --model". Where a file of an older version has no hash, name and counts
// decide, and usable people whose joints the body gives anew. Returns a sentence where that leaves doubt,
// else "".
std::string RequireBodyOfResult(const std::string& path, const ResultBody& body,
                                const std::shared_ptr<const BodyModel>& model);

}  // namespace vitruvius
