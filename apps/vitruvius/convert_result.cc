// vitruvius convert, results out.
#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <vector>

#include "apps/common/body_of_result.h"
#include "apps/common/flag_use.h"
#include "apps/vitruvius/command.h"
#include "apps/vitruvius/convert.h"
#include "apps/vitruvius/export.h"
#include "apps/vitruvius/flags.h"
#include "apps/vitruvius/pictures.h"
#include "apps/vitruvius/seen_people.h"
#include "apps/vitruvius/session.h"
#include "data/datasets/amass_writer.h"
#include "data/datasets/pseudo_labels.h"
#include "data/datasets/smplifyx_result.h"
#include "data/datasets/training_labels.h"
#include "data/io/bvh_writer.h"
#include "data/io/mesh_files.h"
#include "data/io/result_tracks.h"
#include "data/io/result_writer.h"
#include "models/body/body_evaluator.h"
#include "models/body/skeleton.h"
#include "models/metrics/pose_metrics.h"
#include "models/util/check.h"
#include "solvers/registration/label_weights.h"
#include "solvers/registration/segment_result.h"

namespace vitruvius {
namespace {

// What all formats are made of.
struct Export {
  std::string path;
  ResultsFile file;      // only the people of --id where that is given
  LabelWeights weights;  // of these people, by all of the result
  std::shared_ptr<const BodyModel> model;
  double frames_per_second = 0;  // 0: not known
  Eigen::Matrix3d upright;       // turns all of the result to y up

  GlbOptions ForGlb(const ResultsFile::Row& row) const {
    return GlbOptionsFor(upright, row.fit, row.image_width, row.image_height);
  }
};

// --fps, or what the result says; 0 where neither does.
double FrameRate(const ResultsFile& file) {
  if (!std::isfinite(FLAGS_fps) || FLAGS_fps < 0) {
    throw UsageError(StrCat("--fps: found ", FLAGS_fps, ", expected a positive number"));
  }
  return FLAGS_fps > 0 ? FLAGS_fps : FrameRateOf(file);
}

// Where a folder is meant: the name of a file of another kind, or in capitals, would become one.
void RefuseNameOfFile() {
  static const std::set<std::string> kEndings = {".glb", ".obj",  ".ply", ".bvh",  ".npz",
                                                 ".pkl", ".json", ".png", ".gltf", ".html"};
  std::string ending = std::filesystem::path(FLAGS_out).extension().string();
  for (char& c : ending) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  std::error_code error;
  if (kEndings.count(ending) > 0 && !std::filesystem::is_directory(FLAGS_out, error)) {
    throw UsageError(StrCat("--out ", FLAGS_out, ": --to ", FLAGS_to,
                            " writes no such file; name a folder, or a file "
                            "that ends in .",
                            FLAGS_to));
  }
}

// Throws InputError where nobody is usable.
void RequireUsable(const Export& input) {
  for (const ResultsFile::Row& row : input.file.rows) {
    if (row.fit.usable) return;
  }
  throw InputError(input.path, "status", "found no usable person, expected at least one");
}

// One file a usable person: DIR/ID.ending, or --out itself where it ends so and there is one.
int EachPerson(const Export& input, const std::string& ending,
               const std::function<void(const std::string& path, const ResultsFile::Row& row)>& write) {
  RequireUsable(input);
  const auto is_usable = [](const ResultsFile::Row& row) { return row.fit.usable; };
  const std::vector<ResultsFile::Row>& rows = input.file.rows;
  if (!ending.empty() && EndsWith(FLAGS_out, ending)) {
    const auto usable = std::count_if(rows.begin(), rows.end(), is_usable);
    if (usable > 1) {
      throw UsageError(StrCat("--out ", FLAGS_out, ": the result holds ", usable,
                              " people, a file each: name a folder, or one of them by --id"));
    }
    write(FLAGS_out, *std::find_if(rows.begin(), rows.end(), is_usable));
    if (!FLAGS_quiet) std::printf("1 person -> %s\n", FLAGS_out.c_str());
    return kExitOk;
  }
  RefuseNameOfFile();
  const std::string folder = OutputFolder();
  long written = 0;
  for (const ResultsFile::Row& row : rows) {
    if (!row.fit.usable) continue;
    write(folder + "/" + FileStem(row.fit.id) + ending, row);
    ++written;
  }
  if (!FLAGS_quiet) std::printf("%ld people -> %s\n", written, folder.c_str());
  return kExitOk;
}

// One body over time, and whose camera and axes it is shown in.
struct Sequence {
  BodyAnimation animation;
  const ResultsFile::Row* first_usable = nullptr;
};

// Says what the rows do not: how fast frames follow each other, and who is who.
void TellWhatIsAssumed(Export* input, const std::vector<ResultTrack>& tracks) {
  long joined = 0, in_order = 0, cut = 0;
  bool any_frames = false;
  for (const ResultTrack& track : tracks) {
    joined += track.is_joined;
    cut += track.is_cut;
    in_order += !track.is_sequence && track.rows.size() > 1;
    any_frames = any_frames || track.rows.size() > 1;
  }
  constexpr double kUsualRate = 30;  // of most video
  if (input->frames_per_second == 0) {
    input->frames_per_second = kUsualRate;
    if (any_frames && !FLAGS_quiet)
      std::printf("frames per second are not known, %g are assumed; --fps says\n", kUsualRate);
  }
  if (FLAGS_quiet) return;
  if (joined > 0)
    std::printf(
        "nothing says who is who: people were joined from frame to frame by where they are, %ld tracks\n",
        joined);
  if (cut > 0)
    std::printf(
        "frames of one person jump by more than that person's size, as at a cut or in photos of different "
        "people: %ld tracks\n",
        cut);
  if (in_order > 0)
    std::printf(
        "nothing says whether rows are frames: they are taken as frames in their order; `frame` in the "
        "input says\n");
}

// Rows that nothing says to be frames are single bodies, unless somebody asks for one motion by a file or a
// rate.
std::vector<ResultTrack> LeaveUnnumbered(const Export& input, std::vector<ResultTrack> tracks) {
  std::vector<ResultTrack> left;
  for (ResultTrack& track : tracks) {
    if (track.is_sequence || track.rows.size() == 1) {
      left.push_back(std::move(track));
      continue;
    }
    for (const int row : track.rows) {
      const FitResult& fit = input.file.rows[static_cast<size_t>(row)].fit;
      if (fit.usable) left.push_back({fit.id, false, false, {row}});
    }
  }
  return left;
}

// One file a track: --out itself where it ends so and there is one track, else DIR/NAME.ending.
int EachSequence(Export input, const char* ending,
                 const std::function<void(const std::string& path, const Sequence& sequence)>& write) {
  RequireUsable(input);
  std::vector<ResultTrack> tracks;
  for (ResultTrack& track : SplitTracks(input.path, input.file)) {
    const auto usable = [&](int row) {
      return row >= 0 && input.file.rows[static_cast<size_t>(row)].fit.usable;
    };
    if (std::any_of(track.rows.begin(), track.rows.end(), usable)) tracks.push_back(std::move(track));
  }
  const bool is_file = EndsWith(FLAGS_out, ending);
  if (!is_file && FLAGS_fps == 0) tracks = LeaveUnnumbered(input, std::move(tracks));
  TellWhatIsAssumed(&input, tracks);
  if (is_file && tracks.size() > 1) {
    throw UsageError(StrCat(
        "--out ", FLAGS_out, ": the result holds ", tracks.size(),
        " sequences, or bodies of which nothing says that they are frames of one motion; name a folder"));
  }
  if (!is_file) RefuseNameOfFile();
  const std::string folder = is_file ? "" : OutputFolder();
  for (const ResultTrack& track : tracks) {
    Sequence sequence;
    sequence.animation = MakeAnimation(input.file, track, input.frames_per_second);
    for (const int row : track.rows) {
      const ResultsFile::Row* one = row < 0 ? nullptr : &input.file.rows[static_cast<size_t>(row)];
      if (sequence.first_usable == nullptr && one != nullptr && one->fit.usable) sequence.first_usable = one;
    }
    write(is_file ? FLAGS_out : folder + "/" + FileStem(track.name) + ending, sequence);
  }
  return kExitOk;
}

int ExportGlb(const Export& input) {
  const auto is_frame = [](const ResultsFile::Row& row) { return row.identity.frame >= 0; };
  const std::vector<ResultsFile::Row>& rows = input.file.rows;
  if (input.frames_per_second == 0 && std::none_of(rows.begin(), rows.end(), is_frame)) {
    return EachPerson(input, ".glb", [&](const std::string& path, const ResultsFile::Row& row) {
      WriteGlb(path, *input.model, AnimationOf(row.fit), input.ForGlb(row));
    });
  }
  return EachSequence(input, ".glb", [&](const std::string& path, const Sequence& sequence) {
    const BodyAnimation& animation = sequence.animation;
    const GlbReport report = WriteGlb(path, *input.model, animation, input.ForGlb(*sequence.first_usable));
    if (FLAGS_quiet) return;
    std::printf(
        "%s: %d frames, %d with a body, at %g fps, %.1f MB, %d morph targets, vertices within %.2f mm "
        "(rms %.2f)\n",
        path.c_str(), animation.num_frames(), report.num_keyframes, animation.frames_per_second,
        1e-6 * static_cast<double>(report.bytes), report.num_morph_targets, 1e3 * report.max_vertex_error_m,
        1e3 * report.rms_vertex_error_m);
  });
}

int ExportObj(const Export& input) {
  return EachPerson(input, ".obj", [&](const std::string& path, const ResultsFile::Row& row) {
    WriteObj(path, MeshOf(input.model, row.fit).vertices, input.model->faces());
  });
}

int ExportPly(const Export& input) {
  return EachPerson(input, ".ply", [&](const std::string& path, const ResultsFile::Row& row) {
    WritePly(path, MeshOf(input.model, row.fit).vertices, input.model->faces());
  });
}

// Formats that are motions whatever the people are.
int EachMotion(const Export& input, const char* ending,
               const std::function<void(const std::string& path, const BodyAnimation& animation)>& write) {
  return EachSequence(input, ending, [&](const std::string& path, const Sequence& sequence) {
    BodyAnimation turned = sequence.animation;
    for (BodyParameters& frame : turned.frames) frame = TurnBody(*input.model, input.upright, frame);
    write(path, turned);
  });
}

// "40 frames", or "40 frames, 3 of them without a body (the one before repeated)".
std::string FramesText(const BodyAnimation& animation) {
  const auto without = std::count(animation.found.begin(), animation.found.end(), 0);
  return StrCat(
      animation.num_frames(), " frames",
      without > 0 ? StrCat(", ", without, " of them without a body (the one before repeated),") : "");
}

int ExportBvh(const Export& input) {
  return EachMotion(input, ".bvh", [&](const std::string& path, const BodyAnimation& animation) {
    const BvhReport report = WriteBvh(path, *input.model, animation);
    if (FLAGS_quiet) return;
    constexpr double kSeen_m = 1e-3;
    std::printf("%s: %s at %g fps, metres, y up; joints within %.2f mm%s\n", path.c_str(),
                FramesText(animation).c_str(), animation.frames_per_second, 1e3 * report.max_joint_error_m,
                report.max_joint_error_m > kSeen_m
                    ? ", as a file has one skeleton, that of the mean shape, and shapes differ by frame"
                    : "");
  });
}

int ExportNpz(const Export& input) {
  return EachMotion(input, ".npz", [&](const std::string& path, const BodyAnimation& animation) {
    WriteAmass(path, *input.model, animation);
    if (FLAGS_quiet) return;
    std::printf("%s: %s at %g fps, AMASS's keys, z up\n", path.c_str(), FramesText(animation).c_str(),
                animation.frames_per_second);
  });
}

// DIR/ID/000.pkl, the tree of SMPLify-X's results/.
int ExportPkl(const Export& input) {
  return EachPerson(input, "", [&](const std::string& path, const ResultsFile::Row& row) {
    MakeFolder(path);
    WriteSmplifyXResult(path + "/000.pkl", *input.model, row.fit);
  });
}

LabelledPerson LabelledPersonOf(const ResultsFile::Row& row,
                                const std::map<std::string, PersonObservation>& seen) {
  const auto found = seen.find(row.fit.id);
  return {&row.fit, found == seen.end() ? nullptr : &found->second, row.image_path};
}

// The ending of the one file that --out is to name.
void RequireOutFile(const char* ending) {
  if (!EndsWith(FLAGS_out, ending)) throw UsageError(StrCat("convert: --out FILE", ending, " is missing"));
}

// One file of all people, with the keypoints of --observations where given.
int ExportLabels(const Export& input, const char* ending,
                 long (*write)(const std::string&, const BodyModel&, const std::vector<LabelledPerson>&)) {
  RequireOutFile(ending);
  const std::map<std::string, PersonObservation> seen =
      ObservationsOf(input.file.rows, input.path, *input.model);
  std::vector<LabelledPerson> people;
  for (const ResultsFile::Row& row : input.file.rows) people.push_back(LabelledPersonOf(row, seen));
  const long written = write(FLAGS_out, *input.model, people);
  if (written == 0)
    throw InputError(
        input.path, "",
        StrCat("found nobody for --to ", FLAGS_to, ", which wants usable people that a camera saw"));
  if (!FLAGS_quiet) std::printf("%ld people -> %s\n", written, FLAGS_out.c_str());
  return kExitOk;
}

int ExportSpin(const Export& input) { return ExportLabels(input, ".npz", WriteSpinLabels); }
int ExportEft(const Export& input) { return ExportLabels(input, ".json", WriteEftLabels); }

// Says that scales became betas, and how far that moved the joints (each person's mean, metres).
void TellWhatMoved(const std::vector<double>& moved_m) {
  if (FLAGS_quiet || moved_m.empty()) return;
  std::printf(
      "%zu bodies of segments became parametric bodies, scales betas; joints moved by %.1f mm in the mean, "
      "by "
      "%.1f in that of who moved most\n",
      moved_m.size(), 1e3 * Mean(moved_m), 1e3 * *std::max_element(moved_m.begin(), moved_m.end()));
}

int ExportTrainingLabels(const Export& input) {
  RequireOutFile(".npz");
  const std::map<std::string, PersonObservation> seen =
      ObservationsOf(input.file.rows, input.path, *input.model);
  const std::vector<ResultsFile::Row>& rows = input.file.rows;
  std::vector<FitResult> bodies(rows.size());
  std::vector<TrainingLabel> labels(rows.size());
  std::vector<double> moved_m;
  for (size_t i = 0; i < rows.size(); ++i) {
    TrainingLabel& label = labels[i];
    bodies[i] = WithoutSegments(*input.model, rows[i].fit, &label.joints_moved_m);
    if (rows[i].fit.segment_scales.size() > 0) moved_m.push_back(label.joints_moved_m);
    label.person = LabelledPersonOf(rows[i], seen);
    label.body = &bodies[i];
    label.weight = input.weights.weights[i];
    label.image_width = rows[i].image_width;
    label.image_height = rows[i].image_height;
  }
  WriteTrainingLabels(FLAGS_out, *input.model, labels);
  if (FLAGS_quiet) return kExitOk;
  TellWhatMoved(moved_m);
  const LabelWeights& weights = input.weights;
  std::printf(
      "%zu people -> %s; of the result %ld count in full, %ld less, %ld not at all, %ld are not usable\n",
      rows.size(), FLAGS_out.c_str(), weights.full, weights.lowered, weights.left_out, weights.unusable);
  return kExitOk;
}

// Formats that know no scales get parametric bodies.
void LeaveSegments(Export* input) {
  std::vector<double> moved_m;
  for (ResultsFile::Row& row : input->file.rows) {
    if (row.fit.segment_scales.size() == 0) continue;
    moved_m.emplace_back();
    row.fit = WithoutSegments(*input->model, row.fit, &moved_m.back());
  }
  TellWhatMoved(moved_m);
}

// Only the people of --id.
void TakePeople(Export* input) {
  if (FLAGS_id.empty()) return;
  std::vector<ResultsFile::Row> rows;
  std::vector<double> weights;
  for (size_t i = 0; i < input->file.rows.size(); ++i) {
    if (input->file.rows[i].fit.id != FLAGS_id) continue;
    rows.push_back(input->file.rows[i]);
    weights.push_back(input->weights.weights[i]);
  }
  if (rows.empty()) throw InputError(input->path, "ids", StrCat("holds no person \"", FLAGS_id, "\""));
  input->file.rows = std::move(rows);
  input->weights.weights = std::move(weights);
}

LabelWeights WeightsOf(const ResultsFile& file) {
  std::vector<FitResult> fits;
  for (const ResultsFile::Row& row : file.rows) fits.push_back(row.fit);
  return WeighLabels(fits);
}

}  // namespace

int ConvertResult(const std::string& path) {
  static const std::map<std::string, int (*)(const Export&)> formats = {
      {"glb", ExportGlb},   {"obj", ExportObj}, {"ply", ExportPly},
      {"bvh", ExportBvh},   {"npz", ExportNpz}, {"pkl", ExportPkl},
      {"spin", ExportSpin}, {"eft", ExportEft}, {"labels", ExportTrainingLabels}};
  const auto format = formats.find(FLAGS_to);
  if (format == formats.end()) {
    std::string names;
    for (const auto& [name, function] : formats) names += (names.empty() ? "" : ", ") + name;
    throw UsageError(StrCat("convert: found --to \"", FLAGS_to, "\", expected one of ", names));
  }
  RefuseGiven({"up_axis", "unit", "rest_frame"}, "is of motion capture that is converted to poses");
  if (FLAGS_to != "glb" && FLAGS_to != "bvh" && FLAGS_to != "npz")
    RefuseGiven({"fps", "up"},
                "is of glb, bvh and npz; --to " + FLAGS_to + " has neither time nor another axis");
  if (FLAGS_to != "spin" && FLAGS_to != "eft" && FLAGS_to != "labels") {
    RefuseGiven({"observations", "image_size", "keypoint_set"},
                "keypoints go into spin, eft and labels; --to " + FLAGS_to + " has none");
  }
  Export input;
  input.path = path;
  input.file = ReadResults(path);
  TakeHypothesis(path, &input.file);
  input.frames_per_second = FrameRate(input.file);
  input.model = BodyOfResult(path);
  input.upright = UprightFromResults(*input.model, FitsOf(input.file.rows));
  const bool knows_scales = FLAGS_to == "obj" || FLAGS_to == "ply" || FLAGS_to == "labels";
  input.weights = WeightsOf(input.file);
  TakePeople(&input);
  if (!knows_scales) LeaveSegments(&input);
  return format->second(input);
}

}  // namespace vitruvius
