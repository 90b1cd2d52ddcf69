// vitruvius render: pictures of results.
#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <vector>

#include "apps/common/body_of_result.h"
#include "apps/common/observation_flags.h"
#include "apps/vitruvius/command.h"
#include "apps/vitruvius/export.h"
#include "apps/vitruvius/flags.h"
#include "apps/vitruvius/pictures.h"
#include "apps/vitruvius/seen_people.h"
#include "apps/vitruvius/session.h"
#include "data/io/picture.h"
#include "data/io/result_writer.h"
#include "models/math/angles.h"
#include "models/rendering/contact_sheet.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

// What is known of a person from the result alone: no keypoints, but the picture's size and path.
PersonObservation ObservationOf(const ResultsFile::Row& row) {
  PersonObservation person;
  person.id = row.fit.id;
  person.image_path = row.image_path;
  person.image_width = row.image_width;
  person.image_height = row.image_height;
  return person;
}

// Yaws of --view orbit.
constexpr int kOrbit = 8;

// What --view asks for: nothing for the camera's own, several for an orbit. Throws UsageError.
std::vector<ViewAngle> AnglesFromFlags() {
  const std::map<std::string, std::vector<ViewAngle>> angles = {
      {"camera", {}}, {"front", {{0, 0}}}, {"side", {{kPi / 2, 0}}}, {"top", {{0, kPi / 2}}}, {"orbit", {}}};
  const auto found = angles.find(FLAGS_view);
  if (found == angles.end())
    throw UsageError(
        StrCat("--view: found \"", FLAGS_view, "\", expected camera, front, side, top or orbit"));
  if (FLAGS_view != "orbit") return found->second;
  std::vector<ViewAngle> orbit;
  for (int i = 0; i < kOrbit; ++i) orbit.push_back({2 * kPi * i / kOrbit, 0});
  return orbit;
}

// As large as --size allows for one image, half of it for several, and no larger than a file can be.
Image Sheet(const std::vector<Image>& images, const std::vector<std::string>& captions, int columns) {
  if (images.size() == 1) return images[0];
  constexpr int kLargestSheet = 16000, kBesidesCell = 80, kSmallestCell = 24;
  const int rows = (static_cast<int>(images.size()) + columns - 1) / columns;
  const int cell = std::min(PictureHeight() / 2, kLargestSheet / std::max(rows, columns) - kBesidesCell);
  if (cell < kSmallestCell)
    throw UsageError(StrCat("--limit: ", images.size(), " images do not fit into one; take fewer people"));
  return ContactSheet(images, columns, captions, "", cell);
}

// Those of --id, all of whom there are, or the first ones; --limit of them at most.
void KeepShown(const std::string& path, std::vector<ResultsFile::Row>* rows) {
  constexpr size_t kUsualLimit = 24;
  const std::vector<std::string> named = SplitAtCommas(FLAGS_id);
  std::set<std::string> ids(named.begin(), named.end());
  if (!ids.empty()) {
    rows->erase(std::remove_if(rows->begin(), rows->end(),
                               [&](const ResultsFile::Row& row) { return ids.count(row.fit.id) == 0; }),
                rows->end());
    for (const ResultsFile::Row& row : *rows) ids.erase(row.fit.id);
    if (!ids.empty()) throw InputError(path, "ids", StrCat("holds no person \"", *ids.begin(), "\""));
  }
  if (rows->empty()) throw InputError(path, "ids", "holds nobody");
  if (FLAGS_limit < 0)
    throw UsageError(StrCat("--limit: found ", FLAGS_limit, ", expected 0 or more people"));
  rows->resize(std::min(rows->size(), FLAGS_limit > 0 ? static_cast<size_t>(FLAGS_limit) : kUsualLimit));
}

int Render(const std::vector<std::string>& arguments) {
  if (arguments.size() != 1) throw UsageError("render: expected one results.npz or the folder that holds it");
  const std::vector<ViewAngle> angles = AnglesFromFlags();
  ResultsFile file = ReadResults(arguments[0]);
  TakeHypothesis(arguments[0], &file);
  const std::shared_ptr<const BodyModel> model = BodyOfResult(arguments[0]);
  if (!EndsWith(FLAGS_out, ".png")) throw UsageError("render: --out FILE.png is missing");
  KeepShown(arguments[0], &file.rows);
  const bool has_cameras = std::none_of(file.rows.begin(), file.rows.end(), [](const ResultsFile::Row& row) {
    return row.fit.focal_source == "none";
  });
  if (!angles.empty() && has_cameras)
    RefuseGiven({"images", "observations"}, "has no place in a --view but the camera's");
  if (angles.empty() && has_cameras) RefuseGiven({"up"}, "says how a --view stands, and none is asked for");
  const std::map<std::string, PersonObservation> observations =
      ObservationsOf(file.rows, arguments[0], *model);
  RequireImagesFolder();
  ImageTroubles troubles;
  PersonPainter painter(model, &troubles);
  std::vector<Image> images;
  std::vector<std::string> captions;
  const Eigen::Matrix3d upright = UprightFromResults(*model, FitsOf(file.rows));
  for (const ResultsFile::Row& row : file.rows) {
    const auto seen = observations.find(row.fit.id);
    const PersonObservation person = seen != observations.end() ? seen->second : ObservationOf(row);
    OverlayOptions options;
    if (FLAGS_up != "auto") options.upright = Eigen::Vector3d(1, -1, -1).asDiagonal() * upright;
    if (angles.empty()) {
      images.push_back(painter.Draw(person, row.fit, options));
      captions.push_back(row.fit.id);
    }
    options.caption = angles.size() <= 1;
    for (const ViewAngle& angle : angles) {
      options.angle = angle;
      images.push_back(painter.Draw(person, row.fit, options));
      captions.push_back(angles.size() == 1
                             ? row.fit.id
                             : StrCat(row.fit.id, "\n", std::lround(kDegPerRad * angle.yaw_rad), " degrees"));
    }
  }
  troubles.Print();
  const int columns = angles.size() <= 1 ? 6 : file.rows.size() == 1 ? kOrbit / 2 : kOrbit;
  WritePng(FLAGS_out, Sheet(images, captions, columns));
  return kExitOk;
}

}  // namespace

Command RenderCommand() {
  return {"render",
          "RESULT --out FILE.png [--id ID,ID] [--view VIEW]",
          "images of fitted bodies",
          "RESULT is a results.npz or its folder. One person (--id) or a sheet of several: those named in "
          "--id, or the first --limit (24). --view camera, the default, lays the body over its image; "
          "results of 3D keypoints have no camera and are seen from afar. front, side (from the body's "
          "left), top and orbit (all around) turn about the body instead.\n"
          "\n"
          "  vitruvius render out/ --observations keypoints/ --images photos/ --out sheet.png\n"
          "  vitruvius render out/ --view side --out side.png\n"
          "  vitruvius render out/ --view orbit --id photo7_0 --out around.png\n",
          {"out", "view", "up", "model", "gender", "id", "hypothesis", "limit", "observations", "read_as",
           "images", "image_size", "keypoint_set", "size", "quiet"},
          Render};
}

}  // namespace vitruvius
