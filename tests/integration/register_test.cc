// Dense correspondences to bodies, as a user registers them: DensePose's own files in their layouts, made
// from bodies that are known, and .npz.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>

#include "data/bodies/body_chart.h"
#include "data/io/npz.h"
#include "data/io/result_writer.h"
#include "models/metrics/pose_metrics.h"
#include "tests/util/mat_file.h"
#include "tests/util/run_program.h"
#include "tests/util/surface_person.h"

namespace vitruvius {
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
                 (folder / "UV_Processed.mat") + " --focal 1000 --quiet --out " + (folder / "out"));
  ASSERT_EQ(run.status, 0) << run.output;
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
  // The same mesh afterwards; what has no place for scales says so.
  const std::string out = folder / "out", model = " --model mannequin";
  EXPECT_EQ(RunProgram("convert " + out + " --to obj --out " + (folder / "obj") + model).status, 0);
  EXPECT_EQ(RunProgram("render " + out + " --out " + (folder / "all.png") + model).status, 0);
  const ProgramRun glb = RunProgram("convert " + out + " --to glb --out " + (folder / "glb") + model);
  EXPECT_EQ(glb.status, 1);
  EXPECT_THAT(glb.output, HasSubstr("bodies of segments"));
  EXPECT_FALSE(std::filesystem::is_empty(folder / "out/overlays"));
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
}  // namespace vitruvius
