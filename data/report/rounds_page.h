// One HTML page about rounds of registration and learning (solvers/deform_and_learn): errors by round, what
// became of the labels, curves of the trainings, examples. It needs no network and no other file.
#pragma once

#include <string>
#include <vector>

namespace vitruvius {

struct RoundsPage {
  // JSON. rounds: [what solvers/deform_and_learn/rounds.h puts into scores.json];
  // times: [{round, stage, seconds}];
  // trainings: [{round, stage, losses: [names], columns: {name: [values]}}], "step" among the columns, null
  //   where a column has no number;
  // command, version, model: text; train, test: numbers of people; crop_px: a number
  std::string document;
  struct Sheet {
    std::string title, about;
    std::string jpeg;  // bytes of a file; empty: none
  };
  std::vector<Sheet> sheets;
};

// The same content gives the same bytes. Throws InputError when the page's parts are not found.
std::string RoundsPageHtml(const RoundsPage& page);

}  // namespace vitruvius
