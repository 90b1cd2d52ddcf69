#include "apps/common/body_flags.h"

#include <cctype>
#include <filesystem>

#include "apps/common/command.h"
#include "apps/common/command_line.h"
#include "apps/common/flag_use.h"
#include "apps/common/flags.h"
#include "data/io/data_files.h"
#include "models/body/mannequin.h"
#include "models/body/model_check.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

bool HasFreeBody() {
  try {
    return std::filesystem::exists(FreeBodyFile());
  } catch (const InputError&) {  // nobody's home
    return false;
  }
}

}  // namespace

std::string FreeBodyFile() { return UserDataFile("bodies/free.npz"); }

BodyRequest BodyRequestFromFlags() {
  BodyRequest request;
  request.name = FLAGS_model;
  request.gender = FLAGS_gender;
  request.regressors = SplitAtCommas(FLAGS_regressors);
  return request;
}

std::shared_ptr<const BodyModel> LoadBody(const BodyRequest& request) {
  BodyFileOptions options = BodyFileOptionsOf(request);
  const std::string& name = request.name;
  if (name == "mannequin" || (name.empty() && !HasFreeBody())) {
    if (!request.regressors.empty())
      throw UsageError("--regressors: the mannequin is built in and takes none");
    return Mannequin();
  }
  if (name == "free" || name.empty()) {
    if (!HasFreeBody()) {
      throw InputError(FreeBodyFile(), "",
                       "there is no free body yet; make it with `vitruvius model build --from FOLDER`, see "
                       "`vitruvius help model`");
    }
    options.known_as = "free";
    return LoadBodyModel(FreeBodyFile(), options);
  }
  std::error_code error;
  if (!std::filesystem::exists(name, error)) {
    throw InputError(
        name, "",
        "there is no such file or folder, and of bodies that have a name there are mannequin and free");
  }
  if (!std::filesystem::is_directory(name)) return LoadBodyModel(name, options);
  if (request.gender != "neutral" && request.gender != "male" && request.gender != "female") {
    throw UsageError(StrCat("--gender: found \"", request.gender, "\", expected neutral, male or female"));
  }
  std::string gender = request.gender;
  for (char& c : gender) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  std::string looked;
  for (const char* kind : {"SMPL_", "SMPLH_", "SMPLX_", "STAR_"}) {
    for (const char* ending : {".npz", ".pkl"}) {
      const std::string file = kind + gender + ending;
      if (std::filesystem::is_regular_file(name + "/" + file))
        return LoadBodyModel(name + "/" + file, options);
      looked += (looked.empty() ? "" : ", ") + file;
    }
  }
  throw InputError(name, "", "holds none of " + looked);
}

BodyFileOptions BodyFileOptionsOf(const BodyRequest& request) {
  BodyFileOptions options;
  options.max_betas = options.max_expressions = request.max_betas;
  options.regressors = request.regressors;
  return options;
}

std::shared_ptr<const BodyModel> ModelFromFlags() {
  std::shared_ptr<const BodyModel> model = LoadBody(BodyRequestFromFlags());
  std::error_code error;
  if (IsGiven("gender") && !std::filesystem::is_directory(FLAGS_model, error) &&
      FLAGS_gender != model->gender()) {
    throw UsageError(StrCat("--gender=", FLAGS_gender, " chooses among the files of a folder; the body ",
                            model->name(), " is ", model->gender()));
  }
  // A body in other units fits keypoints just as well and is wrong by a factor.
  const ModelFinding units = CheckUnits(*model);
  if (!units.ok) throw InputError(FLAGS_model, "v_template", units.detail);
  return model;
}

}  // namespace vitruvius
