#include <sstream>

#include "data/io/npz.h"
#include "data/io/result_arrays.h"
#include "data/io/result_writer.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

// Rows of doubles of a key; none when the key is optional and absent.
struct Table {
  std::vector<double> values;
  std::int64_t columns = 0;

  const double* Row(std::int64_t row) const { return values.data() + row * columns; }
};

class ResultsReader {
 public:
  explicit ResultsReader(const std::string& path)
      : file_(path), num_rows_(file_.Read("ids", {-1}).shape[0]) {}

  ResultsFile Read() {
    ResultsFile results;
    results.body = ReadResultBody(file_);
    if (file_.Has("mocap_frame_rate"))
      results.frame_rate_hz = file_.Read("mocap_frame_rate", {}).ToDoubles()[0];
    results.rows.resize(static_cast<size_t>(num_rows_));
    ReadTexts(&results);
    ReadIdentity(&results);
    ReadParameters(&results);
    ReadJoints(&results);
    ReadCertainty(&results);
    ReadHypotheses(&results);
    ReadNames(&results);
    ReadNumbers(&results);
    ReadTerms(&results);
    return results;
  }

 private:
  // (N, shape...); each -1 of the shape is free.
  Table ReadTable(const char* key, std::vector<std::int64_t> shape, bool required) const {
    Table table;
    if (!required && !file_.Has(key)) return table;
    shape.insert(shape.begin(), num_rows_);
    const NpyArray array = file_.Read(key, shape);
    table.columns = 1;
    for (size_t d = 1; d < array.shape.size(); ++d) table.columns *= array.shape[d];
    table.values = array.ToDoubles();
    return table;
  }

  template <typename Set>
  void ForTexts(const char* key, bool required, ResultsFile* results, Set set) const {
    if (!required && !file_.Has(key)) return;
    const NpyArray array = file_.Read(key);
    const bool shared = array.shape.empty();
    if (!shared && array.shape != std::vector<std::int64_t>{num_rows_}) {
      throw InputError(file_.path(), key,
                       StrCat("found shape ", array.ShapeName(), ", expected (", num_rows_, ",)"));
    }
    const std::vector<std::string> texts = array.ToStrings();
    for (size_t i = 0; i < results->rows.size(); ++i) set(&results->rows[i], texts[shared ? 0 : i]);
  }

  void ReadIdentity(ResultsFile* results) const {
    using Row = ResultsFile::Row;
    using Text = const std::string&;
    ForTexts("capture", false, results, [](Row* row, Text text) { row->identity.capture = text; });
    ForTexts("subject", false, results, [](Row* row, Text text) { row->identity.subject = text; });
    ForTexts("camera", false, results, [](Row* row, Text text) { row->identity.camera = text; });
    if (file_.Has("frame")) {
      const std::vector<std::int64_t> frames = file_.Read("frame", {num_rows_}).ToInts();
      for (size_t n = 0; n < frames.size(); ++n) results->rows[n].identity.frame = frames[n];
    }
    const Table times = ReadTable("time_s", {}, false);
    for (size_t n = 0; n < times.values.size(); ++n) results->rows[n].identity.time_s = times.values[n];
  }

  void ReadTexts(ResultsFile* results) const {
    using Row = ResultsFile::Row;
    using Text = const std::string&;
    ForTexts("ids", true, results, [](Row* row, Text text) { row->fit.id = text; });
    ForTexts("reason", false, results, [](Row* row, Text text) { row->fit.reason = text; });
    ForTexts("focal_source", false, results, [](Row* row, Text text) { row->fit.focal_source = text; });
    ForTexts("camera_source", false, results, [](Row* row, Text text) { row->fit.camera_source = text; });
    ForTexts("images", false, results, [](Row* row, Text text) { row->image_path = text; });
    ForTexts("flags", false, results, [](Row* row, Text text) {
      std::istringstream flags(text);
      for (std::string flag; std::getline(flags, flag, ';');) row->fit.flags.push_back(flag);
    });
    ForTexts("keypoint_set", false, results, [](Row* row, Text text) { row->keypoint_set = text; });
  }

  void ReadParameters(ResultsFile* results) const {
    const std::vector<std::int64_t> status = file_.Read("status", {num_rows_}).ToInts();
    const Table orient = ReadTable("global_orient", {3}, true), pose = ReadTable("body_pose", {-1}, true);
    const Table betas = ReadTable("betas", {-1}, true), transl = ReadTable("transl", {3}, true);
    if (pose.columns % 3 != 0) {
      throw InputError(file_.path(), "body_pose",
                       StrCat("found ", pose.columns, " columns, expected three a joint"));
    }
    const Table both = ReadTable("poses", {pose.columns + 3}, false);
    for (std::int64_t n = 0; n < num_rows_; ++n) {
      FitResult& fit = results->rows[static_cast<size_t>(n)].fit;
      fit.usable = status[static_cast<size_t>(n)] == 1;
      BodyParameters& p = fit.parameters;
      p.global_orient = Eigen::Map<const Eigen::Vector3d>(orient.Row(n));
      p.body_pose = Eigen::Map<const Eigen::VectorXd>(pose.Row(n), pose.columns);
      p.betas = Eigen::Map<const Eigen::VectorXd>(betas.Row(n), betas.columns);
      p.transl = Eigen::Map<const Eigen::Vector3d>(transl.Row(n));
      const bool finite = p.global_orient.allFinite() && p.body_pose.allFinite() && p.betas.allFinite() &&
                          p.transl.allFinite();
      constexpr double kRounding = 1e-5;  // of float32
      if (fit.usable && both.columns > 0 &&
          !((Eigen::Map<const Eigen::Vector3d>(both.Row(n)) - p.global_orient).norm() < kRounding &&
            (Eigen::Map<const Eigen::VectorXd>(both.Row(n) + 3, pose.columns) - p.body_pose).norm() <
                kRounding)) {
        throw InputError(file_.path(), StrCat("poses: row ", n),
                         "is not global_orient and body_pose, which are what is read: change these as well");
      }
      if (fit.usable && !finite) {
        throw InputError(file_.path(), StrCat("row ", n), "is usable but holds a number that is not finite");
      }
    }
  }

  void ReadJoints(ResultsFile* results) const {
    const std::int64_t num_joints =
        num_rows_ == 0 ? -1 : results->rows[0].fit.parameters.body_pose.size() / 3 + 1;
    const Table joints3d = ReadTable("joints3d", {num_joints, 3}, false);
    const Table joints2d = ReadTable("joints2d", {num_joints, 2}, false);
    const Table expected = ReadTable("joints3d_expected", {num_joints, 3}, false);
    const Table focal = ReadTable("focal", {2}, false), center = ReadTable("center", {2}, false);
    for (std::int64_t n = 0; n < num_rows_; ++n) {
      FitResult& fit = results->rows[static_cast<size_t>(n)].fit;
      if (joints3d.columns > 0) {
        fit.joints3d = Eigen::Map<const MatrixX3d>(joints3d.Row(n), num_joints, 3);
      }
      if (expected.columns > 0) {
        fit.joints3d_expected = Eigen::Map<const MatrixX3d>(expected.Row(n), num_joints, 3);
      }
      if (joints2d.columns > 0) {
        fit.joints2d = Eigen::Map<const decltype(fit.joints2d)>(joints2d.Row(n), num_joints, 2);
      }
      if (focal.columns > 0) fit.focal_px = Eigen::Map<const Eigen::Vector2d>(focal.Row(n));
      if (center.columns > 0) fit.center_px = Eigen::Map<const Eigen::Vector2d>(center.Row(n));
    }
  }

  // Rows of a key into a member of each result.
  template <typename Member>
  void ReadMember(const char* key, std::int64_t rows, std::int64_t columns, Member FitResult::*member,
                  ResultsFile* results) const {
    std::vector<std::int64_t> shape = {rows};
    if (columns > 1) shape.push_back(columns);
    const Table table = ReadTable(key, shape, false);
    if (table.values.empty()) return;
    for (std::int64_t n = 0; n < num_rows_; ++n) {
      results->rows[static_cast<size_t>(n)].fit.*member =
          Eigen::Map<const Member>(table.Row(n), rows, columns);
    }
  }

  void ReadCertainty(ResultsFile* results) const {
    if (num_rows_ == 0) return;
    const BodyParameters& first = results->rows[0].fit.parameters;
    const std::int64_t joints = first.body_pose.size() / 3 + 1, betas = first.betas.size();
    ReadMember("joints_std_m", joints, 1, &FitResult::joints_std_m, results);
    ReadMember("joints_relative_std_m", joints, 1, &FitResult::joints_relative_std_m, results);
    ReadMember("rotation_std_rad", joints, 3, &FitResult::rotation_std_rad, results);
    ReadMember("data_share", joints, 3, &FitResult::data_share, results);
    ReadMember("betas_std", betas, 1, &FitResult::betas_std, results);
    ReadMember("betas_data_share", betas, 1, &FitResult::betas_data_share, results);
    ReadLatent(results);
    ReadSegments(joints, results);
    ReadMember("transl_std_m", 3, 1, &FitResult::transl_std_m, results);
  }

  void ReadSegments(std::int64_t joints, ResultsFile* results) const {
    const Table scales = ReadTable("segment_scales", {joints}, false),
                camera = ReadTable("weak_camera", {3}, false);
    for (std::int64_t n = 0; scales.columns > 0 && camera.columns > 0 && n < num_rows_; ++n) {
      FitResult& fit = results->rows[static_cast<size_t>(n)].fit;
      if (!fit.usable) continue;
      fit.segment_scales = Eigen::Map<const Eigen::VectorXd>(scales.Row(n), scales.columns);
      fit.weak_camera_px = Eigen::Map<const Eigen::Vector3d>(camera.Row(n));
    }
  }

  void ReadLatent(ResultsFile* results) const {
    const Table latent = ReadTable("latent", {-1}, false);
    for (std::int64_t n = 0; latent.columns > 0 && n < num_rows_; ++n) {
      const Eigen::Map<const Eigen::VectorXd> row(latent.Row(n), latent.columns);
      if (row.allFinite()) results->rows[static_cast<size_t>(n)].fit.latent = row;
    }
  }

  void ReadHypotheses(ResultsFile* results) const {
    if (num_rows_ == 0 || !file_.Has("hypotheses_weight")) return;
    const BodyParameters& first = results->rows[0].fit.parameters;
    const std::int64_t joints = first.body_pose.size() / 3 + 1, betas = first.betas.size();
    const Table weight = ReadTable("hypotheses_weight", {-1}, true);
    const std::int64_t count = weight.columns;
    const Table poses = ReadTable("hypotheses_poses", {count, 3 * joints}, true);
    const Table shapes = ReadTable("hypotheses_betas", {count, betas}, true);
    const Table transl = ReadTable("hypotheses_transl", {count, 3}, true);
    const Table joints3d = ReadTable("hypotheses_joints3d", {count, joints, 3}, true);
    const Table cost = ReadTable("hypotheses_cost", {count}, true);
    for (std::int64_t n = 0; n < num_rows_; ++n) {
      for (std::int64_t k = 0; k < count; ++k) {
        const std::int64_t i = n * count + k;
        if (!(weight.values[static_cast<size_t>(i)] > 0)) continue;
        PossibleBody body;
        const double* pose = poses.values.data() + i * 3 * joints;
        body.parameters.global_orient = Eigen::Map<const Eigen::Vector3d>(pose);
        body.parameters.body_pose = Eigen::Map<const Eigen::VectorXd>(pose + 3, 3 * joints - 3);
        body.parameters.betas = Eigen::Map<const Eigen::VectorXd>(shapes.values.data() + i * betas, betas);
        body.parameters.transl = Eigen::Map<const Eigen::Vector3d>(transl.values.data() + i * 3);
        body.joints3d = Eigen::Map<const MatrixX3d>(joints3d.values.data() + i * 3 * joints, joints, 3);
        body.cost = cost.values[static_cast<size_t>(i)];
        body.weight = weight.values[static_cast<size_t>(i)];
        if (!body.parameters.body_pose.allFinite() || !body.parameters.global_orient.allFinite() ||
            !body.parameters.betas.allFinite() || !body.parameters.transl.allFinite() ||
            !body.joints3d.allFinite()) {
          throw InputError(file_.path(), StrCat("row ", n),
                           StrCat("hypothesis ", k, " has a weight but holds a number that is not finite"));
        }
        results->rows[static_cast<size_t>(n)].fit.hypotheses.push_back(std::move(body));
      }
    }
  }

  void ReadNames(ResultsFile* results) const {
    const std::int64_t joints =
        num_rows_ == 0 ? -1 : results->rows[0].fit.parameters.body_pose.size() / 3 + 1;
    if (file_.Has("joint_names")) {
      results->joint_names = file_.Read("joint_names", {joints}).ToStrings();
    } else if (joints == static_cast<std::int64_t>(SmplJointNames().size())) {
      results->joint_names = SmplJointNames();
    } else {
      for (std::int64_t j = 0; j < joints; ++j) results->joint_names.push_back(StrCat("joint ", j));
    }
    if (file_.Has("rotation_names"))
      results->rotation_names = file_.Read("rotation_names", {joints, 3}).ToStrings();
  }

  void ReadNumbers(ResultsFile* results) const {
    const auto each = [&](const char* key, double FitResult::*member) {
      const Table table = ReadTable(key, {}, false);
      for (size_t n = 0; n < table.values.size(); ++n) results->rows[n].fit.*member = table.values[n];
    };
    each("cost", &FitResult::cost);
    each("residual_median", &FitResult::residual_median);
    each("residual_mean", &FitResult::residual_mean);
    each("penetration_m", &FitResult::penetration_m);
    const auto each_count = [&](const char* key, int FitResult::*member) {
      if (!file_.Has(key)) return;
      const std::vector<std::int64_t> values = file_.Read(key, {num_rows_}).ToInts();
      for (size_t n = 0; n < values.size(); ++n) results->rows[n].fit.*member = static_cast<int>(values[n]);
    };
    each_count("num_keypoints", &FitResult::num_keypoints);
    each_count("num_starts", &FitResult::num_starts);
    each_count("num_minima", &FitResult::num_minima);
    each_count("winning_start", &FitResult::winning_start);
    each_count("num_iterations", &FitResult::num_iterations);
    if (!file_.Has("image_size")) return;
    const std::vector<std::int64_t> sizes = file_.Read("image_size", {num_rows_, 2}).ToInts();
    for (size_t n = 0; n < results->rows.size(); ++n) {
      results->rows[n].image_width = static_cast<int>(sizes[2 * n]);
      results->rows[n].image_height = static_cast<int>(sizes[2 * n + 1]);
    }
  }

  void ReadTerms(ResultsFile* results) const {
    if (!file_.Has("term_names")) return;
    const std::vector<std::string> names = file_.Read("term_names", {-1}).ToStrings();
    const Table costs = ReadTable("term_costs", {static_cast<std::int64_t>(names.size())}, true);
    for (std::int64_t n = 0; n < num_rows_; ++n) {
      std::vector<TermCost>& terms = results->rows[static_cast<size_t>(n)].fit.terms;
      for (size_t t = 0; t < names.size(); ++t) terms.push_back({names[t], costs.Row(n)[t]});
    }
  }

  ResultArrays file_;
  std::int64_t num_rows_ = 0;
};

}  // namespace

ResultsFile ReadResults(const std::string& path) { return ResultsReader(path).Read(); }

}  // namespace vitruvius
