// What goes into the report's page: columns, choice of people, packed body, escaped words.
#include <algorithm>
#include <cmath>
#include <regex>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>
#include <nlohmann/json.hpp>

#include "data/io/npz.h"
#include "data/io/result_writer.h"
#include "data/report/packed.h"
#include "data/report/report_page.h"
#include "models/body/mannequin.h"
#include "models/body/segment_shape.h"
#include "models/util/check.h"
#include "models/util/rng.h"
#include "tests/util/places.h"
#include "tests/util/run_program.h"

namespace vitruvius::report_test {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string FromBase64(const std::string& text) {
  static const std::string kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  unsigned group = 0;
  int bits = 0;
  for (const char c : text) {
    if (c == '=') break;
    group = group << 6 | static_cast<unsigned>(kDigits.find(c));
    bits += 6;
    if (bits >= 8) bytes += static_cast<char>(group >> (bits -= 8) & 255);
  }
  return bytes;
}

template <typename T>
std::vector<T> Unpacked(const nlohmann::json& text) {
  const std::string packed = FromBase64(text.get<std::string>());
  std::vector<T> values(1 << 23);
  uLongf size = values.size() * sizeof(T);
  EXPECT_EQ(uncompress(reinterpret_cast<Bytef*>(values.data()), &size,
                       reinterpret_cast<const Bytef*>(packed.data()), packed.size()),
            Z_OK);
  values.resize(size / sizeof(T));
  return values;
}

// Row i of a made-up run: every fifth person is not usable; residuals are in no order.
FitResult MakeFit(int i) {
  FitResult fit;
  fit.id = "p" + std::to_string(i);
  fit.usable = i % 5 != 4;
  fit.milliseconds = 10 + i;
  if (!fit.usable) {
    fit.reason = i % 10 == 4 ? reason::kTooFewKeypoints : reason::kPoorFit;
    fit.detail = "what was found";
    return fit;
  }
  const std::shared_ptr<const BodyModel> model = Mannequin();
  Rng rng(static_cast<std::uint64_t>(i) + 1);
  fit.parameters = BodyParameters::Zero(*model);
  for (double& angle : fit.parameters.body_pose) angle = 0.4 * rng.Normal();
  for (double& beta : fit.parameters.betas) beta = rng.Normal();
  fit.parameters.global_orient = {EIGEN_PI, 0.2, 0.1};
  fit.parameters.transl = {0.1, 0.2, 4};
  BodyEvaluator joints(model, PointSet::AllJoints(*model));
  joints.Evaluate(fit.parameters, false);
  fit.joints3d = fit.joints3d_expected = joints.points();
  fit.joints2d.setZero(model->num_joints(), 2);
  fit.joints2d.row(0) << 300, 400;  // the box's diagonal is 500 px
  fit.joints_std_m = Eigen::VectorXd::Constant(model->num_joints(), 0.02 + 0.001 * i);
  fit.focal_px.setConstant(1000);
  fit.center_px.setConstant(500);
  fit.focal_source = "assumed";
  fit.cost = 100 + i;
  fit.residual_median = (i * 7) % 97 + 1;
  fit.num_keypoints = 25;
  fit.num_minima = 1 + i % 3;
  fit.winning_start = 0;
  fit.terms = {{"reprojection", 60.0}, {"pose_prior", 40.0 + i}};
  return fit;
}

void WriteResults(const std::string& folder, int count) {
  ResultsWriter results(folder, *Mannequin());
  ManifestWriter manifest(folder);
  for (int i = 0; i < count; ++i) {
    const FitResult fit = MakeFit(i);
    PersonObservation person;
    person.id = fit.id;
    person.source = "file.json";
    person.set = FindKeypointSet("openpose25");
    person.image_width = person.image_height = 1000;
    manifest.Append(fit, person, results.num_rows());
    results.Append(fit, person);
  }
  results.Finish();
}

TEST(ReportTable, HoldsEveryColumnAndWhatTheManifestKnows) {
  const TestFolder folder;
  WriteResults(folder.path(), 20);
  // A column of tomorrow, and one that is more than a column.
  const NpzReader reader(folder / "results.npz");
  std::map<std::string, NpyArray> arrays;
  for (const std::string& key : reader.Keys()) arrays[key] = reader.Read(key);
  const std::vector<double> depth(20, 0.5);
  arrays["penetration_m"] = NpyArray::FromDoubles(depth.data(), {20});
  arrays["flags"] = NpyArray::FromStrings(std::vector<std::string>(20, "left_right"));
  arrays["something_wide"] = NpyArray::FromDoubles(depth.data(), {20, 1});
  WriteNpz(folder / "results.npz", arrays);

  const ReportTable table = ReadReportTable(folder.path());
  ASSERT_EQ(table.num_rows(), 20);
  EXPECT_EQ(table.ids[3], "p3");
  EXPECT_FALSE(table.usable[4]);
  EXPECT_EQ(ReasonAt(table, 4), reason::kTooFewKeypoints);
  EXPECT_EQ(table.texts.at("detail").at(4), "what was found");
  EXPECT_EQ(table.texts.at("source").at(0), "file.json");
  EXPECT_EQ(table.texts.at("flags").at(19), "left_right");
  EXPECT_EQ(table.facts.at("model"), "mannequin");
  EXPECT_EQ(table.facts.at("keypoint_set"), "openpose25");
  EXPECT_EQ(table.numbers.count("something_wide"), 0u);
  EXPECT_FLOAT_EQ(NumberAt(table, "penetration_m", 7, 0), 0.5f);
  EXPECT_FLOAT_EQ(NumberAt(table, "milliseconds", 7, 0), 17.0f);
  EXPECT_FLOAT_EQ(NumberAt(table, "joints_std_median_m", 10, 0), 0.03f);
  EXPECT_TRUE(std::isnan(NumberAt(table, "joints_std_median_m", 4, 0)));
  EXPECT_FLOAT_EQ(NumberAt(table, "residual_percent", 1, 0), 100 * 8 / 500.0f);
  EXPECT_TRUE(std::isnan(NumberAt(table, "residual_percent", 4, 0)));
  ASSERT_EQ(table.term_names.size(), 2u);
  EXPECT_FLOAT_EQ(table.term_costs[0][2], 42.0f);
}

TEST(ReportTable, AForeignManifestAndABrokenLastLineChangeNothing) {
  const TestFolder folder;
  WriteResults(folder.path(), 3);
  const std::string own = ReadAll(folder / "manifest.jsonl");
  WriteAll(folder / "manifest.jsonl", R"({"id": "somebody", "row": 1, "milliseconds": 1e6, "source": "x"})"
                                      "\n"
                                      R"({"id": "p0", "row": 99})"
                                      "\n" +
                                          own + R"({"id": "p0", "ro)");
  const ReportTable table = ReadReportTable(folder.path());
  EXPECT_FLOAT_EQ(NumberAt(table, "milliseconds", 1, 0), 11.0f);
  EXPECT_EQ(table.texts.at("source").at(1), "file.json");
  WriteAll(folder / "manifest.jsonl", "{\"id\"\n" + own);
  EXPECT_THROW(ReadReportTable(folder.path()), InputError);
  std::filesystem::remove(folder / "manifest.jsonl");
  EXPECT_EQ(ReadReportTable(folder.path()).num_rows(), 3);
  std::filesystem::remove(folder / "results.npz");
  EXPECT_THROW(ReadReportTable(folder.path()), InputError);
}

TEST(ReportChoice, TakesAllOrTheWorstTheBestAndOthers) {
  const TestFolder folder;
  WriteResults(folder.path(), 100);
  const ReportTable table = ReadReportTable(folder.path());
  EXPECT_EQ(ChooseRows(table, 80, 24).bodies.size(), 80u);
  const ReportChoice choice = ChooseRows(table, 20, 10);
  ASSERT_EQ(choice.bodies.size(), 20u);
  EXPECT_TRUE(std::is_sorted(choice.bodies.begin(), choice.bodies.end()));
  EXPECT_EQ(std::set<std::int64_t>(choice.bodies.begin(), choice.bodies.end()).size(), 20u);
  EXPECT_THAT(choice.statement, HasSubstr("20 of 80"));
  std::vector<float> residuals;
  for (std::int64_t n = 0; n < 100; ++n) {
    if (table.usable[static_cast<size_t>(n)]) residuals.push_back(NumberAt(table, "residual_percent", n, 0));
  }
  std::sort(residuals.begin(), residuals.end());
  int worst = 0, best = 0;
  for (const std::int64_t row : choice.bodies) {
    ASSERT_TRUE(table.usable[static_cast<size_t>(row)]);
    worst += NumberAt(table, "residual_percent", row, 0) >= residuals[residuals.size() - 8];
    best += NumberAt(table, "residual_percent", row, 0) <= residuals[3];
  }
  EXPECT_GE(worst, 8);
  EXPECT_GE(best, 4);
  EXPECT_EQ(choice.worst_usable.size(), 5u);
  EXPECT_EQ(NumberAt(table, "residual_percent", choice.worst_usable[0], 0), residuals.back());
  ASSERT_EQ(choice.not_usable.size(), 5u);
  EXPECT_NE(ReasonAt(table, choice.not_usable[0]), ReasonAt(table, choice.not_usable[1]));
  // The same choice every time.
  EXPECT_EQ(ChooseRows(table, 20, 10).bodies, choice.bodies);
}

TEST(ReportBodies, AreThoseOfTheResults) {
  const TestFolder folder;
  WriteResults(folder.path(), 10);
  const ReportTable table = ReadReportTable(folder.path());
  const ReportBodies bodies = ReadReportBodies(folder.path(), {2, 8});
  const FitResult fit = bodies.Result(1, table), written = MakeFit(8);
  constexpr double kFloat = 1e-6;  // single precision of radians and metres
  EXPECT_EQ(fit.id, "p8");
  EXPECT_LT((fit.parameters.body_pose - written.parameters.body_pose).norm(), 10 * kFloat);
  EXPECT_LT((fit.parameters.global_orient - written.parameters.global_orient).norm(), kFloat);
  EXPECT_LT((fit.parameters.betas - written.parameters.betas).norm(), 10 * kFloat);
  EXPECT_LT((fit.parameters.transl - written.parameters.transl).norm(), kFloat);
  EXPECT_EQ(fit.focal_px, written.focal_px);
  EXPECT_THROW(ReadReportBodies(folder.path(), {10}), InputError);
}

// Arrays that results may hold or not: what the keypoints said of each rotation, deviations around the root.
TEST(ReportBodies, TakeWhatElseIsKnownOfTheJoints) {
  const TestFolder folder;
  WriteResults(folder.path(), 5);
  const NpzReader reader(folder / "results.npz");
  std::map<std::string, NpyArray> arrays;
  for (const std::string& key : reader.Keys()) arrays[key] = reader.Read(key);
  for (const char* key : {"data_share", "rotation_names", "joints_relative_std_m"}) arrays.erase(key);
  WriteNpz(folder / "results.npz", arrays);
  EXPECT_TRUE(ReadReportBodies(folder.path(), {0}).rotation_names.empty());
  EXPECT_TRUE(ReadReportBodies(folder.path(), {0}).joints_relative_std_m.empty());
  std::vector<double> shares(5 * 72, 0.25);
  shares[3 * 72 + 1] = std::nan("");
  arrays["data_share"] = NpyArray::FromDoubles(shares.data(), {5, 24, 3});
  arrays["rotation_names"] = NpyArray::FromStrings(std::vector<std::string>(72, "twist"));
  arrays["rotation_names"].shape = {24, 3};
  // As many names as people: still names of joints.
  arrays["joint_names"] = NpyArray::FromStrings(std::vector<std::string>(5, "joint"));
  arrays["joints_relative_std_m"] = NpyArray::FromDoubles(std::vector<double>(5 * 24, 0.01).data(), {5, 24});
  WriteNpz(folder / "results.npz", arrays);
  const ReportBodies bodies = ReadReportBodies(folder.path(), {0, 3});
  ASSERT_EQ(bodies.data_share_percent.size(), 144u);
  EXPECT_EQ(bodies.data_share_percent[0], 25);
  EXPECT_EQ(bodies.data_share_percent[73], 100);  // not known is not undetermined
  EXPECT_EQ(bodies.rotation_names.size(), 72u);
  EXPECT_EQ(bodies.joints_relative_std_m.size(), 48u);
  const ReportTable table = ReadReportTable(folder.path());
  EXPECT_EQ(table.texts.count("joint_names"), 0u);
  EXPECT_FLOAT_EQ(NumberAt(table, "joints_relative_std_median_m", 0, 0), 0.01f);
  arrays["data_share"] = NpyArray::FromDoubles(shares.data(), {5, 72});
  WriteNpz(folder / "results.npz", arrays);
  EXPECT_THROW(ReadReportBodies(folder.path(), {0}), InputError);
}

TEST(ReportBodies, OfSegmentsBecomeParametric) {
  const TestFolder folder;
  const auto model = Mannequin();
  Rng rng(3);
  FitResult fit;
  fit.id = "a";
  fit.usable = true;
  fit.parameters = BodyParameters::Zero(*model);
  for (double& x : fit.parameters.body_pose) x = 0.2 * rng.Normal();
  fit.parameters.transl = {0, 0, 5};
  fit.joints3d = MatrixX3d::Zero(24, 3);
  fit.joints2d.setZero(24, 2);
  fit.segment_scales = Eigen::VectorXd::Constant(24, 1.1);
  fit.weak_camera_px = {200, 30, 40};
  ResultsWriter writer(folder.path(), *model, 0, 0, true);
  writer.Append(fit, PersonObservation());
  writer.Finish();
  const ReportTable table = ReadReportTable(folder.path());
  ReportBodies bodies = ReadReportBodies(folder.path(), {0});
  EXPECT_NEAR(bodies.Result(0, table).segment_scales[5], 1.1, 1e-6);
  EXPECT_EQ(bodies.Result(0, table).weak_camera_px[1], 30);
  const SegmentsAsBody expected = AsParametricBody(*model, fit.parameters, fit.segment_scales);
  EXPECT_NEAR(bodies.LeaveSegments(*model), expected.moved_m.mean(), 1e-6);
  const FitResult left = bodies.Result(0, table);
  EXPECT_EQ(left.segment_scales.size(), 0);
  EXPECT_TRUE(left.parameters.betas.isApprox(expected.parameters.betas, 1e-5));
  EXPECT_GT(left.parameters.betas.norm(), 0.5);
  EXPECT_TRUE(left.parameters.transl.isApprox(expected.parameters.transl, 1e-5));
  EXPECT_EQ(bodies.LeaveSegments(*model), 0);  // there are none any more
}

TEST(ReportPage, ABodyIsPackedToATenthOfAMillimetre) {
  const std::shared_ptr<const BodyModel> model = Mannequin();
  const nlohmann::json body = PackBody(*model);
  constexpr double kRounding_m = 1e-4;
  const std::vector<std::uint16_t> steps = Unpacked<std::uint16_t>(body["template"]["data"]);
  ASSERT_EQ(steps.size(), static_cast<size_t>(3 * model->num_vertices()));
  for (size_t i = 0; i < steps.size(); ++i) {
    const double value =
        body["template"]["low"].get<double>() + body["template"]["step"].get<double>() * steps[i];
    ASSERT_NEAR(value, model->v_template().data()[i], kRounding_m);
  }
  const std::vector<std::int8_t> directions = Unpacked<std::int8_t>(body["posedirs"]["data"]);
  const std::vector<float> scale = Unpacked<float>(body["posedirs"]["steps"]);
  ASSERT_EQ(directions.size(), static_cast<size_t>(model->posedirs().size()));
  for (Eigen::Index column = 0; column < model->posedirs().cols(); column += 17) {
    for (Eigen::Index row = 0; row < model->posedirs().rows(); row += 101) {
      const auto at = static_cast<size_t>(column * model->posedirs().rows() + row);
      ASSERT_NEAR(scale[static_cast<size_t>(column)] * static_cast<float>(directions[at]),
                  model->posedirs()(row, column), 0.51 * scale[static_cast<size_t>(column)]);
    }
  }
  EXPECT_EQ(Unpacked<std::uint32_t>(body["faces"]).size(), static_cast<size_t>(3 * model->num_faces()));
}

TEST(ReportPage, HostileWordsStayWords) {
  const TestFolder folder;
  const std::string id = "</script><img src=x onerror=alert(1)><!--";
  {
    ResultsWriter results(folder / "<b>&", *Mannequin());
    FitResult fit = MakeFit(0);
    fit.id = id;
    PersonObservation person;
    person.image_path = "\"><script>alert(2)</script>";
    results.Append(fit, person);
    results.Finish();
  }
  Report report;
  report.table = ReadReportTable(folder / "<b>&");
  report.table.facts["model"] = id;  // words that stand in the page as they are
  report.choice = ChooseRows(report.table, 10, 0);
  report.bodies = ReadReportBodies(folder / "<b>&", report.choice.bodies);
  report.model = Mannequin();
  const std::string page = ReportPage(report);
  EXPECT_THAT(page, Not(HasSubstr("<img src=x")));
  EXPECT_THAT(page, Not(HasSubstr("<script>alert")));
  EXPECT_THAT(page, HasSubstr("<title>&lt;b&gt;&amp;"));
  // Three elements begin as scripts and three end; none of the data does either.
  const auto count = [&](const char* pattern) {
    const std::regex expression(pattern, std::regex::icase);
    return std::distance(std::sregex_iterator(page.begin(), page.end(), expression), std::sregex_iterator());
  };
  EXPECT_EQ(count("<script"), 3);
  EXPECT_EQ(count("</script"), 3);
  EXPECT_EQ(ReportPage(report), page);
  // Nothing is fetched from anywhere.
  EXPECT_EQ(count("(src|href)=\"?https?:"), 0);
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
}

TEST(ReportPage, KnowsEveryReason) {
  const std::string header = ReadAll(SourceFolder() + "/models/scene/fit_result.h");
  const std::string words = ReadAll(SourceFolder() + "/data/report/words.js");
  const std::regex code(R"re(char k\w+\[\] = "([a-z_]+)";)re");
  int count = 0;
  for (std::sregex_iterator it(header.begin(), header.end(), code), end; it != end; ++it, ++count) {
    EXPECT_THAT(words, HasSubstr("\n  " + (*it)[1].str() + ": '"))
        << "data/report/words.js says nothing on it";
  }
  EXPECT_GT(count, 8);
}

TEST(ReportPage, AnEmptyFolderOfResultsHasAPage) {
  const TestFolder folder;
  WriteResults(folder.path(), 0);
  Report report;
  report.table = ReadReportTable(folder.path());
  report.choice = ChooseRows(report.table, 10, 10);
  report.bodies = ReadReportBodies(folder.path(), report.choice.bodies);
  report.model = Mannequin();
  EXPECT_GT(ReportPage(report).size(), 1000u);
}

TEST(Packed, IsBase64OfZlib) {
  EXPECT_EQ(Base64("any carnal pleas"), "YW55IGNhcm5hbCBwbGVhcw==");
  EXPECT_EQ(Base64(""), "");
  const std::vector<float> values = {1, -2.5f, 1e9f};
  EXPECT_EQ(Unpacked<float>(Pack(values)), values);
  EXPECT_TRUE(Unpacked<float>(Pack(std::vector<float>())).empty());
}

}  // namespace
}  // namespace vitruvius::report_test
