// A training as pictures and as a table.
#pragma once

#include <string>
#include <vector>

#include "models/body/body_model.h"
#include "models/rendering/line_plot.h"
#include "solvers/training/train_prior.h"

namespace vitruvius {

// log.csv: the log with a line of names, NaN as nothing.
void WriteLog(const std::string& folder, const TrainingLog& log);

// Curves of columns in one frame, over the steps.
LinePlot PlotOf(const TrainingLog& log, const std::string& title, const std::vector<std::string>& columns);
// curves.png: frames side by side, the losses' first. Throws InputError.
void WriteCurves(const std::string& folder, const std::string& title, const TrainingRun& run,
                 std::vector<LinePlot> others);

// log.csv, curves.png and samples.png into a folder that is there: losses, validation and spread over the
// steps, and bodies in the poses (N, 69). Throws InputError.
void WriteTrainingPictures(const std::string& folder, const std::string& title, const TrainingRun& run,
                           const RowMatrixXd& poses, const BodyModel& body);

}  // namespace vitruvius
