#include "data/io/result_body.h"

#include <algorithm>
#include <vector>

#include "data/io/result_arrays.h"
#include "data/io/result_writer.h"
#include "models/body/body_evaluator.h"
#include "models/body/body_hash.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

std::string OneText(const ResultArrays& file, const char* key) {
  return file.Has(key) ? file.Read(key, {}).ToStrings()[0] : "";
}

// Columns of an array (N, columns); 0 when it is not there.
int Columns(const ResultArrays& file, const char* key) {
  constexpr std::int64_t kMost = 1 << 20;
  if (!file.Has(key)) return 0;
  const std::vector<std::int64_t> shape = file.Shape(key);
  return shape.size() == 2 ? static_cast<int>(std::clamp<std::int64_t>(shape[1], 0, kMost)) : 0;
}

// How far the joints of a fit are from those that the body has in its place, metres; negative when the file
// holds no fit that tells.
double JointsMoved(const std::string& path, const std::shared_ptr<const BodyModel>& model) {
  if (!ResultArrays(path).Has("status")) return -1;  // a regressor
  for (const ResultsFile::Row& row : ReadResults(path).rows) {
    const FitResult& fit = row.fit;
    if (!fit.usable || fit.segment_scales.size() > 0 || fit.joints3d.rows() != model->num_joints()) continue;
    BodyEvaluator evaluator(model, PointSet::AllJoints(*model));
    evaluator.Evaluate(fit.parameters, false);
    return (evaluator.points() - fit.joints3d).rowwise().norm().maxCoeff();
  }
  return -1;
}

[[noreturn]] void Refuse(const std::string& path, const std::string& theirs, const std::string& found) {
  throw InputError(path, "model",
                   StrCat("these results belong to the body ", theirs, ", and this is ", found,
                          "; name theirs with --model"));
}

}  // namespace

ResultBody ResultBodyOf(const BodyModel& model) {
  ResultBody body;
  body.name = model.name();
  body.gender = model.gender();
  body.hash = BodyHash(model);
  body.file = model.source().file;
  for (const std::string& file : model.source().regressors)
    body.regressors += (body.regressors.empty() ? "" : ",") + file;
  body.num_vertices = model.num_vertices();
  body.num_joints = model.num_joints();
  body.num_betas = model.num_betas();
  return body;
}

void AddResultBody(const BodyModel& model, std::map<std::string, NpyArray>* arrays) {
  const ResultBody body = ResultBodyOf(model);
  (*arrays)["model"] = NpyArray::FromString(body.name);
  (*arrays)["model_gender"] = NpyArray::FromString(body.gender);
  (*arrays)["body_hash"] = NpyArray::FromString(body.hash);
  (*arrays)["model_file"] = NpyArray::FromString(body.file);
  (*arrays)["model_regressors"] = NpyArray::FromString(body.regressors);
  const std::int32_t vertices = body.num_vertices;
  (*arrays)["model_vertices"] = NpyArray::FromInt32(&vertices, {});
}

ResultBody ReadResultBody(const ResultArrays& file) {
  ResultBody body;
  body.name = OneText(file, "model");
  body.gender = OneText(file, "model_gender");
  body.hash = OneText(file, "body_hash");
  body.file = OneText(file, "model_file");
  body.regressors = OneText(file, "model_regressors");
  if (file.Has("model_vertices"))
    body.num_vertices = static_cast<int>(file.Read("model_vertices", {}).ToInts()[0]);
  const int pose = Columns(file, "body_pose");
  body.num_joints = pose > 0 ? pose / 3 + 1 : 0;
  body.num_betas = Columns(file, "betas");
  return body;
}

ResultBody ReadResultBody(const std::string& path) { return ReadResultBody(ResultArrays(path)); }

std::string RequireBodyOfResult(const std::string& path, const ResultBody& body,
                                const std::shared_ptr<const BodyModel>& model) {
  const std::string name = body.name.empty() ? "that made them" : body.name;
  const bool same_counts = (body.num_joints == 0 || body.num_joints == model->num_joints()) &&
                           (body.num_joints == 0 || body.num_betas == model->num_betas()) &&
                           (body.num_vertices == 0 || body.num_vertices == model->num_vertices());
  const auto counts = [](int joints, int betas) {
    return StrCat(" of ", joints, " joints and ", betas, " betas");
  };
  if (!same_counts) {
    Refuse(path, name + counts(body.num_joints, body.num_betas),
           model->name() + counts(model->num_joints(), model->num_betas()));
  }
  if (!body.hash.empty()) {
    const std::string hash = BodyHash(*model);
    if (hash == body.hash) return "";
    const bool telling = body.name != model->name();
    Refuse(path, telling ? name : StrCat(name, " (hash ", body.hash, ")"),
           telling ? model->name() : StrCat(model->name(), " (hash ", hash, ")"));
  }
  if (!body.name.empty() && body.name != model->name()) Refuse(path, name, model->name());
  const double moved_m = JointsMoved(path, model);
  constexpr double kSameM = 1e-4;  // far above rounding, far below what another body does
  if (moved_m > kSameM) {
    Refuse(path, name,
           StrCat(model->name(), " whose joints are up to ", 1000 * moved_m, " mm from those of the result"));
  }
  if (moved_m >= 0) return "";
  return StrCat(path, ": does not say which body made it (it has no body_hash), and ", model->name(),
                " is taken by ", body.name.empty() ? "its numbers of joints and betas" : "its name",
                "; --model names another");
}

}  // namespace vitruvius
