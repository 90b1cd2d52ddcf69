#include "apps/common/observation_flags.h"

#include <cstdlib>
#include <filesystem>

#include "apps/common/command.h"
#include "apps/common/flags.h"
#include "data/bodies/body_chart.h"
#include "data/io/body_file.h"
#include "data/io/densepose_chart.h"
#include "data/io/keypoint_set_file.h"
#include "models/util/check.h"

namespace vitruvius {

namespace fs = std::filesystem;

ObservationOptions ObservationOptionsFromFlags(bool dense) {
  RequireImagesFolder();
  ObservationOptions options;
  if (!FLAGS_keypoint_set.empty()) options.keypoint_set = KeypointSetOf(FLAGS_keypoint_set).name;
  options.dense = dense;
  constexpr int kMostDensePoints = 1000000;
  if (FLAGS_dense_points < 1 || FLAGS_dense_points > kMostDensePoints)
    throw UsageError(
        StrCat("--dense_points: found ", FLAGS_dense_points, ", expected 1 to ", kMostDensePoints));
  options.max_dense_points = FLAGS_dense_points;
  options.read_as = ParseReadAs(FLAGS_read_as);
  if (!FLAGS_image_size.empty()) {
    char* end = nullptr;
    const long width = std::strtol(FLAGS_image_size.c_str(), &end, 10);
    const long height = *end == 'x' ? std::strtol(end + 1, &end, 10) : 0;
    if (*end != '\0' || width < 1 || height < 1 || width > 1000000 || height > 1000000) {
      throw UsageError(
          StrCat("--image_size: found \"", FLAGS_image_size, "\", expected WxH in pixels, as 1920x1080"));
    }
    options.image_width = static_cast<int>(width);
    options.image_height = static_cast<int>(height);
  }
  return options;
}

void RequireImagesFolder() {
  std::error_code error;
  if (FLAGS_images.empty() || fs::is_directory(FLAGS_images, error)) return;
  throw InputError("--images", FLAGS_images,
                   fs::exists(FLAGS_images, error) ? "is no folder" : "there is no such folder");
}

std::string FindPicture(const PersonObservation& person) {
  std::error_code error;
  if (FLAGS_images.empty()) {
    if (fs::is_regular_file(person.image_path, error)) return person.image_path;
    if (person.image_path.empty()) return "";
    const fs::path name = fs::path(person.image_path).filename(),
                   folder = fs::path(person.source).parent_path();
    for (const fs::path& path : {folder / "images" / name, folder / name}) {
      if (fs::is_regular_file(path, error)) return path.string();
    }
    return "";
  }
  if (!person.image_path.empty()) {
    const fs::path path = fs::path(FLAGS_images) / fs::path(person.image_path).filename();
    if (fs::is_regular_file(path, error)) return path.string();
  }
  // OpenPose: NAME_keypoints.json belongs to NAME.jpg or NAME.png.
  std::string stem = fs::path(person.source).stem().string();
  const std::string suffix = "_keypoints";
  if (stem.size() > suffix.size() && stem.compare(stem.size() - suffix.size(), suffix.size(), suffix) == 0) {
    stem.resize(stem.size() - suffix.size());
  }
  for (const char* extension : {".jpg", ".jpeg", ".png", ".JPG", ".PNG"}) {
    const fs::path path = fs::path(FLAGS_images) / (stem + extension);
    if (fs::is_regular_file(path, error)) return path.string();
  }
  return "";
}

std::shared_ptr<const SurfaceChart> ChartFromFlags(const BodyModel& model) {
  if (FLAGS_chart.empty()) return ChartOrOwn(model);
  if (fs::path(FLAGS_chart).extension() == ".mat")
    return SurfaceChart::Create(ReadDensePoseChart(FLAGS_chart), FLAGS_chart);
  const std::shared_ptr<const SurfaceChart> chart = ChartOf(*LoadBodyModel(FLAGS_chart));
  if (chart == nullptr)
    throw InputError(FLAGS_chart, "chart_part", "found none, expected a body with a chart");
  return chart;
}

}  // namespace vitruvius
