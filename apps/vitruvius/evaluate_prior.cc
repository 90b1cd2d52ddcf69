#include "apps/vitruvius/evaluate_prior.h"

#include <algorithm>
#include <cstdio>
#include <map>

#include <nlohmann/json.hpp>

#include "apps/vitruvius/command.h"
#include "apps/vitruvius/flags.h"
#include "apps/vitruvius/prior_document.h"
#include "apps/vitruvius/session.h"
#include "data/datasets/motion_file.h"
#include "data/datasets/pose_collection.h"
#include "data/datasets/synthetic_keypoints.h"
#include "data/io/atomic_file.h"
#include "data/io/json_text.h"
#include "data/io/picture.h"
#include "data/report/prior_page.h"
#include "models/body/body_evaluator.h"
#include "models/rendering/contact_sheet.h"
#include "models/rendering/turntable.h"
#include "models/util/check.h"
#include "priors/latent_prior.h"
#include "priors/registry.h"
#include "solvers/prior_evaluation/evaluation.h"
#include "solvers/prior_evaluation/pose_samples.h"

namespace vitruvius {
namespace {

using nlohmann::ordered_json;

constexpr int kPictureHeight = 240, kSamplesShown = 25, kEmbedded = 400;

std::vector<std::string> Words(const std::string& flag, const std::string& list) {
  std::vector<std::string> words = SplitAtCommas(list);
  if (words.empty())
    throw UsageError(StrCat("evaluate prior: --", flag, " FOLDER (motion files) is missing"));
  return words;
}

struct Split {
  std::vector<std::string> files;
  std::shared_ptr<const EmpiricalPrior> poses;
  ordered_json facts;
};

Split ReadSplit(const std::string& name, const std::string& list, const BodyModel& model) {
  PoseCollectionOptions options;
  options.max_frames_per_subject = FLAGS_cap;
  options.add_mirrored = FLAGS_mirror;
  options.everyday = FLAGS_everyday;
  options.retarget.target_joints = RestJointsOf(model);
  options.progress = [&](int file, int num_files, const std::string& path) {
    if (!FLAGS_quiet)
      std::fprintf(stderr, "%s: reading %d/%d %s\n", name.c_str(), file + 1, num_files, path.c_str());
  };
  PoseCollection collection = CollectPoses(Words(name, list), options);
  Split split;
  split.files = collection.files;
  split.facts = {{"files", collection.files.size()},
                 {"subjects", collection.subjects},
                 {"poses", collection.poses.rows()},
                 {"frames_dropped", collection.frames_dropped}};
  split.poses = std::make_shared<EmpiricalPrior>("real", std::move(collection.poses), collection.weights);
  return split;
}

PriorEvaluationOptions OptionsFromFlags() {
  const auto expect = [](const char* flag, std::int64_t value, std::int64_t low, std::int64_t high) {
    if (value < low || value > high)
      throw UsageError(StrCat("--", flag, ": found ", value, ", expected ", low, " to ", high));
  };
  expect("samples", FLAGS_samples, 1, 1000000000);
  expect("queries", FLAGS_queries, 1, 1000000);
  expect("inverted", FLAGS_inverted, 0, 1000000);
  expect("path_bodies", FLAGS_path_bodies, 0, 1000);
  expect("compared", FLAGS_compared, 6, 100000);
  expect("meshes", FLAGS_meshes, 1, 1000000);
  expect("people", FLAGS_people, 0, 1000000);
  expect("threads", FLAGS_threads, 0, 10000);
  PriorEvaluationOptions options;
  options.samples = FLAGS_samples;
  options.queries = FLAGS_queries;
  options.inverted = FLAGS_inverted;
  options.path_bodies = FLAGS_path_bodies;
  options.compared = FLAGS_compared;
  options.meshes = FLAGS_meshes;
  options.threads = FLAGS_threads;
  options.seed = FLAGS_seed;
  return options;
}

// People evenly spread over all frames of the files, 14 keypoints with noise.
std::vector<SyntheticPerson> PeopleOf(const std::vector<std::string>& files,
                                      const std::shared_ptr<const BodyModel>& model) {
  std::vector<SyntheticPerson> people;
  if (FLAGS_people == 0) return people;
  SyntheticOptions options;
  options.set = FindKeypointSet("lsp14");
  options.noise_px = FLAGS_noise_px;
  options.seed = FLAGS_seed;
  options.stride = 1;
  RetargetOptions retarget;
  retarget.target_joints = RestJointsOf(*model);
  for (const std::string& file : files) {
    for (SyntheticPerson& person : MakeSyntheticPeople(model, OpenMotion(file, retarget), options))
      people.push_back(std::move(person));
  }
  const size_t wanted = std::min<size_t>(people.size(), FLAGS_people);
  std::vector<SyntheticPerson> kept;
  for (size_t i = 0; i < wanted; ++i) kept.push_back(people[i * people.size() / wanted]);
  return kept;
}

// As `vitruvius fit --prior NAME --recipe R --starts N` fits: in the paper's set-up, with equal starts for
// all priors, as is the default for this kind of prior, and a latent with the mixture's energy besides.
std::vector<PriorFits> FitPeople(const std::string& name, bool is_latent,
                                 const std::vector<SyntheticPerson>& people) {
  struct Setup {
    const char* name;
    const char* recipe;  // empty: the default
    int starts;          // 0: the recipe's many
  };
  // With the recipe `adversarial` an energy would be left out; the paper fits those as SMPLify does.
  const Setup setups[] = {{"as in the paper", is_latent ? "adversarial" : "smplify", 1},
                          {"equal starts", "latent", 0},
                          {"default", "", 0},
                          {"mixture's energy besides", is_latent ? "latent-energy" : "", 0}};
  std::vector<PriorFits> fits;
  if (people.empty()) return fits;
  for (const Setup& each : setups) {
    const FitSetup setup = MakeFitSetup({name, each.recipe, each.starts});
    // The default of a latent prior is `latent`; a mixture has its energy already.
    if (!fits.empty() && fits.back().recipe == setup.recipe2d.name) continue;
    fits.push_back({each.name, setup.recipe2d.name, FitAndScore(setup, people, BatchOptionsFromFlags())});
  }
  return fits;
}

Image Picture(const BodyModel& model, const Eigen::VectorXd& body_pose) {
  BodyParameters parameters = BodyParameters::Zero(model);
  parameters.body_pose = body_pose;
  return RenderViews(PoseMesh(model, parameters).vertices, model.faces(), {-EIGEN_PI / 6}, kPictureHeight);
}

std::string SamplesSheet(const BodyModel& model, const RowMatrixXd& poses) {
  std::vector<Image> images;
  for (int i = 0; i < kSamplesShown; ++i) images.push_back(Picture(model, poses.row(i)));
  return SerializeJpeg(ContactSheet(images, 9, {}, "", 130));
}

std::string WorstSheet(const BodyModel& model, const std::vector<WorstSample>& worst) {
  std::vector<Image> images;
  std::vector<std::string> captions;
  for (const WorstSample& sample : worst) {
    images.push_back(Picture(model, sample.body_pose));
    images.push_back(Picture(model, sample.nearest_pose));
    captions.push_back(StrCat(std::lround(sample.distance_mm), " mm"));
    captions.push_back("real");
  }
  return images.empty() ? "" : SerializeJpeg(ContactSheet(images, 10, captions, "", 120));
}

}  // namespace

int EvaluatePriors(const std::vector<std::string>& names) {
  if (names.empty()) throw UsageError("evaluate prior: name priors, shipped ones or files, or `real`");
  const PriorEvaluationOptions options = OptionsFromFlags();
  std::vector<std::shared_ptr<const Prior>> priors;
  for (const std::string& name : names) priors.push_back(name == "real" ? nullptr : LoadPrior(name));
  const std::shared_ptr<const BodyModel> model = ModelFromFlags();
  const std::string folder = FLAGS_out.empty() ? "" : OutputFolder();
  const Split train = ReadSplit("train", FLAGS_train, *model), test = ReadSplit("test", FLAGS_test, *model);
  const std::vector<SyntheticPerson> people = PeopleOf(test.files, model);

  ordered_json document = {{"version", VITRUVIUS_VERSION},
                           {"model", model->name()},
                           {"vertices", model->num_vertices()},
                           {"train", train.facts},
                           {"test", test.facts},
                           {"settings",
                            {{"samples", options.samples},
                             {"queries", options.queries},
                             {"inverted", options.inverted},
                             {"path_bodies", options.path_bodies},
                             {"path_steps", options.path_steps},
                             {"compared", options.compared},
                             {"meshes", options.meshes},
                             {"people", people.size()},
                             {"noise_px", FLAGS_noise_px},
                             {"seed", options.seed}}},
                           {"thresholds_mm", DistanceThresholdsMm()},
                           {"priors", ordered_json::array()}};
  PriorPage page;
  for (size_t i = 0; i < names.size(); ++i) {
    const std::shared_ptr<const Prior> prior =
        priors[i] != nullptr ? priors[i] : std::static_pointer_cast<const Prior>(train.poses);
    PriorEvaluationOptions own = options;
    own.progress = [&](const std::string& what) {
      if (!FLAGS_quiet) std::fprintf(stderr, "%s: %s\n", names[i].c_str(), what.c_str());
    };
    const PriorEvaluation evaluation = EvaluatePrior(model, prior, *train.poses, *test.poses, own);
    const std::vector<PriorFits> fits =
        priors[i] != nullptr
            ? FitPeople(names[i], std::dynamic_pointer_cast<const LatentPrior>(priors[i]) != nullptr, people)
            : std::vector<PriorFits>();
    ordered_json found = {{"name", names[i]}};
    found.update(DocumentOf(evaluation, fits));
    document["priors"].push_back(found);
    if (folder.empty()) continue;
    const RowMatrixXd samples = PoseSampler(model, prior, options.seed, options.threads).Draw(0, kEmbedded);
    page.pictures.push_back({names[i], "samples", SamplesSheet(*model, samples)});
    page.pictures.push_back({names[i], "worst", WorstSheet(*model, evaluation.worst)});
    page.points.push_back({names[i], JointsMm(model, samples, options.threads).cast<float>()});
  }
  if (!folder.empty()) {
    const PoseSampler sampler(model, train.poses, options.seed, options.threads);
    page.points.push_back({"train", JointsMm(model, sampler.Draw(kEmbedded, kEmbedded)).cast<float>()});
    page.document = JsonText(document);
    WriteFileAtomically(folder + "/prior.json", JsonText(document, 1) + "\n");
    WriteFileAtomically(folder + "/prior.html", PriorPageHtml(page));
  }
  if (FLAGS_json) {
    std::printf("%s\n", JsonText(document, 1).c_str());
  } else {
    PrintDocument(document);
    if (!folder.empty()) std::printf("\n%s/prior.html\n", folder.c_str());
  }
  return kExitOk;
}

}  // namespace vitruvius
