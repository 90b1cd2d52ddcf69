#include "data/report/report_page.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>

#include <nlohmann/json.hpp>

#include "data/io/atomic_file.h"
#include "data/io/data_files.h"
#include "data/io/json_text.h"
#include "data/report/packed.h"
#include "data/report/page_parts.h"
#include "models/body/body_evaluator.h"
#include "models/camera/camera.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

constexpr char kThree[] = "/usr/share/javascript/three/three.min.js";
constexpr char kOrbitControls[] = "/usr/share/javascript/three/examples/js/controls/OrbitControls.js";
// In the order in which they stand in the page; page.js starts them.
const std::vector<std::string> kScripts = {"decode.js", "words.js",   "body.js",   "charts.js", "table.js",
                                           "view3d.js", "picture.js", "person.js", "page.js"};

constexpr char kThreeLicence[] = R"(/*
three.js, the MIT License, Copyright 2010-2019 three.js authors

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
*/
)";

using nlohmann::json;

std::string PackText(const json& value) { return Pack(JsonText(value)); }

// Values as 16-bit steps from their least to their largest.
template <typename Derived>
json Quantized16(const Eigen::DenseBase<Derived>& values) {
  const double low = values.size() > 0 ? values.minCoeff() : 0,
               high = values.size() > 0 ? values.maxCoeff() : 0;
  const double step = high > low ? (high - low) / 65535 : 1;
  std::vector<std::uint16_t> steps;
  steps.reserve(static_cast<size_t>(values.size()));
  for (Eigen::Index i = 0; i < values.rows(); ++i) {
    for (Eigen::Index k = 0; k < values.cols(); ++k)
      steps.push_back(static_cast<std::uint16_t>(std::lround((values(i, k) - low) / step)));
  }
  return {{"low", low}, {"step", step}, {"data", Pack(steps)}};
}

json PackTable(const ReportTable& table) {
  json texts = json::array(), numbers = json::array(), terms = json::array();
  for (const auto& [key, column] : table.texts)
    texts.push_back({{"key", key}, {"names", PackText(column.names)}, {"codes", Pack(column.codes)}});
  for (const auto& [key, column] : table.numbers) numbers.push_back({{"key", key}, {"data", Pack(column)}});
  for (size_t t = 0; t < table.term_names.size(); ++t)
    terms.push_back({{"key", table.term_names[t]}, {"data", Pack(table.term_costs[t])}});
  return {{"rows", table.num_rows()},     {"ids", PackText(table.ids)},
          {"usable", Pack(table.usable)}, {"texts", texts},
          {"numbers", numbers},           {"terms", terms},
          {"facts", table.facts},         {"run", ParseJson(table.run, "run.json")}};
}

std::vector<std::uint32_t> Rows(const std::vector<std::int64_t>& rows) { return {rows.begin(), rows.end()}; }

json PackBodies(const ReportBodies& bodies) {
  return {{"rows", Pack(Rows(bodies.rows))},
          {"joints", bodies.num_joints},
          {"shapes", bodies.num_betas},
          {"poses", Pack(bodies.poses)},
          {"betas", Pack(bodies.betas)},
          {"transl", Pack(bodies.transl)},
          {"deviations", Pack(bodies.joints_std_m)},
          {"relative", Pack(bodies.joints_relative_std_m)},
          {"shares", Pack(bodies.data_share_percent)},
          {"rotations", bodies.rotation_names},
          {"camera", Pack(bodies.camera)}};
}

// One block a keypoint set and kind.
json PackKeypoints(const std::vector<ReportKeypoints>& keypoints) {
  struct Block {
    const KeypointSet* set;
    Eigen::Index columns;
    std::vector<std::uint32_t> rows;
    std::vector<float> observed, fitted;
  };
  std::map<std::pair<std::string, Eigen::Index>, Block> blocks;
  for (const ReportKeypoints& person : keypoints) {
    VT_CHECK(person.set != nullptr);
    VT_CHECK_EQ(person.observed.rows(), person.fitted.rows());
    Block& block = blocks[{person.set->name, person.observed.cols()}];
    block.set = person.set;
    block.columns = person.observed.cols();
    block.rows.push_back(static_cast<std::uint32_t>(person.row));
    block.observed.insert(block.observed.end(), person.observed.data(),
                          person.observed.data() + person.observed.size());
    block.fitted.insert(block.fitted.end(), person.fitted.data(),
                        person.fitted.data() + person.fitted.size());
  }
  json packed = json::array();
  for (const auto& [key, block] : blocks) {
    json names = json::array();
    for (const KeypointSet::Point& point : block.set->points) names.push_back(point.name);
    packed.push_back({{"set", block.set->name},
                      {"names", names},
                      {"limbs", block.set->limbs},
                      {"columns", block.columns},
                      {"rows", Pack(block.rows)},
                      {"observed", Pack(block.observed)},
                      {"fitted", Pack(block.fitted)}});
  }
  return packed;
}

json PackReport(const Report& report, bool has_three) {
  json pictures = json::array();
  for (const ReportPicture& picture : report.pictures)
    pictures.push_back({{"row", picture.row}, {"url", "data:image/jpeg;base64," + Base64(picture.jpeg)}});
  json data = {{"version", VITRUVIUS_VERSION},
               {"folder", report.table.folder},
               {"table", PackTable(report.table)},
               {"statement", report.choice.statement},
               {"worst", report.choice.worst_usable},
               {"failed", report.choice.not_usable},
               {"pictures", pictures},
               {"keypoints", PackKeypoints(report.keypoints)},
               {"bodies", PackBodies(report.bodies)},
               {"body", nullptr}};
  if (report.model == nullptr) {
    data["no_view"] = report.no_bodies;
  } else if (!has_three) {
    data["no_view"] =
        StrCat("The 3D view needs three.js, which was not found at ", kThree,
               " when this page was made: install Debian's package libjs-three and make the page again.");
  } else {
    data["body"] = PackBody(*report.model);
  }
  return data;
}

std::string ThreeScript() {
  std::error_code error;
  for (const char* path : {kThree, kOrbitControls}) {
    if (!std::filesystem::is_regular_file(path, error)) return "";
  }
  constexpr std::uint64_t kMaxBytes = 8 << 20;
  return kThreeLicence + ReadFile(kThree, kMaxBytes) + "\n" + ReadFile(kOrbitControls, kMaxBytes);
}

}  // namespace

ReportKeypoints CompareKeypoints(std::int64_t row, const PersonObservation& person, const FitResult& result,
                                 const BodyModel& model) {
  VT_CHECK(person.set != nullptr);
  const Eigen::Index size = person.set->size(), dimension = person.is_3d() ? 3 : 2;
  ReportKeypoints keypoints;
  keypoints.row = row;
  keypoints.set = person.set;
  if (person.is_3d())
    keypoints.observed = person.keypoints3d.cast<float>();
  else
    keypoints.observed = person.keypoints2d.cast<float>();
  VT_CHECK_EQ(keypoints.observed.rows(), size);
  keypoints.fitted = RowMatrixXf::Constant(size, dimension, std::nanf(""));
  const std::shared_ptr<const BodyModel> borrowed(&model, [](const BodyModel*) {});
  const KeypointBinding binding = BindKeypoints(*person.set, model);
  BodyEvaluator evaluator(borrowed, binding.points);
  evaluator.Evaluate(result.parameters, false);
  const PerspectiveCamera camera = {result.focal_px, result.center_px};
  for (int i = 0; i < evaluator.num_points(); ++i) {
    const Eigen::Vector3d point = evaluator.points().row(i);
    auto fitted = keypoints.fitted.row(binding.keypoint_of_point[i]);
    if (person.is_3d())
      fitted = point.cast<float>().transpose();
    else if (point.z() > 0)
      fitted = camera.ImgFromCam(point).cast<float>().transpose();
  }
  return keypoints;
}

nlohmann::json PackBody(const BodyModel& model) {
  const Eigen::Index num_rows = 3 * model.num_vertices();
  // 8-bit steps, column by column: the page adds column after column.
  std::vector<float> steps;
  std::vector<std::int8_t> directions;
  directions.reserve(static_cast<size_t>(model.posedirs().size()));
  for (Eigen::Index column = 0; column < model.posedirs().cols(); ++column) {
    const float largest = model.posedirs().col(column).cwiseAbs().maxCoeff();
    const float step = largest > 0 ? largest / 127 : 1;
    steps.push_back(step);
    for (Eigen::Index i = 0; i < num_rows; ++i)
      directions.push_back(static_cast<std::int8_t>(std::lround(model.posedirs()(i, column) / step)));
  }
  std::vector<std::uint16_t> counts, joints, weights;
  for (int v = 0; v < model.num_vertices(); ++v) {
    std::uint16_t count = 0;
    for (SparseRowMatrixd::InnerIterator it(model.weights(), v); it; ++it) {
      const auto weight = static_cast<std::uint16_t>(std::lround(65535 * it.value()));
      if (weight == 0) continue;
      joints.push_back(static_cast<std::uint16_t>(it.col()));
      weights.push_back(weight);
      ++count;
    }
    counts.push_back(count);
  }
  std::vector<std::uint32_t> faces(model.faces().data(), model.faces().data() + model.faces().size());
  const RowMatrixXf joint_template = model.joint_template().cast<float>();
  const RowMatrixXf joint_shapes = model.joint_shapedirs().cast<float>();
  return {{"name", model.name()},
          {"vertices", model.num_vertices()},
          {"parents", model.parents()},
          {"names", model.joint_names()},
          {"shapes", model.num_betas()},
          {"template", Quantized16(model.v_template())},
          {"shapedirs", Quantized16(model.shapedirs())},
          {"joint_template",
           Pack(std::vector<float>(joint_template.data(), joint_template.data() + joint_template.size()))},
          {"joint_shapedirs",
           Pack(std::vector<float>(joint_shapes.data(), joint_shapes.data() + joint_shapes.size()))},
          {"posedirs", {{"steps", Pack(steps)}, {"data", Pack(directions)}}},
          {"weights", {{"counts", Pack(counts)}, {"joints", Pack(joints)}, {"values", Pack(weights)}}},
          {"faces", Pack(faces)}};
}

std::string ReportPage(const Report& report) {
  const std::string three = ThreeScript();
  std::filesystem::path folder = std::filesystem::path(report.table.folder).lexically_normal();
  if (!folder.has_filename()) folder = folder.parent_path();
  const std::map<std::string, std::string> parts = {{"title", Html(folder.filename().string())},
                                                    {"style", ReadFile(DataFile("report/page.css"))},
                                                    {"data", JsonScript(PackReport(report, !three.empty()))},
                                                    {"three", report.model != nullptr ? Script(three) : ""},
                                                    {"script", Script(JoinScripts(kScripts))}};
  return FillFrame("page.html", parts);
}

}  // namespace vitruvius
