// DensePose's results as detectron2 dumps them, written byte by byte.
#include <zip.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/io/keypoint_files.h"
#include "models/scene/fit_result.h"
#include "tests/data/io/io_test_util.h"
#include "tests/util/torch_checkpoint_writer.h"

namespace vitruvius::densepose_pickle_test {
namespace {

using ::testing::HasSubstr;

// Tensors go into storages; opcodes of each are returned.
class Dump {
 public:
  template <typename T>
  std::string Tensor(const char* storage, const std::vector<T>& values,
                     const std::vector<std::int64_t>& shape) {
    const std::string key = std::to_string(storages_.size());
    std::vector<std::int64_t> stride(shape.size(), 1);
    for (size_t i = shape.size(); i-- > 1;) stride[i - 1] = stride[i] * shape[i];
    storages_.emplace_back(reinterpret_cast<const char*>(values.data()), sizeof(T) * values.size());
    return "ctorch._utils\n_rebuild_tensor_v2\n((" + Text("storage") + "ctorch\n" + storage + "\n" +
           Text(key) + Text("cpu") + Int(static_cast<std::int64_t>(values.size())) + "tQ" + Int(0) +
           Tuple(shape) + Tuple(stride) + "\x89" + "ccollections\nOrderedDict\n)RtR";
  }
  static std::string Object(const std::string& module, const std::string& name, const std::string& members) {
    return "c" + module + "\n" + name + "\n)\x81}(" + members + "ub";
  }
  void Write(const std::string& path, const std::string& root) const {
    std::filesystem::remove(path);
    int code = 0;
    zip_t* archive = zip_open(path.c_str(), ZIP_CREATE, &code);
    ASSERT_NE(archive, nullptr);
    std::vector<std::pair<std::string, std::string>> entries = {
        {"results/data.pkl", "\x80\x02" + root + "."}};
    for (size_t i = 0; i < storages_.size(); ++i)
      entries.emplace_back("results/data/" + std::to_string(i), storages_[i]);
    for (const auto& [name, content] : entries) {
      zip_source_t* source = zip_source_buffer(archive, content.data(), content.size(), 0);
      ASSERT_GE(zip_file_add(archive, name.c_str(), source, 0), 0);
    }
    ASSERT_EQ(zip_close(archive), 0);
  }

 private:
  std::vector<std::string> storages_;
};

constexpr char kModule[] = "densepose.structures.chart_result";

class DensePosePickleFile : public ::testing::Test {
 protected:
  std::vector<PersonObservation> ReadAll(const std::string& root, bool dense = true) {
    dump_.Write(folder_ / "results.pkl", root);
    ObservationOptions options;
    options.dense = dense;
    std::vector<PersonObservation> people;
    const auto source = OpenObservations({folder_ / "results.pkl"}, options);
    for (PersonObservation person; source->Next(&person);) people.push_back(person);
    return people;
  }
  // An image with one box, (10, 20) to (14, 26), and this result: 2 wide, 3 high.
  std::string Image(const std::string& result) {
    return "}(" + Text("file_name") + Text("photos/a.jpg") + Text("scores") +
           dump_.Tensor<float>("FloatStorage", {0.9f}, {1}) + Text("pred_boxes_XYXY") +
           dump_.Tensor<float>("FloatStorage", {10, 20, 14, 26}, {1, 4}) + Text("pred_densepose") + "](" +
           result + "eu";
  }
  std::string Result() {
    return Dump::Object(
        kModule, "DensePoseChartResult",
        Text("labels") + dump_.Tensor<std::int64_t>("LongStorage", {0, 0, 3, 0, 0, 24}, {3, 2}) + Text("uv") +
            dump_.Tensor<float>("FloatStorage", {0, 0, 0.25f, 0, 0, 0.5f, 0, 0, 0.75f, 0, 0, 1}, {2, 3, 2}));
  }
  static void ExpectPoints(const PersonObservation& person, double tolerance) {
    ASSERT_EQ(person.reason, "") << person.detail;
    ASSERT_EQ(person.dense.size(), 2u);
    EXPECT_EQ(person.dense[0].part, 3);
    EXPECT_EQ(person.dense[0].image_px, Eigen::Vector2d(11, 23));  // pixel (0, 1) of 2 x 2 px each
    EXPECT_NEAR(person.dense[0].uv.x(), 0.25, tolerance);
    EXPECT_NEAR(person.dense[0].uv.y(), 0.75, tolerance);
    EXPECT_EQ(person.dense[1].part, 24);
    EXPECT_EQ(person.dense[1].image_px, Eigen::Vector2d(13, 25));
    EXPECT_NEAR(person.dense[1].uv.y(), 1, tolerance);
  }
  const TemporaryFolder folder_;
  Dump dump_;
};

TEST_F(DensePosePickleFile, ChartResults) {
  const std::vector<PersonObservation> people = ReadAll("](" + Image(Result()) + "e");
  ASSERT_EQ(people.size(), 1u);
  ExpectPoints(people[0], 1e-7);
  EXPECT_EQ(people[0].id, "a_0");
  EXPECT_EQ(people[0].image_path, "photos/a.jpg");
  EXPECT_EQ(people[0].box_px, Eigen::Vector4d(10, 20, 4, 6));
  EXPECT_EQ(people[0].set, nullptr);
}

TEST_F(DensePosePickleFile, BytesInsteadOfNumbers) {
  const std::string result =
      Dump::Object(kModule, "DensePoseChartResultQuantized",
                   Text("labels_uv_uint8") + dump_.Tensor<unsigned char>("ByteStorage",
                                                                         {0, 0, 3, 0, 0, 24,    //
                                                                          0, 0, 64, 0, 0, 128,  //
                                                                          0, 0, 191, 0, 0, 255},
                                                                         {3, 3, 2}));
  ExpectPoints(ReadAll("](" + Image(result) + "e")[0], 0.002);
}

TEST_F(DensePosePickleFile, APngInsteadOfNumbers) {
  const std::string png =
      "iVBORw0KGgoAAAANSUhEUgAAAAIAAAADCAIAAAA2iEnWAAAAE0lEQV"
      "R42mNggABmh/1QlkTDfwAN\nuAKazalF9AAAAABJRU5ErkJggg==\n";
  const std::string result =
      Dump::Object(kModule, "DensePoseChartResultCompressed",
                   Text("shape_chw") + Tuple({3, 3, 2}) + Text("labels_uv_str") + Text(png));
  ExpectPoints(ReadAll("](" + Image(result) + "e")[0], 0.002);
}

TEST_F(DensePosePickleFile, OtherClassesAreNotReadAndNothingRuns) {
  const std::string other = "cposix\nsystem\n(" + Text("touch " + (folder_ / "executed")) + "tR";
  const std::vector<PersonObservation> people =
      ReadAll("](" + Image(other) + Image(Dump::Object(kModule, "DensePoseEmbeddingPredictorOutput", "")) +
              Image(Result()) + "e");
  ASSERT_EQ(people.size(), 3u);
  EXPECT_EQ(people[0].reason, reason::kBadInput);
  EXPECT_THAT(people[0].detail,
              HasSubstr("an object of the class posix.system, expected a result by charts"));
  EXPECT_THAT(people[1].detail, HasSubstr("DensePoseEmbeddingPredictorOutput"));
  ExpectPoints(people[2], 1e-7);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "executed"));
}

TEST_F(DensePosePickleFile, MistakesAreOfOnePerson) {
  EXPECT_EQ(ReadAll("]")[0].reason, reason::kNoPeople);
  EXPECT_EQ(ReadAll("](}e")[0].reason, reason::kNoPeople);
  EXPECT_EQ(ReadAll("](" + Image(Result()) + "e", false)[0].reason, reason::kTooFewKeypoints);
  const std::string many =
      "}(" + Text("pred_boxes_XYXY") + dump_.Tensor<float>("FloatStorage", {0, 0, 1, 1}, {1 << 30, 4}) + "u";
  EXPECT_EQ(ReadAll("](" + many + "e").size(), 1u) << "a shape that its storage does not have";
  EXPECT_THAT(ErrorOf([&] { ReadAll("}"); }), HasSubstr("expected DensePose's list of images"));
  EXPECT_THAT(ReadAll("](" + Image("") + "e")[0].detail, HasSubstr("pred_densepose[0]: is missing"));
  const std::string wrong_part =
      Dump::Object(kModule, "DensePoseChartResult",
                   Text("labels") + dump_.Tensor<std::int64_t>("LongStorage", {25}, {1, 1}) + Text("uv") +
                       dump_.Tensor<float>("FloatStorage", {0, 0}, {2, 1, 1}));
  EXPECT_THAT(ReadAll("](" + Image(wrong_part) + "e")[0].detail,
              HasSubstr("found part 25, expected 0 to 24"));
  const std::string wrong_shape =
      Dump::Object(kModule, "DensePoseChartResult",
                   Text("labels") + dump_.Tensor<std::int64_t>("LongStorage", {1}, {1, 1}) + Text("uv") +
                       dump_.Tensor<float>("FloatStorage", {0, 0}, {1, 2}));
  EXPECT_EQ(ReadAll("](" + Image(wrong_shape) + "e")[0].reason, reason::kBadInput);
}

}  // namespace
}  // namespace vitruvius::densepose_pickle_test
