#include "data/datasets/motion_file.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <filesystem>
#include <map>
#include <optional>
#include <vector>

#include "data/io/npz.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

namespace fs = std::filesystem;

constexpr int kBodyColumns = 66;  // the root and 21 joints, the same in SMPL, SMPL-H and SMPL-X

std::string LowerExtension(const std::string& path) {
  std::string extension = fs::path(path).extension().string();
  for (char& c : extension) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return extension;
}

std::string FindAsf(const std::string& amc_path) {
  const fs::path folder =
      fs::path(amc_path).has_parent_path() ? fs::path(amc_path).parent_path() : fs::path(".");
  const std::string stem = fs::path(amc_path).stem().string();
  const fs::path by_subject = folder / (stem.substr(0, stem.find('_')) + ".asf");
  std::error_code error;
  if (fs::exists(by_subject, error)) return by_subject.string();
  std::vector<std::string> found;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    if (LowerExtension(entry.path().string()) == ".asf") found.push_back(entry.path().string());
  }
  if (found.size() == 1) return found[0];
  throw InputError(amc_path, "",
                   StrCat("found ", found.size(), " skeletons (.asf) beside it, expected ",
                          by_subject.filename().string(), " or exactly one"));
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

RowMatrixXd ReadMatrix(const NpzReader& reader, const std::string& key, std::int64_t rows,
                       std::int64_t columns) {
  const NpyArray array = reader.Read(key, {rows, columns});
  const std::vector<double> values = array.ToDoubles();
  RowMatrixXd matrix = Eigen::Map<const RowMatrixXd>(values.data(), array.shape[0], array.shape[1]);
  CheckNumbers(matrix, reader.path(), key.c_str());
  return matrix;
}

// One number, however many dimensions of length 1 it is wrapped in.
std::optional<double> ReadScalar(const NpzReader& reader, const std::string& key) {
  if (!reader.Has(key)) return std::nullopt;
  const std::vector<double> values = reader.Read(key).ToDoubles();
  if (values.size() == 1) return values[0];
  throw InputError(reader.path(), key, StrCat("found ", values.size(), " numbers, expected one"));
}

bool StartsWith(const std::string& text, const char* prefix) { return text.rfind(prefix, 0) == 0; }

}  // namespace

void SaveMotion(const std::string& path, const Motion& motion) {
  motion.Check();
  const std::int64_t n = motion.num_frames();
  std::map<std::string, NpyArray> arrays;
  arrays["poses"] = NpyArray::FromDoubles(motion.poses.data(), {n, 3 * kMotionJoints});
  arrays["trans"] = NpyArray::FromDoubles(motion.transl.data(), {n, 3});
  arrays["betas"] =
      NpyArray::FromDoubles(motion.betas.data(), {static_cast<std::int64_t>(motion.betas.size())});
  arrays["gender"] = NpyArray::FromString(motion.gender);
  arrays["mocap_frame_rate"] = NpyArray::FromDoubles(&motion.fps, {});
  const std::vector<std::int8_t> valid(motion.valid.begin(), motion.valid.end());
  arrays["valid"] = NpyArray::FromInt8(valid.data(), {n});
  WriteNpz(path, arrays);
}

Motion LoadMotion(const std::string& path) {
  const NpzReader reader(path);
  Motion motion;
  motion.name = fs::path(path).stem().string();
  const RowMatrixXd poses = ReadMatrix(reader, "poses", -1, -1);
  if (poses.cols() != 72 && poses.cols() != 156 && poses.cols() != 165) {
    throw InputError(path, "poses",
                     StrCat("found ", poses.cols(),
                            " columns, expected 72 (SMPL), 156 (SMPL-H) or 165 "
                            "(SMPL-X)"));
  }
  if (poses.rows() == 0) throw InputError(path, "poses", "found no frame, expected at least one");
  motion.poses = RowMatrixXd::Zero(poses.rows(), 3 * kMotionJoints);
  const int columns = poses.cols() == 3 * kMotionJoints ? 3 * kMotionJoints : kBodyColumns;
  motion.poses.leftCols(columns) = poses.leftCols(columns);
  WrapPoses(&motion.poses);
  motion.transl = ReadMatrix(reader, "trans", poses.rows(), 3);
  std::optional<double> fps = ReadScalar(reader, "mocap_frame_rate");
  if (!fps) fps = ReadScalar(reader, "mocap_framerate");
  if (!fps)
    throw InputError(path, "", "found neither mocap_frame_rate nor mocap_framerate, expected one of them");
  if (!(*fps > 0) || !std::isfinite(*fps)) {
    throw InputError(path, "mocap_frame_rate", StrCat("found ", *fps, ", expected a positive number"));
  }
  motion.fps = *fps;
  if (reader.Has("betas")) {
    motion.betas = reader.Read("betas", {-1}).ToDoubles();
    CheckNumbers(Eigen::Map<const RowMatrixXd>(motion.betas.data(), 1, motion.betas.size()), path, "betas");
  }
  if (reader.Has("gender")) {
    const std::vector<std::string> gender = reader.Read("gender").ToStrings();
    if (gender.size() == 1) motion.gender = gender[0];
  }
  motion.valid.assign(poses.rows(), 1);
  if (reader.Has("valid")) {
    const std::vector<std::int64_t> valid = reader.Read("valid", {poses.rows()}).ToInts();
    for (std::size_t i = 0; i < valid.size(); ++i) motion.valid[i] = valid[i] != 0;
  }
  return motion;
}

bool IsMotionFile(const std::string& path) {
  const std::string extension = LowerExtension(path);
  for (const char* known : {".bvh", ".amc", ".json", ".csv", ".txt", ".npz"}) {
    if (extension == known) return true;
  }
  return false;
}

Motion OpenMotion(const std::string& path, const RetargetOptions& options) {
  const std::string extension = LowerExtension(path);
  if (extension == ".npz") return LoadMotion(path);
  if (extension == ".json") return Retarget(ReadDeepMimic(path), options);
  if (extension == ".csv" || extension == ".txt") return Retarget(ReadExpmap(path), options);
  if (extension == ".amc") {
    const AsfSkeleton skeleton = ReadAsf(FindAsf(path));
    return Retarget(skeleton, ReadAmc(path, skeleton), options);
  }
  if (extension == ".bvh") {
    RetargetOptions with_rate = options;
    // The conversion's own readme says that these were recorded at 60.
    if (options.fps == 0 && StartsWith(fs::path(path).stem().string(), "salsa_")) with_rate.fps = 60;
    return Retarget(ReadBvh(path), with_rate);
  }
  throw InputError(path, "",
                   StrCat("found the extension \"", extension,
                          "\", expected a motion: .bvh, .amc, .json, .csv, .txt or .npz"));
}

}  // namespace vitruvius
