#include "apps/common/body_of_result.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <vector>

#include <nlohmann/json.hpp>

#include "apps/common/body_flags.h"
#include "apps/common/command_line.h"
#include "apps/common/flags.h"
#include "data/io/atomic_file.h"
#include "data/io/json_text.h"
#include "data/io/result_body.h"
#include "models/body/body_hash.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

namespace fs = std::filesystem;

bool IsThere(const std::string& path) {
  std::error_code error;
  return fs::exists(path, error);
}

void Tell(const std::string& remark) {
  if (!remark.empty() && !FLAGS_quiet) std::fprintf(stderr, "%s\n", remark.c_str());
}

// What run.json of the folder says of the model; results of older versions held its name alone.
std::string ModelOfRunRecord(const std::string& path) {
  std::error_code error;
  const fs::path folder = fs::is_directory(path, error) ? fs::path(path) : fs::path(path).parent_path();
  const std::string file = (folder / "run.json").string();
  if (!fs::is_regular_file(file, error)) return "";
  constexpr std::int64_t kLongest = 1 << 20;
  const nlohmann::json run = ParseJson(ReadFile(file, kLongest), file);
  const nlohmann::json& model = ValueOf(run, "model");
  return model.is_string() ? model.get<std::string>() : "";
}

// Files of --regressors that are gone are no reason to refuse the body: they only add points to it.
std::vector<std::string> RegressorsThere(const std::string& path, const std::string& regressors) {
  std::vector<std::string> there;
  for (const std::string& file : SplitAtCommas(regressors)) {
    if (IsThere(file)) {
      there.push_back(file);
    } else {
      Tell(StrCat(path, ": was made with --regressors ", file,
                  ", which is not there: the body goes without its points"));
    }
  }
  return there;
}

// What --model would have to be.
std::string NameOfBody(const std::string& path, const ResultBody& body) {
  if (!body.file.empty()) return body.file;
  const std::string of_run = ModelOfRunRecord(path);
  if (!of_run.empty()) return of_run;
  if (body.name == "mannequin" || body.name == "free" || body.name.empty()) return body.name;
  throw InputError(path, "model_file",
                   StrCat("these results belong to the body ", body.name,
                          " and do not say where it is; name it with --model"));
}

}  // namespace

std::shared_ptr<const BodyModel> BodyOfResult(const std::string& path) {
  const ResultBody body = ReadResultBody(path);
  BodyRequest request = BodyRequestFromFlags();
  if (body.num_joints > 0) request.max_betas = std::max(request.max_betas, body.num_betas);
  if (!FLAGS_model.empty()) {
    const std::shared_ptr<const BodyModel> model = LoadBody(request);
    Tell(RequireBodyOfResult(path, body, model));
    return model;
  }
  request.name = NameOfBody(path, body);
  if (request.regressors.empty()) request.regressors = RegressorsThere(path, body.regressors);
  if (!body.gender.empty()) request.gender = body.gender;
  const bool is_file = request.name != "mannequin" && request.name != "free" && !request.name.empty();
  const std::string theirs = StrCat("these results belong to the body ", body.name, " of ", request.name,
                                    body.hash.empty() ? "" : " (hash " + body.hash + ")");
  if (is_file && !IsThere(request.name))
    throw InputError(path, "model_file", theirs + ", which is not there; name it with --model");
  const std::shared_ptr<const BodyModel> model = LoadBody(request);
  if (!body.hash.empty() && BodyHash(*model) != body.hash) {
    throw InputError(path, "model_file",
                     StrCat(theirs, ", and the body there is another now (", model->name(), ", hash ",
                            BodyHash(*model), "); name theirs with --model"));
  }
  Tell(RequireBodyOfResult(path, body, model));
  return model;
}

void RequireBodyOfResult(const std::string& path, const std::shared_ptr<const BodyModel>& model) {
  Tell(RequireBodyOfResult(path, ReadResultBody(path), model));
}

}  // namespace vitruvius
