// Dense correspondences to bodies, as a user registers them: DensePose's own files in their layouts, made
// from bodies that are known, and .npz.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <map>

#include "data/bodies/body_chart.h"
#include "data/io/bvh.h"
#include "data/io/npz.h"
#include "data/io/result_writer.h"
#include "models/body/segment_shape.h"
#include "models/metrics/pose_metrics.h"
#include "solvers/registration/label_weights.h"
#include "tests/util/mat_file.h"
#include "tests/util/read_glb.h"
#include "tests/util/run_program.h"
#include "tests/util/surface_person.h"

namespace vitruvius::register_test {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

constexpr int kPeople = 3, kPoints = 120;

// UV_Processed.mat of the mannequin: an entry a corner, as a vertex on a seam has one for each part.
void WriteChart(const std::string& path) {
  const SurfaceChartData chart = ChartOrOwn(*Mannequin())->data();
  const auto num_faces = static_cast<size_t>(chart.faces.rows()), num_entries = 3 * num_faces;
  MatArray faces = {{num_faces, 3}, std::vector<double>(3 * num_faces)}, part = {{num_faces, 1}, {}},
           vertices = {{num_entries, 1}, {}}, u = vertices, v = vertices;
  for (size_t f = 0; f < num_faces; ++f) {
    const auto row = static_cast<Eigen::Index>(f);
    part.numbers.push_back(chart.part[row]);
    for (int k = 0; k < 3; ++k) {
      faces.numbers[k * num_faces + f] = static_cast<double>(vertices.numbers.size() + 1);
      vertices.numbers.push_back(chart.faces(row, k) + 1);
      u.numbers.push_back(chart.uv(row, 2 * k));
      v.numbers.push_back(chart.uv(row, 2 * k + 1));
    }
  }
  WriteMat(path, {{"All_Faces", faces},
                  {"All_FaceIndices", part},
                  {"All_vertices", vertices},
                  {"All_U_norm", u},
                  {"All_V_norm", v}});
}

// DensePose-COCO annotations of known people, one picture each.
json Annotations(const std::vector<KnownPerson>& people) {
  const auto chart = ChartOrOwn(*Mannequin());
  json document = {{"images", json::array()}, {"annotations", json::array()}};
  document["categories"] = {{{"id", 1}, {"name", "person"}}};
  for (size_t i = 0; i < people.size(); ++i) {
    const PersonObservation& seen = people[i].observation;
    document["images"].push_back({{"id", i}, {"file_name", "p.jpg"}, {"width", 1000}, {"height", 1000}});
    json annotation = {
        {"id", i}, {"image_id", i}, {"category_id", 1}, {"iscrowd", 0}, {"bbox", {0, 0, 1000, 1000}}};
    for (const char* key : {"dp_x", "dp_y", "dp_I", "dp_U", "dp_V", "keypoints"})
      annotation[key] = json::array();
    for (const DensePoint& point : seen.dense) {
      const ChartPlace place = chart->PlaceOf(point.face, point.bary);
      annotation["dp_x"].push_back(point.image_px.x() * 255 / 1000);
      annotation["dp_y"].push_back(point.image_px.y() * 255 / 1000);
      annotation["dp_I"].push_back(place.part);
      annotation["dp_U"].push_back(place.uv.x());
      annotation["dp_V"].push_back(place.uv.y());
    }
    for (int k = 0; k < 17; ++k) {
      for (int axis = 0; axis < 2; ++axis) annotation["keypoints"].push_back(seen.keypoints2d(k, axis));
      annotation["keypoints"].push_back(2);
    }
    document["annotations"].push_back(annotation);
  }
  return document;
}

std::vector<KnownPerson> KnownPeople() {
  std::vector<KnownPerson> people;
  for (int i = 0; i < kPeople; ++i) people.push_back(MakeKnownPersonWithSurface(i + 1, kPoints));
  return people;
}

void Write(const std::string& path, const json& document) { std::ofstream(path) << document.dump(); }

TEST(Register, DensePosesFilesBecomeBodies) {
  const TestFolder folder;
  const std::vector<KnownPerson> people = KnownPeople();
  WriteChart(folder / "UV_Processed.mat");
  Write(folder / "densepose.json", Annotations(people));
  const ProgramRun run =
      RunProgram("register " + (folder / "densepose.json") + " --model mannequin --chart " +
                 (folder / "UV_Processed.mat") + " --focal 1000 --out " + (folder / "out"));
  ASSERT_EQ(run.status, 0) << run.output;
  EXPECT_THAT(run.output, HasSubstr(std::to_string(kPeople) + " with a remark: no_masks, the first: " +
                                    (folder / "densepose.json") + ": annotations[0].dp_masks: is missing"));
  const ResultsFile results = ReadResults(folder / "out");
  ASSERT_EQ(results.rows.size(), static_cast<size_t>(kPeople));
  for (int i = 0; i < kPeople; ++i) {
    const FitResult& fit = results.rows[i].fit;
    ASSERT_TRUE(fit.usable) << fit.reason;
    EXPECT_EQ(fit.num_keypoints, kPoints + 17);
    EXPECT_LT(ProcrustesMpjpeMm(fit.joints3d, people[i].joints3d), 40) << i;
  }
}

TEST(Register, ABodyOfSegmentsHasItsScalesAndCameraInTheResults) {
  const TestFolder folder;
  Write(folder / "densepose.json", Annotations(KnownPeople()));
  const ProgramRun run = RunProgram(
      "register " + (folder / "densepose.json") +
      " --model mannequin --recipe dense-later --obj --overlay --report --out " + (folder / "out"));
  ASSERT_EQ(run.status, 0) << run.output;
  const ResultsFile results = ReadResults(folder / "out");
  for (const ResultsFile::Row& row : results.rows) {
    ASSERT_TRUE(row.fit.usable) << row.fit.reason;
    ASSERT_EQ(row.fit.segment_scales.size(), 24);
    EXPECT_NEAR(row.fit.segment_scales.mean(), 1, 0.01);
    EXPECT_GT(row.fit.weak_camera_px[0], 50);
    EXPECT_TRUE(row.fit.parameters.betas.isZero());
  }
  EXPECT_TRUE(std::filesystem::exists(folder / "out/report.html"));
  EXPECT_FALSE(std::filesystem::is_empty(folder / "out/meshes"));
  // The same mesh afterwards.
  const std::string out = folder / "out", model = " --model mannequin";
  EXPECT_EQ(RunProgram("convert " + out + " --to obj --out " + (folder / "obj") + model).status, 0);
  EXPECT_EQ(ReadAll(folder / "obj/densepose_1.obj"), ReadAll(folder / "out/meshes/densepose_1.obj"));
  EXPECT_EQ(RunProgram("render " + out + " --out " + (folder / "all.png") + model).status, 0);
  EXPECT_FALSE(std::filesystem::is_empty(folder / "out/overlays"));
}

// results.npz of a registration with bodies of segments, and its input beside it.
void RegisterSegments(const TestFolder& folder) {
  Write(folder / "densepose.json", Annotations(KnownPeople()));
  const ProgramRun run =
      RunProgram("register " + (folder / "densepose.json") +
                 " --model mannequin --recipe dense-later --quiet --out " + (folder / "out"));
  ASSERT_EQ(run.status, 0) << run.output;
}

TEST(Register, SegmentsBecomeParametricBodiesForOtherPrograms) {
  const TestFolder folder;
  RegisterSegments(folder);
  const ResultsFile results = ReadResults(folder / "out");
  const auto model = Mannequin();
  const auto convert = [&](const std::string& words, int status = 0) {
    const ProgramRun run = RunProgram("convert " + (folder / "out") + " --model mannequin " + words);
    EXPECT_EQ(run.status, status) << run.output;
    return run.output;
  };
  std::vector<SegmentsAsBody> bodies;
  for (const ResultsFile::Row& row : results.rows)
    bodies.push_back(AsParametricBody(*model, row.fit.parameters, row.fit.segment_scales));
  const std::string said = convert("--to glb --out " + (folder / "people"));
  EXPECT_THAT(said, HasSubstr("3 bodies of segments became parametric bodies"));
  EXPECT_THAT(said, HasSubstr("joints moved by"));
  for (size_t i = 0; i < bodies.size(); ++i) {
    MatrixX3d vertices, joints;
    const std::string file = folder / ("people/" + results.rows[i].fit.id + ".glb");
    GlbFile(ReadAll(file)).Pose(0, &vertices, &joints);
    const MatrixX3d upright = bodies[i].joints * Eigen::Matrix3d(Eigen::Vector3d(1, -1, -1).asDiagonal());
    EXPECT_LT((joints - upright).rowwise().norm().maxCoeff(), 1e-4);
    // The pelvis is where the segments' is, and joints are near theirs.
    EXPECT_LT((bodies[i].joints - results.rows[i].fit.joints3d).row(0).norm(), 1e-9);
    EXPECT_LT(bodies[i].moved_m.mean(), 0.05);
  }
  convert("--to bvh --fps 30 --quiet --out " + (folder / "clip.bvh"));
  convert("--to npz --fps 30 --quiet --out " + (folder / "clip.npz"));
  convert("--to pkl --quiet --out " + (folder / "pkl"));
  convert("--to eft --quiet --out " + (folder / "eft.json"));
  EXPECT_EQ(convert("--to spin --quiet --out " + (folder / "spin.npz")), "");
  EXPECT_EQ(ReadBvh(folder / "clip.bvh").num_frames(), kPeople);
  const std::vector<double> amass = NpzReader(folder / "clip.npz").Read("betas").ToDoubles();
  const std::vector<double> spin = NpzReader(folder / "spin.npz").Read("shape", {kPeople, 10}).ToDoubles();
  EXPECT_NE(amass[0], 0);
  for (int i = 0; i < kPeople; ++i) {
    for (int b = 0; b < 10; ++b) EXPECT_DOUBLE_EQ(spin[10 * i + b], bodies[i].parameters.betas[b]);
  }
  std::ifstream eft(folder / "eft.json");
  EXPECT_DOUBLE_EQ(json::parse(eft)["data"][1]["parm_shape"][3], bodies[1].parameters.betas[3]);
}

TEST(Register, SegmentsBecomeLabels) {
  const TestFolder folder;
  RegisterSegments(folder);
  const ResultsFile results = ReadResults(folder / "out");
  const auto convert = [&](const std::string& words) {
    return RunProgram("convert " + (folder / "out") + " --to labels " + words);
  };
  const std::string file = " --out " + (folder / "labels.npz"), model = " --model mannequin";
  const ProgramRun run = convert(model + " --observations " + (folder / "densepose.json") + file);
  ASSERT_EQ(run.status, 0) << run.output;
  EXPECT_THAT(run.output, HasSubstr("bodies of segments became parametric"));
  EXPECT_THAT(run.output, HasSubstr("3 people -> "));
  const NpzReader labels(folder / "labels.npz");
  const std::vector<double> scales = labels.Read("segment_scales", {kPeople, 24}).ToDoubles();
  const std::vector<double> joints = labels.Read("joints3d", {kPeople, 24, 3}).ToDoubles();
  const std::vector<double> camera = labels.Read("weak_camera", {kPeople, 3}).ToDoubles();
  const std::vector<double> moved = labels.Read("joints_moved_m", {kPeople}).ToDoubles();
  const std::vector<double> keypoints = labels.Read("keypoints2d", {kPeople, 17, 3}).ToDoubles();
  std::vector<FitResult> fits;
  for (int i = 0; i < kPeople; ++i) {
    const FitResult& fit = results.rows[i].fit;
    fits.push_back(fit);
    EXPECT_EQ(scales[24 * i + 4], fit.segment_scales[4]);
    EXPECT_EQ(joints[72 * i + 71], fit.joints3d(23, 2));
    EXPECT_EQ(camera[3 * i], fit.weak_camera_px[0]);
    EXPECT_GT(moved[i], 0);
    EXPECT_GT(keypoints[51 * i + 2], 0);
  }
  EXPECT_EQ(labels.Read("label_weight", {kPeople}).ToDoubles(), WeighLabels(fits).weights);

  // One of them, counting as among all.
  ASSERT_EQ(convert(model + " --quiet --id " + results.rows[1].fit.id + file).status, 0);
  EXPECT_EQ(NpzReader(folder / "labels.npz").Read("label_weight", {1}).ToDoubles()[0],
            WeighLabels(fits).weights[1]);
  std::filesystem::remove(folder / "labels.npz");
  EXPECT_EQ(convert(model + " --out " + (folder / "labels")).status, 2);  // a file is wanted
  EXPECT_EQ(convert(model + " --id nobody" + file).status, 1);
  Write(folder / "others.json", json::parse(R"({"images": [], "annotations": [], "categories": []})"));
  EXPECT_EQ(convert(model + " --observations " + (folder / "others.json") + file).status, 1);
  // Another body of the same sizes.
  ASSERT_EQ(RunProgram("model convert mannequin " + (folder / "other.npz")).status, 0);
  std::map<std::string, NpyArray> arrays;
  for (const std::string& key : NpzReader(folder / "other.npz").Keys())
    arrays[key] = NpzReader(folder / "other.npz").Read(key);
  arrays["name"] = NpyArray::FromString("somebody");
  std::vector<double> template_m = arrays["v_template"].ToDoubles();
  for (double& coordinate : template_m) coordinate *= 1.01;
  arrays["v_template"] = NpyArray::FromDoubles(template_m.data(), arrays["v_template"].shape);
  WriteNpz(folder / "other.npz", arrays);
  const ProgramRun other = convert("--model " + (folder / "other.npz") + file);
  EXPECT_EQ(other.status, 1);
  EXPECT_THAT(other.output, HasSubstr("belong to the body mannequin"));
  EXPECT_FALSE(std::filesystem::exists(folder / "labels.npz"));
}

TEST(Register, ThePageShowsSegmentsAsParametricBodies) {
  const TestFolder folder;
  RegisterSegments(folder);
  const ProgramRun run = RunProgram("report " + (folder / "out") + " --model mannequin --observations " +
                                    (folder / "densepose.json"));
  ASSERT_EQ(run.status, 0) << run.output;
  const std::string page = ReadAll(folder / "out/report.html");
  const auto holds = [&](const char* text) { return page.find(text) != std::string::npos; };
  EXPECT_TRUE(holds("shown in 3D as parametric bodies"));
  EXPECT_TRUE(holds("data:image/jpeg;base64,"));
  EXPECT_FALSE(holds("the page cannot show"));
}

TEST(Register, OneBadPersonStopsNobody) {
  const TestFolder folder;
  json document = Annotations(KnownPeople());
  document["annotations"][0]["dp_I"][5] = 25;
  document["annotations"][2]["dp_U"][7] = 1.5;
  Write(folder / "densepose.json", document);
  const ProgramRun run = RunProgram("register " + (folder / "densepose.json") +
                                    " --model mannequin --starts 1 --out " + (folder / "out"));
  ASSERT_EQ(run.status, 0) << run.output;
  std::ifstream manifest(folder / "out/manifest.jsonl");
  std::stringstream text;
  text << manifest.rdbuf();
  EXPECT_THAT(text.str(), HasSubstr("dp_I[5]: found 25, expected a part from 1 to 24"));
  EXPECT_THAT(text.str(), HasSubstr("dp_U[7]: found 1.5, expected 0 to 1"));
  EXPECT_TRUE(ReadResults(folder / "out").rows[1].fit.usable);
}

TEST(Register, RefusesWhatItCannotUse) {
  const TestFolder folder;
  Write(folder / "densepose.json", Annotations(KnownPeople()));
  const auto said = [&](const std::string& arguments, int status) {
    const ProgramRun run =
        RunProgram("register " + arguments + " --model mannequin --out " + (folder / "out"));
    EXPECT_EQ(run.status, status) << run.output;
    return run.output;
  };
  const std::string input = folder / "densepose.json";
  EXPECT_THAT(said(input + " --lookup nearest", 2), HasSubstr("expected place or vertex"));
  EXPECT_THAT(said(input + " --chart nowhere.mat", 1), HasSubstr("nowhere.mat"));
  EXPECT_THAT(said(input + " --dense_points 0", 2), HasSubstr("--dense_points"));
  EXPECT_THAT(said(input + " --recipe dense-first --glb", 2), HasSubstr("--glb"));
  EXPECT_THAT(said("walk.bvh", 2), HasSubstr("motion has no points"));
  const ProgramRun fit =
      RunProgram("fit " + input + " --recipe dense-first --model mannequin --out " + (folder / "out"));
  EXPECT_EQ(fit.status, 2);
  EXPECT_THAT(fit.output, HasSubstr("vitruvius register"));
}

}  // namespace
}  // namespace vitruvius::register_test
