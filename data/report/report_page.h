// One HTML page about a folder of results that needs nothing else: no network, no server, no other file.
// The page's own parts are page.html, page.css and the scripts beside this header; what is filled in is data.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <Eigen/Core>
#include <nlohmann/json_fwd.hpp>

#include "data/report/report_bodies.h"
#include "data/report/report_table.h"
#include "models/body/body_model.h"
#include "models/scene/observation.h"

namespace vitruvius {

struct ReportPicture {
  std::int64_t row = 0;
  std::string jpeg;  // bytes of a file
};

// What was seen of a person, and the same points of the fitted body.
struct ReportKeypoints {
  std::int64_t row = 0;
  const KeypointSet* set = nullptr;
  RowMatrixXf observed;  // (K, 3) x_px, y_px, confidence; or (K, 4) metres, confidence
  RowMatrixXf fitted;    // (K, 2) px or (K, 3) metres; NaN where the body has no such point
};
// The points of `person` beside those of its fit; `result` needs parameters and camera.
ReportKeypoints CompareKeypoints(std::int64_t row, const PersonObservation& person, const FitResult& result,
                                 const BodyModel& model);

struct Report {
  ReportTable table;
  ReportChoice choice;
  ReportBodies bodies;
  std::shared_ptr<const BodyModel> model;  // null: no 3D view
  std::string no_bodies;                   // why there is none, a sentence
  std::vector<ReportPicture> pictures;
  std::vector<ReportKeypoints> keypoints;
};

// The same report gives the same bytes. Ids, names and words are data to the page and never markup. three.js
// is taken from Debian's package libjs-three; where that is missing the page says so in place of the 3D view.
// Throws InputError when the page's parts are not found.
std::string ReportPage(const Report& report);

// The body as the page poses it (body.js): template and shape directions in 16 bits, pose directions in 8,
// weights in 16, all by the span of their values.
nlohmann::json PackBody(const BodyModel& model);

}  // namespace vitruvius
