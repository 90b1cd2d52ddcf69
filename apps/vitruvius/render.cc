// vitruvius render: pictures of results.
#include <cstdio>
#include <map>
#include <set>
#include <sstream>
#include <vector>

#include "apps/common/body_of_result.h"
#include "apps/common/observation_flags.h"
#include "apps/vitruvius/command.h"
#include "apps/vitruvius/flags.h"
#include "apps/vitruvius/pictures.h"
#include "apps/vitruvius/session.h"
#include "data/io/picture.h"
#include "data/io/result_writer.h"
#include "models/body/body_evaluator.h"
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

int Render(const std::vector<std::string>& arguments) {
  if (arguments.size() != 1) throw UsageError("render: expected one results.npz or the folder that holds it");
  ResultsFile file = ReadResults(arguments[0]);
  TakeHypothesis(arguments[0], &file);
  const std::shared_ptr<const BodyModel> model = BodyOfResult(arguments[0]);
  if (!EndsWith(FLAGS_out, ".png")) throw UsageError("render: --out FILE.png is missing");
  const std::map<std::string, PersonObservation> observations = ObservationsOf(file, *model);
  const int limit = FLAGS_limit > 0 ? FLAGS_limit : 24;
  std::set<std::string> ids;
  std::istringstream list(FLAGS_id);
  for (std::string id; std::getline(list, id, ',');) ids.insert(id);
  RequireImagesFolder();
  ImageTroubles troubles;
  std::vector<Image> images;
  std::vector<std::string> captions;
  for (const ResultsFile::Row& row : file.rows) {
    if (!ids.empty() && ids.count(row.fit.id) == 0) continue;
    if (static_cast<int>(images.size()) == limit) break;
    const auto seen = observations.find(row.fit.id);
    const PersonObservation person = seen != observations.end() ? seen->second : ObservationOf(row);
    const BodyMesh mesh = row.fit.usable ? PictureMeshOf(model, row.fit) : BodyMesh();
    images.push_back(DrawPerson(person, row.fit, *model, mesh, &troubles));
    captions.push_back(row.fit.id);
  }
  troubles.Print();
  if (images.empty()) throw InputError(arguments[0], "ids", StrCat("holds no person \"", FLAGS_id, "\""));
  WritePng(FLAGS_out,
           images.size() == 1 ? images[0] : ContactSheet(images, 6, captions, "", PictureHeight() / 2));
  return kExitOk;
}

}  // namespace

Command RenderCommand() {
  return {"render",
          "RESULT --out FILE.png [--id ID,ID]",
          "pictures of fitted bodies",
          "RESULT is a results.npz or its folder. One person (--id) or a sheet of several: those named in "
          "--id, or the\n"
          "first --limit (24).\n\n"
          "  vitruvius render out/ --observations keypoints/ --images photos/ --out sheet.png\n",
          {"out", "model", "gender", "id", "hypothesis", "limit", "observations", "read_as", "images",
           "image_size", "keypoint_set", "size"},
          Render};
}

}  // namespace vitruvius
