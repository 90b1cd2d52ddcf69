#include "data/datasets/synthetic_set.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <vector>

#include "data/io/atomic_file.h"
#include "data/io/coco_writer.h"
#include "data/io/picture.h"
#include "data/io/result_writer.h"
#include "models/rendering/contact_sheet.h"
#include "models/rendering/overlay.h"
#include "models/util/check.h"
#include "models/util/parallel.h"

namespace vitruvius {
namespace {

namespace fs = std::filesystem;

constexpr int kDigits = 6;
constexpr std::int64_t kMostPictures = 1000000000;
// Pictures that are held at a time, for each thread.
constexpr int kRoundOfThread = 16;
constexpr int kSheetColumns = 6, kSheetCell = 256;  // px
constexpr int kSheetQuality = 75;                   // to look at, not to learn from

void MakeFolder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw InputError(folder.string(), "", "cannot be made: " + error.message());
}

void Remove(const fs::path& file) {
  std::error_code error;
  fs::remove(file, error);
  if (error) throw InputError(file.string(), "", "cannot be removed: " + error.message());
}

std::string StemOfPicture(std::int64_t index) {
  const std::string digits = std::to_string(index);
  return std::string(static_cast<size_t>(std::max<long>(0, kDigits - static_cast<long>(digits.size()))),
                     '0') +
         digits;
}

Image PictureOf(const std::vector<std::uint8_t>& mask, int size_px) {
  Image picture(size_px, size_px);
  for (size_t i = 0; i < mask.size(); ++i) picture.pixels[i] = {mask[i], mask[i], mask[i], 255};
  return picture;
}

CocoPerson LabelsOf(const SyntheticImage& image, std::int64_t index) {
  CocoPerson person;
  person.image_id = index;
  person.id = index + 1;
  person.file_name = StemOfPicture(index) + ".jpg";
  person.width = image.image.width;
  person.height = image.image.height;
  person.box_px = image.box_px;
  person.area_px = static_cast<double>(image.mask.size()) -
                   static_cast<double>(std::count(image.mask.begin(), image.mask.end(), 0));
  person.keypoints_px = image.observation.keypoints2d.leftCols<2>();
  person.visibility = image.visibility;
  person.dense = image.observation.dense;
  person.part_at = image.part_at;
  return person;
}

Image SampleOf(const SyntheticImage& image, const BodyModel& model) {
  OverlayOptions options;
  options.crop = false;
  options.caption = false;
  options.max_width = options.max_height = 2 * kSheetCell;
  FitResult camera_only;
  return DrawOverlay(image.observation, camera_only, model, BodyMesh(), &image.image, options);
}

}  // namespace

void SyntheticSetOptions::Check() const {
  VT_CHECK_GE(count, 1);
  VT_CHECK_LE(count, kMostPictures);
  VT_CHECK_GE(threads, 0);
  VT_CHECK(jpeg_quality >= 1 && jpeg_quality <= 100);
  VT_CHECK_GE(num_samples, 0);
}

void WriteSyntheticSet(const SyntheticImages& images, const std::string& folder,
                       const SyntheticSetOptions& options) {
  options.Check();
  const fs::path root(folder), pictures = root / "images", masks = root / "masks", truth = root / "truth";
  for (const fs::path& made : {pictures, masks, truth}) MakeFolder(made);
  // What an earlier run left here must not pass for this one's.
  for (const fs::path& old : {root / "annotations.json", truth / "results.npz", root / "samples.jpg"})
    Remove(old);

  CocoWriter labels((root / "annotations.json").string());
  ResultsWriter results(truth.string(), images.model());
  ManifestWriter manifest(truth.string());
  const int threads = static_cast<int>(std::min<std::int64_t>(NumThreads(options.threads), options.count));
  std::vector<SyntheticImages::Workspace> workspaces;
  for (int t = 0; t < threads; ++t) workspaces.emplace_back(images);
  std::vector<Image> samples;
  const std::int64_t round = static_cast<std::int64_t>(kRoundOfThread) * threads;
  for (std::int64_t first = 0; first < options.count; first += round) {
    const int num = static_cast<int>(std::min(round, options.count - first));
    std::vector<SyntheticImage> made(static_cast<size_t>(num));
    ParallelFor(num, threads, [&](int i, int thread) {
      SyntheticImage& image = made[static_cast<size_t>(i)];
      image = images.Make(first + i, &workspaces[static_cast<size_t>(thread)]);
      const std::string stem = StemOfPicture(first + i);
      WriteFileAtomically((pictures / (stem + ".jpg")).string(),
                          SerializeJpeg(image.image, options.jpeg_quality));
      WritePng((masks / (stem + ".png")).string(), PictureOf(image.mask, image.image.width));
    });
    for (int i = 0; i < num; ++i) {
      SyntheticImage& image = made[static_cast<size_t>(i)];
      const CocoPerson person = LabelsOf(image, first + i);
      labels.Append(person);
      image.observation.id = image.truth.id = PersonIdOf(person);
      image.observation.image_path = person.file_name;
      image.observation.source = "annotations.json";
      manifest.Append(image.truth, image.observation, results.num_rows());
      results.Append(image.truth, image.observation);
      if (first + i < options.num_samples) samples.push_back(SampleOf(image, images.model()));
      if (options.progress) options.progress(first + i + 1);
    }
  }
  if (!samples.empty()) {
    const Image sheet = ContactSheet(samples, kSheetColumns, {}, "", kSheetCell);
    WriteFileAtomically((root / "samples.jpg").string(), SerializeJpeg(sheet, kSheetQuality));
  }
  results.Finish();
  labels.Finish();
}

}  // namespace vitruvius
