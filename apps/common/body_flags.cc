#include "apps/common/body_flags.h"

#include <cctype>
#include <filesystem>
#include <sstream>

#include "apps/common/command.h"
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

std::shared_ptr<const BodyModel> LoadModelByName(const std::string& name, int max_betas) {
  const BodyFileOptions options = BodyFileOptionsFromFlags(max_betas);
  if (name == "mannequin") return Mannequin();
  if (name.empty()) return HasFreeBody() ? LoadBodyModel(FreeBodyFile(), options) : Mannequin();
  if (name == "free") {
    if (!HasFreeBody()) {
      throw InputError(FreeBodyFile(), "",
                       "there is no free body yet; make it with `vitruvius model build --from FOLDER`, see "
                       "`vitruvius help model`");
    }
    return LoadBodyModel(FreeBodyFile(), options);
  }
  if (!std::filesystem::is_directory(name)) return LoadBodyModel(name, options);
  if (FLAGS_gender != "neutral" && FLAGS_gender != "male" && FLAGS_gender != "female") {
    throw UsageError(StrCat("--gender: found \"", FLAGS_gender, "\", expected neutral, male or female"));
  }
  std::string gender = FLAGS_gender;
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

BodyFileOptions BodyFileOptionsFromFlags(int max_betas) {
  BodyFileOptions options;
  options.max_betas = options.max_expressions = max_betas;
  std::istringstream list(FLAGS_regressors);
  for (std::string file; std::getline(list, file, ',');) options.regressors.push_back(file);
  return options;
}

std::shared_ptr<const BodyModel> ModelFromFlags() {
  std::shared_ptr<const BodyModel> model = LoadModelByName(FLAGS_model);
  if (!FLAGS_regressors.empty() && model->weighted_points().empty()) {
    throw UsageError("--regressors: the body " + model->name() + " is built in and takes none");
  }
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
