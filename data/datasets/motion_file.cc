#include "data/datasets/motion_file.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <filesystem>
#include <map>
#include <optional>
#include <vector>

#include "data/datasets/trial_names.h"
#include "data/io/named_arrays.h"
#include "data/io/npz.h"
#include "data/io/text_scanner.h"
#include "models/body/joint_tree.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

namespace fs = std::filesystem;

constexpr int kBodyColumns = 3 * kBodyJoints, kFingerColumns = 3 * kFingerJoints;

std::string LowerExtension(const std::string& path) {
  std::string extension = fs::path(path).extension().string();
  for (char& c : extension) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return extension;
}

// Whether `name` is `prefix` or goes on with something that is no letter or digit ("HDM_bd" of
// "HDM_bd_walk_001_120", "02" of "02_01"), in any case.
bool BeginsWithName(const std::string& name, const std::string& prefix) {
  if (prefix.empty() || name.size() < prefix.size()) return false;
  if (!EqualsIgnoringCase(name.substr(0, prefix.size()), prefix)) return false;
  return name.size() == prefix.size() || std::isalnum(static_cast<unsigned char>(name[prefix.size()])) == 0;
}

// The .asf beside it whose name the motion's name begins with, the longest; else the only one.
std::string FindAsf(const std::string& amc_path) {
  const fs::path folder =
      fs::path(amc_path).has_parent_path() ? fs::path(amc_path).parent_path() : fs::path(".");
  const std::string stem = fs::path(amc_path).stem().string();
  std::error_code error;
  std::vector<std::string> found;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    if (LowerExtension(entry.path().string()) == ".asf") found.push_back(entry.path().string());
  }
  std::sort(found.begin(), found.end());
  std::string best;
  std::size_t longest = 0;
  for (const std::string& path : found) {
    const std::string name = fs::path(path).stem().string();
    if (!BeginsWithName(stem, name) || name.size() <= longest) continue;
    best = path;
    longest = name.size();
  }
  if (!best.empty()) return best;
  if (found.size() == 1) return found[0];
  throw InputError(
      amc_path, "",
      StrCat("found ", found.size(), " skeletons (.asf) beside it, expected ", stem.substr(0, stem.find('_')),
             ".asf, another whose name this one begins with, or exactly one"));
}

// Finite, and small enough to calculate with.
void CheckNumbers(const Eigen::Ref<const RowMatrixXd>& rows, const std::string& path, const char* key) {
  constexpr double kLargest = 1e6;  // radians, metres
  for (Eigen::Index i = 0; i < rows.rows(); ++i) {
    if (!rows.row(i).allFinite()) {
      throw InputError(path, key,
                       StrCat("found a value that is not finite in frame ", i, ", expected numbers"));
    }
    const double largest = rows.cols() > 0 ? rows.row(i).cwiseAbs().maxCoeff() : 0;
    if (largest > kLargest) {
      throw InputError(path, key,
                       StrCat("found ", largest, " in frame ", i, ", expected at most ", kLargest));
    }
  }
}

RowMatrixXd ReadMatrix(const NamedArrays& reader, const std::string& key, std::int64_t rows,
                       std::int64_t columns) {
  const std::shared_ptr<const NpyArray> array = reader.Read(key, {rows, columns});
  const std::vector<double> values = array->ToDoubles();
  RowMatrixXd matrix = Eigen::Map<const RowMatrixXd>(values.data(), array->shape[0], array->shape[1]);
  CheckNumbers(matrix, reader.path(), key.c_str());
  return matrix;
}

// One number, however many dimensions of length 1 it is wrapped in.
std::optional<double> ReadScalar(const NamedArrays& reader, const std::string& key) {
  if (!reader.Has(key)) return std::nullopt;
  const std::vector<double> values = reader.ReadAny(key)->ToDoubles();
  if (values.size() == 1) return values[0];
  throw InputError(reader.path(), key, StrCat("found ", values.size(), " numbers, expected one"));
}

// "" when the array is missing, or is no single text.
std::string ReadWord(const NamedArrays& reader, const std::string& key) {
  if (!reader.Has(key)) return "";
  const std::shared_ptr<const NpyArray> array = reader.ReadAny(key);
  if (array->kind != NpyArray::Kind::kText && array->kind != NpyArray::Kind::kBytes) return "";
  const std::vector<std::string> words = array->ToStrings();
  return words.size() == 1 ? words[0] : "";
}

std::string ReadGender(const NamedArrays& reader) {
  std::string gender = ReadWord(reader, "gender");
  for (char& c : gender) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return gender == "male" || gender == "female" ? gender : "neutral";
}

// AIST++: smpl_poses, smpl_trans, smpl_scaling.
bool HasAistKeys(const NamedArrays& reader) { return reader.Has("smpl_poses") && !reader.Has("poses"); }

double ReadFrameRate(const NamedArrays& reader) {
  constexpr double kAistFps = 60;  // its cameras'; its files do not say
  for (const char* key : {"mocap_frame_rate", "mocap_framerate"}) {
    const std::optional<double> fps = ReadScalar(reader, key);
    if (!fps) continue;
    if (*fps > 0 && *fps <= kMaxFps) return *fps;
    throw InputError(reader.path(), key,
                     StrCat("found ", *fps, ", expected a positive number up to ", kMaxFps));
  }
  if (HasAistKeys(reader)) return kAistFps;
  throw InputError(reader.path(), "",
                   "found neither mocap_frame_rate nor mocap_framerate, expected one of them");
}

// (B,), or (N, B) of which the mean of valid rows is taken.
std::vector<double> ReadBetas(const NamedArrays& reader, const std::vector<std::uint8_t>& valid) {
  if (!reader.Has("betas")) return {};
  const std::shared_ptr<const NpyArray> array_read = reader.ReadAny("betas");
  const NpyArray& array = *array_read;
  const std::int64_t rows = array.shape.size() == 2 ? array.shape[0] : 1;
  if (array.shape.empty() || array.shape.size() > 2 ||
      (rows != 1 && rows != static_cast<std::int64_t>(valid.size()))) {
    throw InputError(reader.path(), "betas",
                     StrCat("found shape ", array.ShapeName(), ", expected (B,) or (", valid.size(), ", B)"));
  }
  const std::vector<double> values = array.ToDoubles();
  const Eigen::Map<const RowMatrixXd> betas(values.data(), rows, array.shape.back());
  CheckNumbers(betas, reader.path(), "betas");
  if (rows == 1) return values;
  Eigen::RowVectorXd sum = Eigen::RowVectorXd::Zero(betas.cols());
  int count = 0;
  for (Eigen::Index i = 0; i < rows; ++i) {
    if (!valid[i]) continue;
    sum += betas.row(i);
    ++count;
  }
  if (count > 0) sum /= count;
  return {sum.data(), sum.data() + sum.size()};
}

// Joints of the body that poses of so many columns belong to; null: of none that is known.
const std::vector<std::string>* JointsOfColumns(Eigen::Index columns) {
  for (const std::vector<std::string>* names : {&SmplJointNames(), &SmplhJointNames(), &SmplxJointNames()}) {
    if (columns == 3 * static_cast<Eigen::Index>(names->size())) return names;
  }
  return columns == kBodyColumns ? &SmplxJointNames()
                                 : nullptr;  // hands left out; the first 22 are all kin's
}

void ReadPoses(const NamedArrays& reader, Motion* motion) {
  RowMatrixXd poses;
  const std::string key = HasAistKeys(reader)                               ? "smpl_poses"
                          : reader.Has("poses") || !reader.Has("pose_body") ? "poses"
                                                                            : "pose_body";
  if (key != "pose_body") {
    poses = ReadMatrix(reader, key, -1, -1);
  } else {
    // AMASS's second schema, without the array that it derives from these.
    const RowMatrixXd body = ReadMatrix(reader, "pose_body", -1, kBodyColumns - 3);
    poses = RowMatrixXd::Zero(body.rows(), kBodyColumns + (reader.Has("pose_hand") ? kFingerColumns : 6));
    poses.leftCols(3) = ReadMatrix(reader, "root_orient", body.rows(), 3);
    poses.middleCols(3, body.cols()) = body;
    if (reader.Has("pose_hand")) {
      poses.rightCols(kFingerColumns) = ReadMatrix(reader, "pose_hand", body.rows(), kFingerColumns);
    }
  }
  const std::vector<std::string>* names = JointsOfColumns(poses.cols());
  if (names == nullptr) {
    throw InputError(
        reader.path(), key,
        StrCat("found ", poses.cols(),
               " columns, expected 72 (SMPL), 156 (SMPL-H), 165 (SMPL-X) or 66 (any of them without hands)"));
  }
  if (poses.rows() == 0) throw InputError(reader.path(), key, "found no frame, expected at least one");
  WrapPoses(&poses);
  motion->poses = RowMatrixXd::Zero(poses.rows(), 3 * kMotionJoints);
  if (poses.cols() > 3 * kMotionJoints) motion->fingers = RowMatrixXd::Zero(poses.rows(), kFingerColumns);
  const auto copy = [&](const std::vector<std::string>& targets, std::size_t first, RowMatrixXd* out) {
    for (std::size_t t = first; t < targets.size(); ++t) {
      const auto it = std::find(names->begin(), names->end(), targets[t]);
      if (it == names->end() || 3 * (it - names->begin()) >= poses.cols()) continue;
      out->middleCols<3>(3 * (t - first)) = poses.middleCols<3>(3 * (it - names->begin()));
    }
  };
  copy(SmplJointNames(), 0, &motion->poses);
  if (motion->has_fingers()) copy(SmplhJointNames(), kBodyJoints, &motion->fingers);
  if (motion->fingers.isZero(0)) motion->fingers.resize(0, 0);  // hands that were not captured
}

// (N, 3) metres. AIST++'s are those of a body that is smpl_scaling times as large as SMPL.
MatrixX3d ReadTranslations(const NamedArrays& reader, const char* key, Eigen::Index frames) {
  MatrixX3d transl = ReadMatrix(reader, key, frames, 3);
  if (key != std::string("smpl_trans")) return transl;
  const std::optional<double> scaling = ReadScalar(reader, "smpl_scaling");
  constexpr double kSmallest = 1e-6, kLargest = 1e6;
  if (!scaling) throw InputError(reader.path(), "smpl_scaling", "missing, expected the scale of smpl_trans");
  if (!(*scaling >= kSmallest && *scaling <= kLargest)) {
    throw InputError(reader.path(), "smpl_scaling", StrCat("found ", *scaling, ", expected a scale above 0"));
  }
  return transl / *scaling;
}

void WriteArrays(const std::string& path, const Motion& motion, UpAxis up) {
  const std::int64_t n = motion.num_frames();
  std::map<std::string, NpyArray> arrays;
  RowMatrixXd with_fingers;
  if (motion.has_fingers()) {
    with_fingers.resize(n, kBodyColumns + kFingerColumns);
    with_fingers << motion.poses.leftCols(kBodyColumns), motion.fingers;
  }
  const RowMatrixXd& poses = motion.has_fingers() ? with_fingers : motion.poses;
  arrays["poses"] = NpyArray::FromDoubles(poses.data(), {n, poses.cols()});
  arrays["trans"] = NpyArray::FromDoubles(motion.transl.data(), {n, 3});
  arrays["betas"] =
      NpyArray::FromDoubles(motion.betas.data(), {static_cast<std::int64_t>(motion.betas.size())});
  arrays["gender"] = NpyArray::FromString(motion.gender);
  arrays["subject"] = NpyArray::FromString(motion.subject);
  arrays["mocap_frame_rate"] = NpyArray::FromDoubles(&motion.fps, {});
  arrays["up_axis"] = NpyArray::FromString(UpAxisName(up));
  const std::vector<std::int8_t> valid(motion.valid.begin(), motion.valid.end());
  arrays["valid"] = NpyArray::FromInt8(valid.data(), {n});
  WriteNpz(path, arrays);
}

bool StartsWith(const std::string& text, const char* prefix) { return text.rfind(prefix, 0) == 0; }
bool EndsWith(const std::string& text, const std::string& suffix) {
  return text.size() >= suffix.size() &&
         text.compare(text.size() - suffix.size(), suffix.size(), suffix) == 0;
}

}  // namespace

void SaveMotion(const std::string& path, const Motion& motion, UpAxis up, const Vector3d& rest_pelvis) {
  motion.Check();
  if (up != UpAxis::kY) {
    Motion turned = motion;
    TurnWorld(YUpFrom(up).transpose(), rest_pelvis, &turned);
    turned.Check();
    WriteArrays(path, turned, up);
  } else {
    WriteArrays(path, motion, up);
  }
}

Motion LoadMotion(const std::string& path, const RetargetOptions& options) {
  if (options.metres_per_unit > 0) throw InputError(path, "unit", "that of such arrays is the metre");
  if (options.rest_frame >= 0) throw InputError(path, "rest frame", "of .bvh files only");
  const std::unique_ptr<NamedArrays> file = OpenNamedArrays(path);
  const NamedArrays& reader = *file;
  const bool is_aist = HasAistKeys(reader);
  const bool is_result = !reader.Has("trans") && reader.Has("transl") && reader.Has("status");
  Motion motion;
  motion.name = fs::path(path).stem().string();
  ReadPoses(reader, &motion);
  motion.transl = ReadTranslations(reader,
                                   is_aist     ? "smpl_trans"
                                   : is_result ? "transl"
                                               : "trans",
                                   motion.poses.rows());
  motion.valid.assign(motion.poses.rows(), 1);
  motion.fps = options.fps > 0 ? options.fps : ReadFrameRate(reader);
  motion.gender = ReadGender(reader);
  motion.subject = ReadWord(reader, "subject");
  const std::string up = ReadWord(reader, "up_axis");
  const UpAxis up_axis = options.up    ? *options.up
                         : !up.empty() ? UpAxisFromName(up, path)
                         : is_result   ? UpAxis::kMinusY
                         : is_aist     ? UpAxis::kY
                                       : UpAxis::kZ;
  if (up_axis != UpAxis::kY) {
    TurnWorld(YUpFrom(up_axis), options.target_joints.row(0).transpose(), &motion);
  }
  const char* valid_key = is_result ? "status" : "valid";
  if (reader.Has(valid_key)) {
    const std::vector<std::int64_t> valid = reader.Read(valid_key, {motion.poses.rows()})->ToInts();
    for (std::size_t i = 0; i < valid.size(); ++i) motion.valid[i] = valid[i] != 0;
  } else {
    MarkImplausible(options.limits, &motion);
  }
  motion.betas = ReadBetas(reader, motion.valid);
  return motion;
}

namespace {

Motion OpenByExtension(const std::string& path, const RetargetOptions& options) {
  const std::string extension = LowerExtension(path);
  if (extension == ".npz" || extension == ".pkl") return LoadMotion(path, options);
  if (extension == ".json") return Retarget(ReadDeepMimic(path), options);
  if (extension == ".csv" || extension == ".txt") return Retarget(ReadExpmap(path), options);
  if (extension == ".amc") {
    const AsfSkeleton skeleton = ReadAsf(FindAsf(path));
    return Retarget(skeleton, ReadAmc(path, skeleton), options);
  }
  if (extension == ".bvh") {
    const BvhMotion motion = ReadBvh(path);
    // The readme of the conversion says that these were recorded at 60.
    constexpr double kWrongTime = 1.0 / 120, kRounding = 1e-4;
    const bool is_salsa = StartsWith(fs::path(path).stem().string(), "salsa_");
    if (options.fps == 0 && is_salsa && std::abs(motion.frame_time_s - kWrongTime) < kRounding) {
      RetargetOptions with_rate = options;
      with_rate.fps = 60;
      Motion at_60 = Retarget(motion, with_rate);
      at_60.remarks.push_back("60 frames per second, as its readme says; the header's 120 are wrong");
      return at_60;
    }
    return Retarget(motion, options);
  }
  throw InputError(path, "",
                   StrCat("found the extension \"", extension,
                          "\", expected a motion: .bvh, .amc, .json, .csv, .txt, .npz or .pkl"));
}

}  // namespace

bool IsSkeletonMotion(const std::string& path) {
  const std::string extension = LowerExtension(path);
  return extension == ".bvh" || extension == ".amc";
}

bool IsMotionFile(const std::string& path) {
  const std::string extension = LowerExtension(path), name = fs::path(path).filename().string();
  if (name == "shape.npz" || EndsWith(name, "_stagei.npz")) return false;
  if (extension == ".pkl") return IsAistName(fs::path(path).stem().string());  // others hold bodies
  for (const char* known : {".bvh", ".amc", ".json", ".csv", ".txt", ".npz"}) {
    if (extension == known) return true;
  }
  return false;
}

Motion OpenMotion(const std::string& path, const RetargetOptions& options) {
  Motion motion = OpenByExtension(path, options);
  if (motion.subject.empty()) motion.subject = SubjectOfMotion(path);
  return motion;
}

}  // namespace vitruvius
