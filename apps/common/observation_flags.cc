#include "apps/common/observation_flags.h"

#include <cstdlib>
#include <filesystem>

#include "apps/common/command.h"
#include "apps/common/flags.h"
#include "data/bodies/body_chart.h"
#include "data/io/body_file.h"
#include "data/io/densepose_chart.h"
#include "data/io/image_lookup.h"
#include "data/io/keypoint_set_file.h"
#include "models/util/check.h"

namespace vitruvius {

namespace fs = std::filesystem;

ObservationOptions ObservationOptionsFromFlags(bool dense) {
  RequireImagesFolder();
  ObservationOptions options;
  if (!FLAGS_keypoint_set.empty()) options.keypoint_set = KeypointSetOf(FLAGS_keypoint_set).name;
  options.dense = dense;
  options.images_folder = FLAGS_images;
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

std::string FindPicture(const PersonObservation& person) { return FindImage(person, FLAGS_images); }

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
