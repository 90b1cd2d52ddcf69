// The report of a folder of results, which `report` makes and `fit --report` too.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "apps/vitruvius/camera_counts.h"
#include "apps/vitruvius/session.h"

namespace vitruvius {

struct ReportRequest {
  std::string folder;                      // holds results.npz, perhaps manifest.jsonl, run.json, overlays/
  std::string out;                         // file to write
  std::vector<std::string> observations;   // what the results were fitted to; may be empty
  std::shared_ptr<const BodyModel> model;  // null: no bodies are shown
  std::string no_model;                    // why it is null, a sentence
};
// Reads --bodies, --pictures and what pictures need. Throws InputError.
void MakeReport(const ReportRequest& request);

}  // namespace vitruvius
