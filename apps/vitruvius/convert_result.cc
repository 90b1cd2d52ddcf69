// vitruvius convert, results out.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <map>
#include <vector>

#include "apps/vitruvius/command.h"
#include "apps/vitruvius/convert.h"
#include "apps/vitruvius/export.h"
#include "apps/vitruvius/flags.h"
#include "apps/vitruvius/pictures.h"
#include "apps/vitruvius/session.h"
#include "data/datasets/amass_writer.h"
#include "data/datasets/pseudo_labels.h"
#include "data/datasets/smplifyx_result.h"
#include "data/io/bvh_writer.h"
#include "data/io/mesh_files.h"
#include "data/io/result_tracks.h"
#include "data/io/result_writer.h"
#include "models/body/body_evaluator.h"
#include "models/body/skeleton.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

// What all formats are made of.
struct Export {
  std::string path;
  ResultsFile file;  // only the people of --id where that is given
  std::shared_ptr<const BodyModel> model;
  double frames_per_second = 0;  // 0: the people are no sequence
};

// --fps, or what the result says; 0 where neither does.
double FrameRate(const ResultsFile& file) {
  if (FLAGS_fps < 0 || !std::isfinite(FLAGS_fps)) {
    throw UsageError(StrCat("--fps: found ", FLAGS_fps, ", expected a positive number"));
  }
  return FLAGS_fps > 0 ? FLAGS_fps : file.frame_rate_hz;
}

// Whose camera and axes a sequence is shown in.
const ResultsFile::Row& FirstUsable(const Export& input) {
  for (const ResultsFile::Row& row : input.file.rows) {
    if (row.fit.usable) return row;
  }
  throw InputError(input.path, "status", "found no usable person, expected at least one");
}

// One file a usable person: DIR/ID.ending.
int EachPerson(const Export& input, const char* ending,
               const std::function<void(const std::string& path, const ResultsFile::Row& row)>& write) {
  const std::string folder = OutputFolder();
  long written = 0;
  for (const ResultsFile::Row& row : input.file.rows) {
    if (!row.fit.usable) continue;
    write(folder + "/" + FileStem(row.fit.id) + ending, row);
    ++written;
  }
  if (!FLAGS_quiet) std::printf("%ld people -> %s\n", written, folder.c_str());
  return kExitOk;
}

// One file a sequence: --out itself where it ends so and there is one sequence, else DIR/NAME.ending.
int EachSequence(const Export& input, const char* ending,
                 const std::function<void(const std::string& path, const BodyAnimation& animation)>& write) {
  std::vector<std::string> ids;
  for (const ResultsFile::Row& row : input.file.rows) ids.push_back(row.fit.id);
  std::vector<BodyAnimation> animations;
  for (const ResultTrack& track : SplitTracks(ids)) {
    animations.push_back(MakeAnimation(input.file, track, input.frames_per_second));
    if (animations.back().frames.empty()) animations.pop_back();
  }
  if (EndsWith(FLAGS_out, ending)) {
    if (animations.size() > 1) {
      throw UsageError(
          StrCat("--out ", FLAGS_out, ": the result holds ", animations.size(), " sequences; name a folder"));
    }
    write(FLAGS_out, animations[0]);
    return kExitOk;
  }
  const std::string folder = OutputFolder();
  for (const BodyAnimation& animation : animations)
    write(folder + "/" + FileStem(animation.name) + ending, animation);
  return kExitOk;
}

int ExportGlb(const Export& input) {
  if (input.frames_per_second == 0) {
    return EachPerson(input, ".glb", [&](const std::string& path, const ResultsFile::Row& row) {
      WriteGlb(path, *input.model, AnimationOf(row.fit),
               GlbOptionsFor(row.fit, row.image_width, row.image_height));
    });
  }
  return EachSequence(input, ".glb", [&](const std::string& path, const BodyAnimation& animation) {
    const ResultsFile::Row& row = FirstUsable(input);
    const GlbReport report =
        WriteGlb(path, *input.model, animation, GlbOptionsFor(row.fit, row.image_width, row.image_height));
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

// Formats that are motions whatever the people are: a rate that nobody knows is taken as that of most video.
int EachMotion(Export input, const char* ending,
               const std::function<void(const std::string& path, const BodyAnimation& animation)>& write) {
  constexpr double kUsualRate = 30;
  if (input.frames_per_second == 0) {
    input.frames_per_second = kUsualRate;
    if (!FLAGS_quiet)
      std::printf("frames per second are not known, %g are assumed; --fps says\n", kUsualRate);
  }
  const Eigen::Matrix3d upright = UprightFromResult(FirstUsable(input).fit);
  return EachSequence(input, ending, [&](const std::string& path, const BodyAnimation& animation) {
    BodyAnimation turned = animation;
    for (BodyParameters& frame : turned.frames) frame = TurnBody(*input.model, upright, frame);
    write(path, turned);
  });
}

int ExportBvh(const Export& input) {
  return EachMotion(input, ".bvh", [&](const std::string& path, const BodyAnimation& animation) {
    const BvhReport report = WriteBvh(path, *input.model, animation);
    if (FLAGS_quiet) return;
    std::printf("%s: %d frames at %g fps, metres, y up; joints within %.2f mm\n", path.c_str(),
                animation.num_frames(), animation.frames_per_second, 1e3 * report.max_joint_error_m);
  });
}

int ExportNpz(const Export& input) {
  return EachMotion(input, ".npz", [&](const std::string& path, const BodyAnimation& animation) {
    WriteAmass(path, *input.model, animation);
    if (FLAGS_quiet) return;
    std::printf("%s: %d frames at %g fps, AMASS's keys, z up\n", path.c_str(), animation.num_frames(),
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

// One file of all people, with the keypoints of --observations where given.
int ExportLabels(const Export& input, const char* ending,
                 long (*write)(const std::string&, const BodyModel&, const std::vector<LabelledPerson>&)) {
  if (!EndsWith(FLAGS_out, ending)) throw UsageError(StrCat("convert: --out FILE", ending, " is missing"));
  const std::map<std::string, PersonObservation> seen = ObservationsOf(input.file, *input.model);
  std::vector<LabelledPerson> people;
  for (const ResultsFile::Row& row : input.file.rows) {
    const auto found = seen.find(row.fit.id);
    people.push_back({&row.fit, found == seen.end() ? nullptr : &found->second, row.image_path});
  }
  const long written = write(FLAGS_out, *input.model, people);
  if (!FLAGS_quiet) std::printf("%ld people -> %s\n", written, FLAGS_out.c_str());
  return kExitOk;
}

int ExportSpin(const Export& input) { return ExportLabels(input, ".npz", WriteSpinLabels); }
int ExportEft(const Export& input) { return ExportLabels(input, ".json", WriteEftLabels); }

}  // namespace

int ConvertResult(const std::string& path) {
  static const std::map<std::string, int (*)(const Export&)> formats = {
      {"glb", ExportGlb}, {"obj", ExportObj}, {"ply", ExportPly},   {"bvh", ExportBvh},
      {"npz", ExportNpz}, {"pkl", ExportPkl}, {"spin", ExportSpin}, {"eft", ExportEft}};
  const auto format = formats.find(FLAGS_to);
  if (format == formats.end()) {
    std::string names;
    for (const auto& [name, function] : formats) names += (names.empty() ? "" : ", ") + name;
    throw UsageError(StrCat("convert: found --to \"", FLAGS_to, "\", expected one of ", names));
  }
  Export input;
  input.path = path;
  input.file = ReadResults(path);
  TakeHypothesis(path, &input.file);
  input.frames_per_second = FrameRate(input.file);
  input.model = ModelFromFlags();
  const bool is_mesh = FLAGS_to == "obj" || FLAGS_to == "ply";
  for (const ResultsFile::Row& row : input.file.rows) {
    RequireBodyOf(row.fit, *input.model, path);
    if (row.fit.segment_scales.size() > 0 && !is_mesh) {
      throw InputError(
          path, "segment_scales",
          StrCat("these are bodies of segments, which --to ", FLAGS_to, " cannot hold; obj and ply can"));
    }
  }
  if (!FLAGS_id.empty()) {
    std::vector<ResultsFile::Row>& rows = input.file.rows;
    rows.erase(std::remove_if(rows.begin(), rows.end(),
                              [](const ResultsFile::Row& row) { return row.fit.id != FLAGS_id; }),
               rows.end());
    if (rows.empty()) throw InputError(path, "ids", StrCat("holds no person \"", FLAGS_id, "\""));
  }
  return format->second(input);
}

}  // namespace vitruvius
