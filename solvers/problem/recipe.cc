#include "solvers/problem/recipe.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <nlohmann/json.hpp>

#include "data/io/atomic_file.h"
#include "data/io/data_files.h"
#include "data/io/json_text.h"
#include "models/body/keypoint_set.h"
#include "models/util/check.h"
#include "models/util/nearest_word.h"

namespace vitruvius {
namespace {

using nlohmann::json;

// Reads the fields of one JSON object into variables and refuses what nobody asked for.
class Fields {
 public:
  Fields(const json& object, std::string path, std::string place)
      : object_(object), path_(std::move(path)), place_(std::move(place)) {
    if (!object.is_object())
      throw InputError(path_, place_, StrCat("found ", object.type_name(), ", expected an object"));
  }

  // Leaves *value alone when the key is absent.
  void Read(const char* key, double* value, double low, double high) {
    const json* field = Find(key);
    if (field == nullptr) return;
    if (!field->is_number()) Fail(key, StrCat("found ", field->type_name(), ", expected a number"));
    *value = field->get<double>();
    if (!(*value >= low && *value <= high))
      Fail(key, StrCat("found ", *value, ", expected ", low, " to ", high));
  }
  void Read(const char* key, int* value, int low, int high) {
    const json* field = Find(key);
    if (field == nullptr) return;
    if (!field->is_number_integer()) Fail(key, StrCat("found ", field->dump(), ", expected a whole number"));
    const auto number = field->get<std::int64_t>();
    if (number < low || number > high) Fail(key, StrCat("found ", number, ", expected ", low, " to ", high));
    *value = static_cast<int>(number);
  }
  void Read(const char* key, bool* value) {
    const json* field = Find(key);
    if (field == nullptr) return;
    if (!field->is_boolean()) Fail(key, StrCat("found ", field->type_name(), ", expected true or false"));
    *value = field->get<bool>();
  }
  void Read(const char* key, std::string* value) {
    const json* field = Find(key);
    if (field == nullptr) return;
    if (!field->is_string()) Fail(key, StrCat("found ", field->type_name(), ", expected a string"));
    *value = field->get<std::string>();
  }
  // Null when absent.
  const json* Find(const char* key) {
    known_.insert(key);
    const auto it = object_.find(key);
    return it == object_.end() ? nullptr : &*it;
  }
  void RefuseOthers() const {
    for (const auto& [key, value] : object_.items()) {
      if (known_.count(key) > 0) continue;
      throw InputError(path_, place_,
                       StrCat("unknown key \"", key, "\"",
                              DidYouMean(key, std::vector<std::string>(known_.begin(), known_.end()))));
    }
  }
  [[noreturn]] void Fail(const std::string& key, const std::string& what) const {
    throw InputError(path_, place_.empty() ? key : place_ + "." + key, what);
  }

 private:
  const json& object_;
  std::string path_, place_;
  std::set<std::string> known_;
};

constexpr double kAny = 1e12;

// Of every set that ships, and others.
std::vector<std::string> KeypointNames(std::vector<std::string> others) {
  for (const std::string& set : KeypointSetNames()) {
    for (const KeypointSet::Point& point : FindKeypointSet(set)->points) others.push_back(point.name);
  }
  return others;
}

RecipeStage ParseStage(const json& object, Recipe::Body body, const std::string& path,
                       const std::string& place) {
  RecipeStage stage;
  Fields fields(object, path, place);
  fields.Read("name", &stage.name);
  if (const json* weights = fields.Find("weights")) {
    Fields w(*weights, path, place + ".weights");
    const bool is_segments = body == Recipe::Body::kSegments;
    for (const TermKey& term : TermKeys()) {
      w.Read(term.key, &(stage.weights.*term.weight), 0, kAny);
      if (stage.weights.*term.weight > 0 && !(is_segments ? term.segments : term.parametric))
        w.Fail(term.key, StrCat("a ", is_segments ? "segments" : "parametric", " body has no such term"));
    }
    w.RefuseOthers();
  }
  if (const json* free = fields.Find("free")) {
    stage.free_orient = stage.free_pose = stage.free_betas = stage.free_transl = false;
    if (!free->is_array()) fields.Fail("free", "expected a list of global_orient, body_pose, betas, transl");
    for (const json& block : *free) {
      if (block == "global_orient") {
        stage.free_orient = true;
      } else if (block == "body_pose") {
        stage.free_pose = true;
      } else if (block == "betas") {
        stage.free_betas = true;
      } else if (block == "transl") {
        stage.free_transl = true;
      } else {
        fields.Fail("free", StrCat("found ", JsonText(block),
                                   ", expected global_orient, body_pose, betas or transl"));
      }
    }
  }
  if (const json* sigma = fields.Find("robust_sigma"); sigma != nullptr && !sigma->is_null()) {
    fields.Read("robust_sigma", &stage.robust_sigma, 1e-9, kAny);
  }
  std::string pose = "decoded";
  fields.Read("pose", &pose);
  if (pose != "decoded" && pose != "freed")
    fields.Fail("pose", StrCat("found \"", pose, "\", expected decoded or freed"));
  stage.freed_pose = pose == "freed";
  fields.Read("torso_only", &stage.torso_only);
  fields.Read("max_iterations", &stage.solve.max_iterations, 1, 100000);
  fields.Read("function_tolerance", &stage.solve.function_tolerance, 0, 1);
  fields.Read("gradient_tolerance", &stage.solve.gradient_tolerance, 0, kAny);
  fields.Read("parameter_tolerance", &stage.solve.parameter_tolerance, 0, 1);
  fields.Read("keep", &stage.keep, 0, 100000);
  fields.Read("keep_of_pose", &stage.keep_of_pose, 0, 100000);
  fields.RefuseOthers();
  return stage;
}

std::vector<RecipeStage> ParseStages(Fields* fields, const char* key, Recipe::Body body,
                                     const std::string& path) {
  std::vector<RecipeStage> stages;
  const json* list = fields->Find(key);
  if (list == nullptr) return stages;
  if (!list->is_array()) fields->Fail(key, StrCat("found ", list->type_name(), ", expected a list"));
  for (size_t i = 0; i < list->size(); ++i)
    stages.push_back(ParseStage((*list)[i], body, path, StrCat(key, "[", i, "]")));
  return stages;
}

void ParseStarts(Fields* fields, const char* key, const std::string& path, StartOptions* starts) {
  const json* object = fields->Find(key);
  if (object == nullptr) return;
  Fields s(*object, path, key);
  s.Read("modes", &starts->modes, 0, 1000);
  s.Read("samples", &starts->samples, 0, 100000);
  s.Read("keep", &starts->keep, 0, 100000);
  s.Read("with_mean", &starts->with_mean);
  s.Read("yaws", &starts->yaws, 1, 360);
  s.Read("flip_test", &starts->flip_test);
  s.Read("flip_shoulder_px", &starts->flip_shoulder_px, 0, kAny);
  s.RefuseOthers();
}

}  // namespace

const std::vector<TermKey>& TermKeys() {
  using W = TermWeights;
  static const std::vector<TermKey> keys = {{"reprojection", &W::reprojection, true, true},
                                            {"points3d", &W::points3d, true, false},
                                            {"pose_prior", &W::pose_prior, true, false},
                                            {"decoded_pose", &W::decoded_pose, true, false},
                                            {"energy", &W::energy, true, false},
                                            {"hinge", &W::hinge, true, true},
                                            {"joint_limits", &W::joint_limits, true, false},
                                            {"self_penetration", &W::self_penetration, true, false},
                                            {"betas", &W::betas, true, false},
                                            {"hands", &W::hands, true, false},
                                            {"face", &W::face, true, false},
                                            {"depth", &W::depth, true, false},
                                            {"dense", &W::dense, true, true},
                                            {"bone_symmetry", &W::bone_symmetry, true, true},
                                            {"bone_ratio", &W::bone_ratio, true, true},
                                            {"keypoint_depth", &W::keypoint_depth, false, true},
                                            {"angles", &W::angles, false, true},
                                            {"segment_scales", &W::segment_scales, false, true},
                                            {"segment_mean", &W::segment_mean, false, true},
                                            {"determinant", &W::determinant, false, true}};
  static_assert(sizeof(W) == 20 * sizeof(double), "every weight has its key");
  return keys;
}

Recipe ParseRecipe(const std::string& json_text, const std::string& path,
                   const std::vector<std::string>& own_keypoints) {
  const json root = ParseJson(json_text, path);
  Recipe recipe;
  Fields fields(root, path, "");
  fields.Read("name", &recipe.name);
  fields.Read("description", &recipe.description);
  std::string body = "parametric";
  fields.Read("body", &body);
  if (body != "parametric" && body != "segments")
    fields.Fail("body", StrCat("found \"", body, "\", expected parametric or segments"));
  recipe.body = body == "segments" ? Recipe::Body::kSegments : Recipe::Body::kParametric;
  fields.Read("mean_data", &recipe.mean_data);
  if (recipe.mean_data && recipe.body != Recipe::Body::kSegments)
    fields.Fail("mean_data", "found true, expected a body of segments with it");
  std::string camera = recipe.body == Recipe::Body::kSegments ? "weak_perspective" : "perspective";
  fields.Read("camera", &camera);
  if (camera == "perspective") {
    recipe.camera = Recipe::Camera::kPerspective;
  } else if (camera == "weak_perspective") {
    recipe.camera = Recipe::Camera::kWeakPerspective;
  } else if (camera == "none") {
    recipe.camera = Recipe::Camera::kNone;
  } else {
    fields.Fail("camera", StrCat("found \"", camera, "\", expected perspective, weak_perspective or none"));
  }
  if (recipe.body == Recipe::Body::kSegments && recipe.camera != Recipe::Camera::kWeakPerspective)
    fields.Fail("camera",
                StrCat("found \"", camera, "\", expected weak_perspective with a body of segments"));
  fields.Read("prior", &recipe.prior);
  fields.Read("energy_prior", &recipe.energy_prior);
  fields.Read("start_prior", &recipe.start_prior);
  std::string choose_by = "cost";
  fields.Read("choose_by", &choose_by);
  if (choose_by != "cost" && choose_by != "evidence")
    fields.Fail("choose_by", StrCat("found \"", choose_by, "\", expected cost or evidence"));
  recipe.choose_by = choose_by == "cost" ? Recipe::Choice::kCost : Recipe::Choice::kEvidence;
  fields.Read("reference_size_px", &recipe.reference_size_px, 0, kAny);
  fields.Read("focal_px", &recipe.focal_px, 0, kAny);
  if (const json* weights = fields.Find("keypoint_weights")) {
    if (!weights->is_object()) fields.Fail("keypoint_weights", "expected an object of names and weights");
    Fields w(*weights, path, "keypoint_weights");
    const std::vector<std::string> known = KeypointNames(own_keypoints);
    for (const auto& [name, value] : weights->items()) {
      if (std::find(known.begin(), known.end(), name) == known.end())
        w.Fail(name, "no keypoint set has a point of this name" + DidYouMean(name, known));
      double weight = 1;
      w.Read(name.c_str(), &weight, 0, kAny);
      recipe.keypoint_weights[name] = weight;
    }
  }
  ParseStarts(&fields, "starts", path, &recipe.starts);
  ParseStarts(&fields, "many_starts", path, &recipe.many_starts);
  recipe.camera_stages = ParseStages(&fields, "camera_stages", recipe.body, path);
  recipe.stages = ParseStages(&fields, "stages", recipe.body, path);
  fields.Read("min_keypoints", &recipe.min_keypoints, 1, 1000);
  fields.Read("max_abs_beta", &recipe.max_abs_beta, 0, kAny);
  fields.Read("max_median_residual", &recipe.max_median_residual, 0, kAny);
  fields.Read("noise_floor_m", &recipe.noise_floor_m, 0, kAny);
  fields.Read("noise_ratio_floor", &recipe.noise_ratio_floor, 0, kAny);
  fields.RefuseOthers();
  if (recipe.stages.empty()) fields.Fail("stages", "found none, expected at least one");
  return recipe;
}

Recipe Recipe::ForNoise(double noise_m) const {
  VT_CHECK_GT(noise_m, 0.0);
  Recipe recipe = *this;
  for (RecipeStage& stage : recipe.stages)
    stage.weights.points3d = std::min(stage.weights.points3d, 1 / noise_m);
  TermWeights& last = recipe.stages.back().weights;
  // Fingers, jaw, eyes and limits keep their weights with respect to the pose prior.
  const double raise = last.pose_prior > 0 ? std::max(1.0, 1 / last.pose_prior) : 1;
  for (double* weight : {&last.pose_prior, &last.hands, &last.face, &last.joint_limits}) *weight *= raise;
  for (double* weight : {&last.energy, &last.hinge, &last.betas})
    if (*weight > 0) *weight = std::max(*weight, 1.0);
  return recipe;
}

Recipe Recipe::ForNoiseRatio(double ratio) const {
  VT_CHECK_GT(ratio, 0.0);
  Recipe recipe = *this;
  const auto differs = [&](const RecipeStage& stage) { return !SameObjective(stage, stages.back()); };
  recipe.stages.erase(std::remove_if(recipe.stages.begin(), recipe.stages.end(), differs),
                      recipe.stages.end());
  for (RecipeStage& stage : recipe.stages) {
    TermWeights& weights = stage.weights;
    for (double* weight : {&weights.pose_prior, &weights.decoded_pose, &weights.energy, &weights.hands,
                           &weights.face, &weights.hinge, &weights.joint_limits, &weights.betas})
      *weight *= ratio;
  }
  return recipe;
}

void Recipe::Check() const {
  VT_CHECK(!stages.empty());
  VT_CHECK_GE(min_keypoints, 1);
  for (const RecipeStage& stage : stages) stage.solve.Check();
  for (const RecipeStage& stage : camera_stages) stage.solve.Check();
}

bool SameObjective(const RecipeStage& a, const RecipeStage& b) {
  const auto is_same = [&](const TermKey& term) { return a.weights.*term.weight == b.weights.*term.weight; };
  return std::all_of(TermKeys().begin(), TermKeys().end(), is_same) && a.robust_sigma == b.robust_sigma &&
         a.torso_only == b.torso_only && a.freed_pose == b.freed_pose;
}

namespace {

std::string RecipePath(const std::string& name) {
  return ShippedOrOwnFile("recipe", "recipes", ".json", name);
}

}  // namespace

std::string RecipeText(const std::string& name) {
  constexpr std::uint64_t kMaxRecipeBytes = 1 << 20;
  return ReadFile(RecipePath(name), kMaxRecipeBytes);
}

Recipe LoadRecipe(const std::string& name, const std::vector<std::string>& own_keypoints) {
  return ParseRecipe(RecipeText(name), RecipePath(name), own_keypoints);
}

std::vector<std::string> ShippedRecipeNames() { return DataFileNames("recipes", ".json"); }

}  // namespace vitruvius
