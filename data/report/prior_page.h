// One HTML page that compares pose priors, beside the figures of the paper whose protocol it follows (Davydov
// et al., Adversarial Parametric Pose Prior, CVPR 2022, tables 1 to 3). It needs no network and no other
// file.
#pragma once

#include <string>
#include <vector>

#include "models/body/body_model.h"

namespace vitruvius {

struct PriorPage {
  std::string document;  // JSON, as `evaluate prior --json` prints it
  struct Picture {
    std::string prior, kind;  // kind: "samples", "worst"
    std::string jpeg;         // bytes of a file; empty: none
  };
  std::vector<Picture> pictures;
  // Joints of some poses of each set, mm, the same number of columns: what the t-SNE lays out.
  struct Points {
    std::string name;
    RowMatrixXf joints;
  };
  std::vector<Points> points;
};

// The same content gives the same bytes. The t-SNE is that of the npm package @saehrimnir/druidjs, which
// `./run setup page` puts into the user's data folder (js/druid.js); without it the page says so. Throws
// InputError when the page's parts are not found.
std::string PriorPageHtml(const PriorPage& page);

}  // namespace vitruvius
