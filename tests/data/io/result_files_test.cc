#include "data/io/result_writer.h"

#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "data/io/npz.h"
#include "models/body/anatomy.h"
#include "models/util/rng.h"
#include "tests/data/io/io_test_util.h"

namespace vitruvius::result_files_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Three vertices, two joints, one beta.
std::shared_ptr<const BodyModel> TinyBody() {
  BodyModelData data;
  data.name = "tiny";
  data.gender = "female";
  data.v_template.resize(3, 3);
  data.v_template << 0, 0, 0, 0, 1, 0, 1, 1, 0;
  data.faces.resize(1, 3);
  data.faces << 0, 1, 2;
  data.shapedirs = RowMatrixXd::Constant(9, 1, 0.1);
  RowMatrixXd regressor(2, 3), weights(3, 2);
  regressor << 1, 0, 0, 0, 1, 0;
  weights << 1, 0, 0, 1, 0, 1;
  data.joint_regressor = regressor.sparseView();
  data.weights = weights.sparseView();
  data.parents = {-1, 0};
  return BodyModel::Create(data);
}

FitResult SomeResult(const std::string& id, std::uint64_t seed) {
  Rng rng(seed);
  FitResult fit;
  fit.id = id;
  fit.usable = true;
  for (int i = 0; i < 3; ++i) fit.parameters.global_orient(i) = rng.Normal();
  fit.parameters.body_pose = Eigen::Vector3d(rng.Normal(), rng.Normal(), rng.Normal());
  fit.parameters.betas = Eigen::VectorXd::Constant(1, rng.Normal());
  fit.parameters.transl = Eigen::Vector3d(rng.Normal(), rng.Normal(), 5);
  fit.joints3d = MatrixX3d::Constant(2, 3, rng.Normal());
  fit.joints2d.setConstant(2, 2, rng.Normal());
  fit.focal_px = Eigen::Vector2d(1000, 1001);
  fit.center_px = Eigen::Vector2d(320, 240);
  fit.focal_source = "assumed";
  fit.cost = 12.5;
  fit.terms = {{"reprojection", 10}, {"pose_prior", 2.5}};
  fit.residual_median = 3.25;
  fit.penetration_m = 0.0125;
  fit.num_keypoints = 17;
  fit.num_starts = 4;
  fit.winning_start = 2;
  fit.num_iterations = 33;
  fit.milliseconds = 12.3456789;
  return fit;
}

PersonObservation SomePerson(const std::string& id) {
  PersonObservation person;
  person.id = id;
  person.source = "in/" + id + ".json";
  person.image_path = id + ".jpg";
  person.set = FindKeypointSet("coco17");
  person.image_width = 640;
  person.image_height = 480;
  person.identity.capture = "in/walk";
  person.identity.subject = "subject " + id;
  person.identity.frame = 3000000000 + id[0];
  person.identity.time_s = 0.125;
  person.identity.camera = "left";
  return person;
}

FitResult FailedResult(const std::string& id) {
  FitResult fit;
  fit.id = id;
  fit.reason = reason::kTooFewKeypoints;
  fit.detail = "only \"two\" of 17";
  return fit;
}

class ResultFiles : public ::testing::Test {
 protected:
  // Good, failed, good with another term and set.
  void WriteThree(const std::string& folder) {
    ResultsWriter writer(folder, *body_);
    writer.Append(SomeResult("a", 1), SomePerson("a"));
    writer.Append(FailedResult("b\xc3\xb1"), SomePerson("b\xc3\xb1"));
    FitResult third = SomeResult("c", 3);
    third.terms = {{"joint_limits", 7}};
    third.reason = "poor_fit";
    PersonObservation person = SomePerson("c");
    person.set = FindKeypointSet("openpose25");
    writer.Append(third, person);
    EXPECT_EQ(writer.num_rows(), 3);
    writer.Finish();
  }
  const TemporaryFolder folder_;
  const std::shared_ptr<const BodyModel> body_ = TinyBody();
};

TEST_F(ResultFiles, RoundTripIsExact) {
  WriteThree(folder_ / "out");
  const ResultsFile results = ReadResults(folder_ / "out");
  EXPECT_EQ(results.body.name, "tiny");
  EXPECT_EQ(results.body.gender, "female");
  EXPECT_EQ(results.frame_rate_hz, 0);
  ASSERT_EQ(results.rows.size(), 3u);
  const FitResult expected = SomeResult("a", 1);
  const FitResult& read = results.rows[0].fit;
  EXPECT_EQ(read.id, "a");
  EXPECT_TRUE(read.usable);
  EXPECT_EQ(read.reason, "ok");
  EXPECT_EQ(read.parameters.global_orient, expected.parameters.global_orient);
  EXPECT_EQ(read.parameters.body_pose, expected.parameters.body_pose);
  EXPECT_EQ(read.parameters.betas, expected.parameters.betas);
  EXPECT_EQ(read.parameters.transl, expected.parameters.transl);
  EXPECT_EQ(read.joints3d, expected.joints3d);
  EXPECT_EQ(read.joints2d, expected.joints2d);
  EXPECT_EQ(read.focal_px, expected.focal_px);
  EXPECT_EQ(read.center_px, expected.center_px);
  EXPECT_EQ(read.focal_source, "assumed");
  EXPECT_EQ(read.cost, 12.5);
  EXPECT_EQ(read.residual_median, 3.25);
  EXPECT_EQ(read.penetration_m, 0.0125);
  EXPECT_EQ(read.num_keypoints, 17);
  EXPECT_EQ(read.num_starts, 4);
  EXPECT_EQ(read.winning_start, 2);
  EXPECT_EQ(read.num_iterations, 33);
  ASSERT_EQ(read.terms.size(), 3u);
  EXPECT_EQ(read.terms[1].name, "pose_prior");
  EXPECT_EQ(read.terms[1].cost, 2.5);
  EXPECT_EQ(read.terms[0].cost, 0);
  EXPECT_EQ(results.rows[0].keypoint_set, "coco17");
  EXPECT_EQ(results.rows[0].image_path, "a.jpg");
  EXPECT_EQ(results.rows[0].image_height, 480);
  EXPECT_EQ(results.rows[1].fit.id, "b\xc3\xb1");
  EXPECT_FALSE(results.rows[1].fit.usable);
  EXPECT_EQ(results.rows[1].fit.reason, "too_few_keypoints");
  EXPECT_EQ(results.rows[1].fit.winning_start, -1);
  EXPECT_TRUE(results.rows[1].fit.parameters.body_pose.isZero());
  EXPECT_EQ(results.rows[2].keypoint_set, "openpose25");
  EXPECT_EQ(results.rows[2].fit.terms[0].name, "joint_limits");
  EXPECT_EQ(results.rows[2].fit.terms[0].cost, 7);
}

// Who, when and through which camera; what the input did not say stays unsaid.
TEST_F(ResultFiles, CarryIdentity) {
  {
    ResultsWriter writer(folder_.path(), *body_);
    writer.Append(SomeResult("a", 1), SomePerson("a"));
    writer.Append(SomeResult("b", 2), PersonObservation());
    writer.Append(FailedResult("c"), SomePerson("c"));
    writer.Finish();
  }
  const ResultsFile results = ReadResults(folder_.path());
  ASSERT_EQ(results.rows.size(), 3u);
  for (const size_t n : {0, 2}) {
    const Identity& identity = results.rows[n].identity;
    EXPECT_EQ(identity.capture, "in/walk");
    EXPECT_EQ(identity.subject, n == 0 ? "subject a" : "subject c");
    EXPECT_EQ(identity.frame, 3000000000 + (n == 0 ? 'a' : 'c'));
    EXPECT_EQ(identity.time_s, 0.125);
    EXPECT_EQ(identity.camera, "left");
  }
  const Identity& unknown = results.rows[1].identity;
  EXPECT_EQ(unknown.capture + unknown.subject + unknown.camera, "");
  EXPECT_EQ(unknown.frame, -1);
  EXPECT_TRUE(std::isnan(unknown.time_s));
  const NpzReader file(folder_ / "results.npz");
  EXPECT_THAT(file.Shape("frame"), ElementsAre(3));
  EXPECT_THAT(file.Shape("time_s"), ElementsAre(3));
  EXPECT_EQ(file.Read("frame").item_size, 8);
}

// What fits know of themselves, and the other bodies they found.
FitResult CertainResult(const std::string& id, std::uint64_t seed) {
  FitResult fit = SomeResult(id, seed);
  Rng rng(seed + 1000);
  const auto random = [&] { return rng.Uniform(0, 1); };
  fit.joints3d_expected = MatrixX3d::NullaryExpr(2, 3, random);
  fit.joints_std_m = Eigen::VectorXd::NullaryExpr(2, random);
  fit.joints_relative_std_m = Eigen::VectorXd::NullaryExpr(2, random);
  fit.rotation_std_rad = MatrixX3d::NullaryExpr(2, 3, random);
  fit.data_share = MatrixX3d::NullaryExpr(2, 3, random);
  fit.betas_std = Eigen::VectorXd::NullaryExpr(1, random);
  fit.betas_data_share = Eigen::VectorXd::NullaryExpr(1, random);
  fit.transl_std_m = Eigen::Vector3d(random(), random(), random());
  fit.flags = {"depth_flip:left_forearm", "saturated:nose"};
  fit.num_minima = 3;
  for (const double weight : {0.75, 0.125}) {
    PossibleBody body;
    body.parameters = SomeResult(id, seed + static_cast<std::uint64_t>(100 * weight)).parameters;
    body.joints3d = MatrixX3d::NullaryExpr(2, 3, random);
    body.cost = 1 / weight;
    body.weight = weight;
    fit.hypotheses.push_back(body);
  }
  return fit;
}

TEST_F(ResultFiles, CertaintyFlagsAndHypothesesComeBack) {
  constexpr int kHypotheses = 3;  // one more than were found
  const FitResult expected = CertainResult("a", 1);
  {
    ResultsWriter writer(folder_.path(), *body_, kHypotheses);
    writer.Append(expected, SomePerson("a"));
    writer.Append(FailedResult("b"), SomePerson("b"));
    writer.Finish();
  }
  const ResultsFile results = ReadResults(folder_.path());
  EXPECT_EQ(results.joint_names, body_->joint_names());
  ASSERT_EQ(results.rotation_names.size(), 6u);
  EXPECT_EQ(results.rotation_names[0], AnatomicalAxes(*body_)[0].names[0]);
  const FitResult& read = results.rows[0].fit;
  EXPECT_EQ(read.joints3d_expected, expected.joints3d_expected);
  EXPECT_EQ(read.joints_std_m, expected.joints_std_m);
  EXPECT_EQ(read.joints_relative_std_m, expected.joints_relative_std_m);
  EXPECT_EQ(read.rotation_std_rad, expected.rotation_std_rad);
  EXPECT_EQ(read.data_share, expected.data_share);
  EXPECT_EQ(read.betas_std, expected.betas_std);
  EXPECT_EQ(read.betas_data_share, expected.betas_data_share);
  EXPECT_EQ(read.transl_std_m, expected.transl_std_m);
  EXPECT_EQ(read.flags, expected.flags);
  EXPECT_EQ(read.num_minima, 3);
  ASSERT_EQ(read.hypotheses.size(), 2u);
  for (int k = 0; k < 2; ++k) {
    const PossibleBody &body = read.hypotheses[k], &wanted = expected.hypotheses[k];
    EXPECT_EQ(body.weight, wanted.weight);
    EXPECT_EQ(body.cost, wanted.cost);
    EXPECT_EQ(body.joints3d, wanted.joints3d);
    EXPECT_EQ(body.parameters.global_orient, wanted.parameters.global_orient);
    EXPECT_EQ(body.parameters.body_pose, wanted.parameters.body_pose);
    EXPECT_EQ(body.parameters.betas, wanted.parameters.betas);
    EXPECT_EQ(body.parameters.transl, wanted.parameters.transl);
  }
  const FitResult& failed = results.rows[1].fit;
  EXPECT_TRUE(failed.hypotheses.empty() && failed.flags.empty());
  EXPECT_TRUE(failed.joints_std_m.array().isNaN().all());  // zero would be sure
  EXPECT_TRUE(failed.data_share.array().isNaN().all());

  const NpzReader file(folder_ / "results.npz");
  EXPECT_EQ(file.Read("hypotheses_poses").ShapeName(), "(2, 3, 6)");
  EXPECT_EQ(file.Read("hypotheses_joints3d").ShapeName(), "(2, 3, 2, 3)");
  EXPECT_EQ(file.Read("rotation_names").ShapeName(), "(2, 3)");
  EXPECT_EQ(file.Read("flags").ToStrings()[0], "depth_flip:left_forearm;saturated:nose");
  const std::vector<double> weights = file.Read("hypotheses_weight").ToDoubles();
  EXPECT_THAT(weights, ElementsAre(0.75, 0.125, 0, 0, 0, 0));
  EXPECT_TRUE(std::isnan(file.Read("hypotheses_poses").ToDoubles()[2 * 6]));
}

TEST_F(ResultFiles, LatentsComeBackAndAreUnknownWhereThereWasNone) {
  FitResult with = CertainResult("a", 1);
  with.latent.setLinSpaced(4, -1, 2);
  {
    ResultsWriter writer(folder_.path(), *body_, 0, 4);
    writer.Append(with, SomePerson("a"));
    writer.Append(FailedResult("b"), SomePerson("b"));
    with.latent.resize(5);
    EXPECT_THROW(writer.Append(with, SomePerson("a")), ContractError);
  }
  {
    with.latent.setLinSpaced(4, -1, 2);
    ResultsWriter writer(folder_.path(), *body_, 0, 4);
    writer.Append(with, SomePerson("a"));
    writer.Append(FailedResult("b"), SomePerson("b"));
    writer.Finish();
  }
  const ResultsFile results = ReadResults(folder_.path());
  EXPECT_EQ(results.rows[0].fit.latent, with.latent);
  EXPECT_EQ(results.rows[1].fit.latent.size(), 0);
  const NpzReader file(folder_ / "results.npz");
  EXPECT_EQ(file.Read("latent").ShapeName(), "(2, 4)");
  EXPECT_TRUE(std::isnan(file.Read("latent").ToDoubles()[4]));
}

TEST_F(ResultFiles, HypothesesOfAnotherSizeAreErrors) {
  ResultsWriter writer(folder_.path(), *body_, 2);
  FitResult fit = CertainResult("a", 1);
  fit.hypotheses[1].parameters.body_pose = Eigen::VectorXd::Zero(69);
  EXPECT_THROW(writer.Append(fit, SomePerson("a")), ContractError);
  EXPECT_THROW(ResultsWriter(folder_.path(), *body_, -1), ContractError);
}

TEST_F(ResultFiles, HypothesesThatAreNotFiniteAreNamed) {
  {
    ResultsWriter writer(folder_.path(), *body_, 2);
    writer.Append(CertainResult("a", 1), SomePerson("a"));
    writer.Finish();
  }
  const NpzReader file(folder_ / "results.npz");
  std::map<std::string, NpyArray> arrays;
  for (const std::string& key : file.Keys()) arrays[key] = file.Read(key);
  const std::vector<double> values(12, NAN);
  arrays["hypotheses_poses"] = NpyArray::FromDoubles(values.data(), {1, 2, 6});
  WriteNpz(folder_ / "changed.npz", arrays);
  EXPECT_THAT(ErrorOf([&] { ReadResults(folder_ / "changed.npz"); }),
              HasSubstr("row 0: hypothesis 0 has a weight but holds a number that is not finite"));
  arrays["hypotheses_poses"] = NpyArray::FromDoubles(values.data(), {1, 4, 3});
  WriteNpz(folder_ / "changed.npz", arrays);
  EXPECT_THAT(ErrorOf([&] { ReadResults(folder_ / "changed.npz"); }),
              HasSubstr("hypotheses_poses: found shape (1, 4, 3), expected (1, 2, 6)"));
}

TEST_F(ResultFiles, SameRowsGiveSameBytesAndNothingElseIsLeft) {
  WriteThree(folder_ / "a");
  WriteThree(folder_ / "b");
  EXPECT_TRUE(ReadFile(folder_ / "a/results.npz") == ReadFile(folder_ / "b/results.npz"));
  int count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder_ / "a")) ++count;
  EXPECT_EQ(count, 1);
}

TEST_F(ResultFiles, WithoutFinishAnOlderFileStays) {
  WriteThree(folder_.path());
  const std::string before = ReadFile(folder_ / "results.npz");
  {
    ResultsWriter writer(folder_.path(), *body_);
    writer.Append(SomeResult("z", 9), SomePerson("z"));
    EXPECT_EQ(folder_.NumFiles(), 1);  // columns have no names, so that no crash leaves them
  }
  EXPECT_TRUE(ReadFile(folder_ / "results.npz") == before);
  EXPECT_EQ(folder_.NumFiles(), 1);
}

TEST_F(ResultFiles, ManyRowsPassTheBuffers) {
  const int num_rows = 5000;
  ResultsWriter writer(folder_.path(), *body_);
  for (int i = 0; i < num_rows; ++i) writer.Append(SomeResult(StrCat("person_", i), i), SomePerson("p"));
  writer.Finish(120);
  const ResultsFile results = ReadResults(folder_ / "results.npz");
  ASSERT_EQ(results.rows.size(), static_cast<size_t>(num_rows));
  EXPECT_EQ(results.frame_rate_hz, 120);
  for (const int i : {0, 1234, 4999}) {
    EXPECT_EQ(results.rows[i].fit.id, StrCat("person_", i));
    EXPECT_EQ(results.rows[i].fit.parameters.body_pose, SomeResult("", i).parameters.body_pose);
  }
  EXPECT_EQ(results.rows[7].keypoint_set, "coco17");
}

TEST_F(ResultFiles, NoRowsIsAValidFile) {
  ResultsWriter(folder_.path(), *body_).Finish();
  EXPECT_TRUE(ReadResults(folder_.path()).rows.empty());
  EXPECT_EQ(NpzReader(folder_ / "results.npz").Read("body_pose").ShapeName(), "(0, 3)");
}

TEST_F(ResultFiles, WrongSizesAreAContractError) {
  ResultsWriter writer(folder_.path(), *body_);
  FitResult fit = SomeResult("a", 1);
  fit.parameters.betas = Eigen::VectorXd::Zero(10);
  EXPECT_THROW(writer.Append(fit, SomePerson("a")), ContractError);
}

TEST_F(ResultFiles, NumpyReadsAllPromisedKeys) {
  if (!HasNumpy()) GTEST_SKIP() << "no /usr/bin/python3 with numpy";
  WriteThree(folder_.path());
  EXPECT_TRUE(RunPython(folder_, R"(
import numpy as np
z = np.load('results.npz', allow_pickle=False)
shapes = dict(ids=(3,), status=(3,), reason=(3,), global_orient=(3, 3), body_pose=(3, 3), poses=(3, 6), betas=(3, 1),
              transl=(3, 3), joints3d=(3, 2, 3), joints2d=(3, 2, 2), focal=(3, 2), center=(3, 2), cost=(3,),
              reprojection_px=(3,), residual_median=(3,), penetration_m=(3,), num_keypoints=(3,), winning_start=(3,), focal_source=(3,),
              model=(), model_gender=(), gender=(), term_costs=(3, 3), image_size=(3, 2), joints_std_m=(3, 2),
              joints_relative_std_m=(3, 2), rotation_std_rad=(3, 2, 3), data_share=(3, 2, 3), betas_std=(3, 1),
              betas_data_share=(3, 1), transl_std_m=(3, 3), flags=(3,), capture=(3,), subject=(3,), frame=(3,),
              time_s=(3,), camera=(3,), joint_names=(2,), rotation_names=(2, 3))
assert not any(key.startswith('hypotheses') for key in z)
for key, shape in shapes.items():
    assert z[key].shape == shape, (key, z[key].shape)
assert z['status'].dtype == np.int8 and z['status'].tolist() == [1, 0, 1]
assert z['frame'].dtype == '<i8' and z['subject'].tolist()[0] == 'subject a'
assert z['ids'].tolist() == ['a', 'b\u00f1', 'c'] and z['ids'].dtype == '<U2'
assert z['reason'].tolist() == ['ok', 'too_few_keypoints', 'poor_fit']
assert z['poses'].dtype == '<f8'
assert np.array_equal(z['poses'], np.hstack([z['global_orient'], z['body_pose']]))
assert z['reprojection_px'][0] == 3.25 and np.isnan(z['reprojection_px'][1])
assert z['term_names'].tolist() == ['joint_limits', 'pose_prior', 'reprojection']
assert z['term_costs'].tolist() == [[0, 2.5, 10], [0, 0, 0], [7, 0, 0]]
import zipfile
assert {e.external_attr >> 16 for e in zipfile.ZipFile('results.npz').infolist()} == {0o100644}
assert str(z['gender']) == 'female' and str(z['model']) == 'tiny'
assert z['keypoint_set'].tolist() == ['coco17', 'coco17', 'openpose25']
)"));
}

TEST_F(ResultFiles, ReadingNamesWhatIsWrong) {
  WriteThree(folder_.path());
  const NpzReader file(folder_ / "results.npz");
  std::map<std::string, NpyArray> arrays;
  for (const std::string& key : file.Keys()) arrays[key] = file.Read(key);
  const auto error = [&](const std::string& key, const NpyArray& array) {
    std::map<std::string, NpyArray> changed = arrays;
    changed[key] = array;
    if (array.bytes.empty()) changed.erase(key);
    WriteNpz(folder_ / "changed.npz", changed);
    return ErrorOf([&] { ReadResults(folder_ / "changed.npz"); });
  };
  const std::vector<double> values(100, NAN);
  EXPECT_THAT(error("transl", NpyArray::FromDoubles(values.data(), {3, 3})),
              HasSubstr("row 0: is usable but holds a number that is not finite"));
  EXPECT_THAT(error("transl", NpyArray::FromDoubles(values.data(), {2, 3})),
              HasSubstr("transl: found shape (2, 3), expected (3, 3)"));
  for (const char* key : {"transl", "global_orient", "body_pose"})
    EXPECT_THAT(error(key, NpyArray()), HasSubstr(key + std::string(": is missing")));
  EXPECT_THAT(error("body_pose", NpyArray::FromDoubles(values.data(), {3, 4})),
              HasSubstr("expected three a joint"));
  EXPECT_THAT(error("joints3d", NpyArray::FromDoubles(values.data(), {3, 3, 3})),
              HasSubstr("joints3d: found shape (3, 3, 3), expected (3, 2, 3)"));
  EXPECT_THAT(error("reason", NpyArray::FromStrings({"ok"})), HasSubstr("reason: found shape (1,)"));
  EXPECT_EQ(error("joints3d", NpyArray()), "");  // optional
  EXPECT_THAT(ErrorOf([&] { ReadResults(folder_ / "none"); }), HasSubstr("No such file"));
}

TEST_F(ResultFiles, ManifestIsWrittenAsItGoes) {
  const std::string path = folder_ / "manifest.jsonl";
  ManifestWriter writer(folder_.path());
  writer.Append(SomeResult("a", 1), SomePerson("a"), 0);
  const auto first = nlohmann::json::parse(ReadFile(path));  // the writer is still there
  EXPECT_EQ(first["id"], "a");
  EXPECT_EQ(first["source"], "in/a.json");
  EXPECT_EQ(first["status"], 1);
  EXPECT_EQ(first["reason"], "ok");
  EXPECT_EQ(first["milliseconds"], 12.346);
  EXPECT_EQ(first["cost"], 12.5);
  EXPECT_EQ(first["terms"]["pose_prior"], 2.5);
  EXPECT_EQ(first["num_starts"], 4);
  EXPECT_EQ(first["winning_start"], 2);
  EXPECT_EQ(first["num_iterations"], 33);
  EXPECT_TRUE(first["flags"].is_array() && first["flags"].empty());
  EXPECT_THAT(first["focal"].get<std::vector<double>>(), ElementsAre(1000, 1001));
  EXPECT_EQ(first["row"], 0);
  FitResult bad = FailedResult("b\xff");
  bad.cost = std::numeric_limits<double>::infinity();
  writer.Append(bad, SomePerson("b"), 1);
  const std::string text = ReadFile(path);
  const auto second = nlohmann::json::parse(text.substr(text.find('\n') + 1));
  EXPECT_EQ(second["status"], 0);
  EXPECT_EQ(second["detail"], "only \"two\" of 17");
  EXPECT_TRUE(second["cost"].is_null());
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2);
}

TEST_F(ResultFiles, AKeptManifestDropsALineCutShort) {
  const std::string path = folder_ / "manifest.jsonl";
  WriteFileAtomically(path, "{\"id\":\"a\"}\n{\"id\":\"b");
  ManifestWriter(folder_.path(), 5).Append(SomeResult("c", 1), SomePerson("c"), 1);
  EXPECT_THAT(ReadFile(path), HasSubstr("{\"id\":\"a\"}\n{\"id\":\"c\""));
  WriteFileAtomically(path, "no line");
  { ManifestWriter kept(folder_.path(), 5); }
  EXPECT_EQ(ReadFile(path), "");
  WriteFileAtomically(path, "{\"id\":\"a\"}\n");
  { ManifestWriter emptied(folder_.path()); }
  EXPECT_EQ(ReadFile(path), "");
}

TEST_F(ResultFiles, PlacesThatCannotBeWritten) {
  WriteFileAtomically(folder_ / "file", "x");
  EXPECT_THAT(ErrorOf([&] { ResultsWriter(folder_ / "file", *body_); }), HasSubstr("file"));
  EXPECT_THAT(ErrorOf([&] { ManifestWriter(folder_ / "file/sub"); }), HasSubstr("file/sub: cannot be made"));
}

}  // namespace
}  // namespace vitruvius::result_files_test
