#include "data/io/result_writer.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>

#include <nlohmann/json.hpp>

#include "data/io/json_text.h"
#include "data/io/npz_writer.h"
#include "data/io/result_columns.h"
#include "data/io/row_journal.h"
#include "data/io/text.h"
#include "models/body/anatomy.h"
#include "models/scene/observation_hash.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

bool WasFitted(const FitResult& result) { return result.winning_start >= 0; }
// A prediction is not fitted, but measured.
bool WasMeasured(const FitResult& result) { return WasFitted(result) || result.residual_mean > 0; }

void MakeFolder(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw InputError(folder, "", "cannot be made: " + error.message());
  if (!std::filesystem::is_directory(folder)) throw InputError(folder, "", "is not a folder");
}

std::string Joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ";") + word;
  return text;
}

}  // namespace

struct ResultsWriter::Impl {
  std::string folder;
  std::map<std::string, NpyArray> whole;  // what holds for all rows
  std::int64_t num_joints, num_betas, num_hypotheses, latent_dim;
  bool of_segments;
  std::vector<std::string> joint_names, rotation_names;
  std::int64_t num_rows = 0;
  bool finished = false;

  ResultRow row;  // the one that is being appended
  std::map<std::string, RowNumbers>& numbers = row.numbers;
  std::map<std::string, RowText>& texts = row.texts;
  std::unique_ptr<ResultColumns> columns;  // null until Finish with a journal
  std::unique_ptr<RowJournal> journal;     // null: rows go to the columns at once
  std::unique_ptr<RowJournal::Reader> kept;
  bool set_per_row = false;

  Impl(const std::string& folder_in, const BodyModel& body, int hypotheses, int latent, bool segments)
      : folder(folder_in),
        num_joints(body.num_joints()),
        num_betas(body.num_betas()),
        num_hypotheses(hypotheses),
        latent_dim(latent),
        of_segments(segments),
        joint_names(body.joint_names()) {
    AddResultBody(body, &whole);
    whole["gender"] = whole["model_gender"];
    const auto add = [&](const char* key, const char* dtype, const std::vector<std::int64_t>& row_shape) {
      numbers.try_emplace(key, dtype, row_shape);
    };
    add("status", "|i1", {});
    add("global_orient", "<f8", {3});
    add("body_pose", "<f8", {3 * (num_joints - 1)});
    add("poses", "<f8", {3 * num_joints});
    add("betas", "<f8", {num_betas});
    add("transl", "<f8", {3});
    add("joints3d", "<f8", {num_joints, 3});
    add("joints3d_expected", "<f8", {num_joints, 3});
    add("joints_std_m", "<f8", {num_joints});
    add("joints_relative_std_m", "<f8", {num_joints});
    add("rotation_std_rad", "<f8", {num_joints, 3});
    add("data_share", "<f8", {num_joints, 3});
    add("betas_std", "<f8", {num_betas});
    add("betas_data_share", "<f8", {num_betas});
    add("transl_std_m", "<f8", {3});
    if (latent_dim > 0) add("latent", "<f8", {latent_dim});
    if (of_segments) {
      add("segment_scales", "<f8", {num_joints});
      add("weak_camera", "<f8", {3});
    }
    if (num_hypotheses > 0) {
      add("hypotheses_poses", "<f8", {num_hypotheses, 3 * num_joints});
      add("hypotheses_betas", "<f8", {num_hypotheses, num_betas});
      add("hypotheses_transl", "<f8", {num_hypotheses, 3});
      add("hypotheses_joints3d", "<f8", {num_hypotheses, num_joints, 3});
      add("hypotheses_cost", "<f8", {num_hypotheses});
      add("hypotheses_weight", "<f8", {num_hypotheses});
    }
    for (const JointAxes& axes : AnatomicalAxes(body))
      rotation_names.insert(rotation_names.end(), axes.names.begin(), axes.names.end());
    add("joints2d", "<f8", {num_joints, 2});
    add("focal", "<f8", {2});
    add("center", "<f8", {2});
    add("image_size", "<i4", {2});
    add("frame", "<i8", {});
    add("time_s", "<f8", {});
    for (const char* key : {"cost", "residual_median", "residual_mean", "reprojection_px", "penetration_m"})
      add(key, "<f8", {});
    for (const char* key : {"num_keypoints", "num_starts", "num_minima", "winning_start", "num_iterations"})
      add(key, "<i4", {});
    for (const char* key : {"ids", "reason", "focal_source", "camera_source", "images", "flags", "capture",
                            "subject", "camera"})
      texts.try_emplace(key);
    columns = std::make_unique<ResultColumns>(folder, row);
  }

  // Zeros when the row has none.
  void AppendDoubles(const char* key, const double* values, std::int64_t size, std::int64_t expected) {
    static const std::vector<double> kZeros(256, 0.0);
    if (size == 0 && expected > 0) {
      const std::vector<double> many(expected > 256 ? static_cast<size_t>(expected) : 0, 0.0);
      numbers.at(key).Append(many.empty() ? kZeros.data() : many.data(), 8 * static_cast<size_t>(expected));
      return;
    }
    VT_CHECK_EQ(size, expected);
    numbers.at(key).Append(values, 8 * static_cast<size_t>(expected));
  }
  // What is not known of a row is not zero.
  void AppendKnown(const char* key, const double* values, std::int64_t size, std::int64_t expected) {
    const std::vector<double> unknown(size == 0 ? static_cast<size_t>(expected) : 0,
                                      std::numeric_limits<double>::quiet_NaN());
    AppendDoubles(key, size == 0 ? unknown.data() : values, expected, expected);
    VT_CHECK(size == 0 || size == expected);
  }
  void AppendDouble(const char* key, double value) { numbers.at(key).Append(&value, sizeof(value)); }
  void AppendInt(const char* key, std::int32_t value) { numbers.at(key).Append(&value, sizeof(value)); }

  void Append(const FitResult& result, const PersonObservation& person);
  void AppendHypotheses(const FitResult& result);
  bool NextKept(KeptRow* kept_row);
  bool Finish(double frame_rate_hz, const std::function<bool()>& stop);
};

void ResultsWriter::Impl::Append(const FitResult& result, const PersonObservation& person) {
  VT_CHECK(!finished);
  row.Clear();
  const BodyParameters& p = result.parameters;
  const std::int64_t pose_size = 3 * (num_joints - 1);
  const auto status = static_cast<std::int8_t>(result.usable ? 1 : 0);
  numbers.at("status").Append(&status, 1);
  AppendDoubles("global_orient", p.global_orient.data(), 3, 3);
  AppendDoubles("body_pose", p.body_pose.data(), p.body_pose.size(), pose_size);
  Eigen::VectorXd poses = Eigen::VectorXd::Zero(3 * num_joints);
  poses.head<3>() = p.global_orient;
  if (p.body_pose.size() > 0) poses.tail(pose_size) = p.body_pose;
  AppendDoubles("poses", poses.data(), poses.size(), poses.size());
  AppendDoubles("betas", p.betas.data(), p.betas.size(), num_betas);
  AppendDoubles("transl", p.transl.data(), 3, 3);
  AppendDoubles("joints3d", result.joints3d.data(), result.joints3d.size(), 3 * num_joints);
  AppendDoubles("joints3d_expected", result.joints3d_expected.data(), result.joints3d_expected.size(),
                3 * num_joints);
  const auto known = [&](const char* key, const auto& values, std::int64_t expected) {
    AppendKnown(key, values.data(), values.size(), expected);
  };
  known("joints_std_m", result.joints_std_m, num_joints);
  known("joints_relative_std_m", result.joints_relative_std_m, num_joints);
  known("rotation_std_rad", result.rotation_std_rad, 3 * num_joints);
  known("data_share", result.data_share, 3 * num_joints);
  known("betas_std", result.betas_std, num_betas);
  known("betas_data_share", result.betas_data_share, num_betas);
  known("transl_std_m", result.transl_std_m, 3);
  if (latent_dim > 0) known("latent", result.latent, latent_dim);
  if (of_segments) {
    AppendDoubles("segment_scales", result.segment_scales.data(), result.segment_scales.size(), num_joints);
    AppendDoubles("weak_camera", result.weak_camera_px.data(), 3, 3);
  }
  if (num_hypotheses > 0) AppendHypotheses(result);
  AppendDoubles("joints2d", result.joints2d.data(), result.joints2d.size(), 2 * num_joints);
  AppendDoubles("focal", result.focal_px.data(), 2, 2);
  AppendDoubles("center", result.center_px.data(), 2, 2);
  const std::int32_t image_size[2] = {person.image_width, person.image_height};
  numbers.at("image_size").Append(image_size, sizeof(image_size));
  const Identity& identity = person.identity;
  numbers.at("frame").Append(&identity.frame, sizeof(identity.frame));
  AppendDouble("time_s", identity.time_s);
  // Who was never fitted has no residual: zero would look like a perfect fit.
  const double unknown = std::numeric_limits<double>::quiet_NaN();
  const bool fitted = WasFitted(result), measured = WasMeasured(result);
  AppendDouble("cost", fitted ? result.cost : unknown);
  AppendDouble("residual_median", measured ? result.residual_median : unknown);
  AppendDouble("residual_mean", measured ? result.residual_mean : unknown);
  AppendDouble("reprojection_px", measured && !person.is_3d() ? result.residual_median : unknown);
  AppendDouble("penetration_m", fitted ? result.penetration_m : unknown);
  AppendInt("num_keypoints", result.num_keypoints);
  AppendInt("num_starts", result.num_starts);
  AppendInt("num_minima", result.num_minima);
  AppendInt("winning_start", result.winning_start);
  AppendInt("num_iterations", result.num_iterations);
  texts.at("ids").Append(result.id.empty() ? person.id : result.id);
  texts.at("reason").Append(result.reason);
  texts.at("focal_source").Append(result.focal_source);
  texts.at("camera_source").Append(result.camera_source);
  texts.at("images").Append(person.image_path);
  texts.at("flags").Append(Joined(result.flags));
  texts.at("capture").Append(identity.capture);
  texts.at("subject").Append(identity.subject);
  texts.at("camera").Append(identity.camera);
  row.set_name = person.set == nullptr ? "" : person.set->name;
  for (const TermCost& term : result.terms) row.terms.emplace_back(term.name, term.cost);
  if (journal != nullptr) {
    journal->Append(HashOf(person), row.Take());
  } else {
    columns->Append(row);
  }
  ++num_rows;
}

void ResultsWriter::Impl::AppendHypotheses(const FitResult& result) {
  const auto count = static_cast<Eigen::Index>(num_hypotheses),
             joints = static_cast<Eigen::Index>(num_joints), betas = static_cast<Eigen::Index>(num_betas);
  const auto unknown = [count](Eigen::Index width) {
    return RowMatrixXd::Constant(count, width, std::numeric_limits<double>::quiet_NaN()).eval();
  };
  RowMatrixXd poses = unknown(3 * joints), shapes = unknown(betas), transl = unknown(3),
              joints3d = unknown(3 * joints), cost = unknown(1), weight = RowMatrixXd::Zero(count, 1);
  for (Eigen::Index k = 0; k < count && k < static_cast<Eigen::Index>(result.hypotheses.size()); ++k) {
    const PossibleBody& body = result.hypotheses[static_cast<size_t>(k)];
    VT_CHECK_EQ(body.joints3d.rows(), joints);
    VT_CHECK_EQ(body.parameters.body_pose.size(), 3 * joints - 3);
    VT_CHECK_EQ(body.parameters.betas.size(), betas);
    poses.row(k) << body.parameters.global_orient.transpose(), body.parameters.body_pose.transpose();
    shapes.row(k) = body.parameters.betas.transpose();
    transl.row(k) = body.parameters.transl.transpose();
    joints3d.row(k) = Eigen::Map<const Eigen::RowVectorXd>(body.joints3d.data(), 3 * joints);
    cost(k, 0) = body.cost;
    weight(k, 0) = body.weight;
  }
  for (const auto& [key, table] : {std::pair<const char*, const RowMatrixXd*>{"hypotheses_poses", &poses},
                                   {"hypotheses_betas", &shapes},
                                   {"hypotheses_transl", &transl},
                                   {"hypotheses_joints3d", &joints3d},
                                   {"hypotheses_cost", &cost},
                                   {"hypotheses_weight", &weight}}) {
    numbers.at(key).Append(table->data(), 8 * static_cast<size_t>(table->size()));
  }
}

bool ResultsWriter::Impl::NextKept(KeptRow* kept_row) {
  std::string_view bytes;
  if (kept == nullptr || !kept->Next(&kept_row->observation_hash, &bytes)) return false;
  ResultRow found = row;
  found.Set(bytes, journal->path());
  std::int8_t status;
  std::memcpy(&status, found.bytes("status").data(), sizeof(status));
  kept_row->usable = status == 1;
  std::memcpy(&kept_row->penetration_m, found.bytes("penetration_m").data(), sizeof(double));
  kept_row->reason = found.text("reason");
  return true;
}

bool ResultsWriter::Impl::Finish(double frame_rate_hz, const std::function<bool()>& stop) {
  VT_CHECK(!finished);
  finished = true;
  if (journal != nullptr) {
    columns = std::make_unique<ResultColumns>(folder, row);
    RowJournal::Reader reader(*journal);
    std::uint64_t hash;
    for (std::string_view bytes; reader.Next(&hash, &bytes);) {
      if (stop && stop()) return false;
      row.Set(bytes, journal->path());
      columns->Append(row);
    }
    if (columns->num_rows() != num_rows) {
      throw InputError(journal->path(), "",
                       StrCat("found ", columns->num_rows(), " whole rows, expected ", num_rows));
    }
  }
  NpzWriter writer(folder + "/results.npz");
  columns->Finish(set_per_row, &writer);
  whole["joint_names"] = NpyArray::FromStrings(joint_names);
  whole["rotation_names"] = NpyArray::FromStrings(rotation_names);
  whole["rotation_names"].shape = {num_joints, 3};
  if (frame_rate_hz > 0) whole["mocap_frame_rate"] = NpyArray::FromDoubles(&frame_rate_hz, {});
  for (const auto& [key, array] : whole) writer.Add(key, array);
  writer.Commit();
  return true;
}

ResultsWriter::ResultsWriter(const std::string& folder, const BodyModel& model, int num_hypotheses,
                             int latent_dim, bool of_segments) {
  VT_CHECK_GE(num_hypotheses, 0);
  VT_CHECK_GE(latent_dim, 0);
  MakeFolder(folder);
  impl_ = std::make_unique<Impl>(folder, model, num_hypotheses, latent_dim, of_segments);
}
ResultsWriter::~ResultsWriter() = default;
ResultsWriter::ResultsWriter(ResultsWriter&&) noexcept = default;
void ResultsWriter::Append(const FitResult& result, const PersonObservation& person) {
  impl_->Append(result, person);
}
std::int64_t ResultsWriter::num_rows() const { return impl_->num_rows; }
std::string ResultsWriter::JournalPath(const std::string& folder) { return folder + "/rows.journal"; }
std::int64_t ResultsWriter::KeepJournal(std::int64_t most_kept) {
  VT_CHECK_EQ(impl_->num_rows, 0);
  const std::string path = JournalPath(impl_->folder), layout = impl_->row.Layout();
  impl_->columns.reset();
  impl_->journal = std::make_unique<RowJournal>(most_kept > 0 ? RowJournal::Resume(path, layout, most_kept)
                                                              : RowJournal(path, layout));
  impl_->kept = std::make_unique<RowJournal::Reader>(*impl_->journal);
  impl_->num_rows = impl_->journal->num_rows();
  return impl_->num_rows;
}
bool ResultsWriter::NextKept(KeptRow* row) { return impl_->NextKept(row); }
void ResultsWriter::SyncJournal() {
  if (impl_->journal != nullptr) impl_->journal->Sync();
}
void ResultsWriter::WriteSetPerRow() { impl_->set_per_row = true; }
bool ResultsWriter::Finish(double frame_rate_hz, const std::function<bool()>& stop) {
  return impl_->Finish(frame_rate_hz, stop);
}

std::int64_t CountManifestLines(const std::string& folder) {
  std::ifstream stream(folder + "/manifest.jsonl", std::ios::binary);
  std::int64_t lines = 0;
  std::string block(1 << 16, '\0');
  while (stream.read(block.data(), static_cast<std::streamsize>(block.size())) || stream.gcount() > 0)
    lines += std::count(block.begin(), block.begin() + stream.gcount(), '\n');
  return lines;
}

ManifestWriter::ManifestWriter(const std::string& folder, std::int64_t keep)
    : path_(folder + "/manifest.jsonl") {
  MakeFolder(folder);
  fd_ = open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_APPEND | (keep > 0 ? 0 : O_TRUNC), 0666);
  if (fd_ < 0) throw InputError(path_, "", StrCat("cannot be written: ", std::strerror(errno)));
  off_t end = 0, offset = 0;
  std::string block(1 << 16, '\0');
  while (keep > 0) {
    const ssize_t got = pread(fd_, block.data(), block.size(), offset);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    for (ssize_t i = 0; i < got && keep > 0; ++i) {
      if (block[static_cast<size_t>(i)] != '\n') continue;
      --keep;
      end = offset + i + 1;
    }
    offset += got;
  }
  if (ftruncate(fd_, end) != 0) {
    const int error = errno;
    close(fd_);
    throw InputError(path_, "", StrCat("cannot be written: ", std::strerror(error)));
  }
}

ManifestWriter::~ManifestWriter() {
  if (fd_ >= 0) close(fd_);
}

void ManifestWriter::Append(const FitResult& result, const PersonObservation& person, std::int64_t row) {
  nlohmann::ordered_json line;
  line["id"] = ValidUtf8(result.id.empty() ? person.id : result.id);
  line["source"] = ValidUtf8(person.source);
  line["status"] = result.usable ? 1 : 0;
  line["reason"] = result.reason;
  line["detail"] = ValidUtf8(result.detail);
  line["milliseconds"] = std::round(result.milliseconds * 1000) / 1000;
  // As results.npz, where these are NaN.
  line["cost"] = WasFitted(result) ? nlohmann::ordered_json(result.cost) : nullptr;
  line["residual_median"] = WasMeasured(result) ? nlohmann::ordered_json(result.residual_median) : nullptr;
  line["terms"] = nlohmann::ordered_json::object();
  for (const TermCost& term : result.terms) line["terms"][ValidUtf8(term.name)] = term.cost;
  line["num_keypoints"] = result.num_keypoints;
  line["num_starts"] = result.num_starts;
  line["winning_start"] = result.winning_start;
  line["num_iterations"] = result.num_iterations;
  line["num_minima"] = result.num_minima;
  line["flags"] = nlohmann::ordered_json::array();
  for (const std::string& flag : result.flags) line["flags"].push_back(ValidUtf8(flag));
  line["focal"] = {result.focal_px.x(), result.focal_px.y()};
  line["row"] = row;
  // One call a line: a line is in the file whole, or cut where the program was.
  const std::string text = JsonText(line) + "\n";
  size_t done = 0;
  while (done < text.size()) {
    const ssize_t written = write(fd_, text.data() + done, text.size() - done);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw InputError(path_, "", StrCat("cannot be written: ", std::strerror(errno)));
    done += static_cast<size_t>(written);
  }
}

}  // namespace vitruvius
