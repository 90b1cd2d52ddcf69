#include "apps/vitruvius_learn/training_pictures.h"

#include <cmath>
#include <sstream>

#include "data/io/atomic_file.h"
#include "data/io/picture.h"
#include "models/body/body_evaluator.h"
#include "models/rendering/contact_sheet.h"
#include "models/rendering/line_plot.h"
#include "models/rendering/turntable.h"

namespace vitruvius {
namespace {

std::string Csv(const TrainingLog& log) {
  std::ostringstream text;
  for (std::size_t i = 0; i < log.columns.size(); ++i) text << (i == 0 ? "" : ",") << log.columns[i];
  text << "\n";
  for (const std::vector<double>& row : log.rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      text << (i == 0 ? "" : ",");
      if (std::isfinite(row[i])) text << row[i];
    }
    text << "\n";
  }
  return text.str();
}

Image Curves(const std::string& title, const TrainingRun& run) {
  constexpr std::size_t kOthers = 4;  // step, validation and two spreads are no losses
  LinePlot losses = {"losses", "steps", false, {}};
  for (std::size_t i = 1; i + kOthers - 1 < run.log.columns.size(); ++i) {
    losses.curves.push_back({run.log.columns[i], run.log.Curve(run.log.columns[i])});
  }
  const LinePlot validation = {
      "on validation poses", "steps", false, {{run.best_name, run.log.Curve(run.best_name)}}};
  const LinePlot spread = {
      "spread of generated over real poses",
      "steps",
      false,
      {{"mean of joints", run.log.Curve("spread_mean")}, {"least of joints", run.log.Curve("spread_least")}}};
  return ContactSheet({DrawLinePlot(losses), DrawLinePlot(validation), DrawLinePlot(spread)}, 3, {}, title,
                      640);
}

}  // namespace

void WriteTrainingPictures(const std::string& folder, const std::string& title, const TrainingRun& run,
                           const RowMatrixXd& poses, const BodyModel& body) {
  WriteFileAtomically(folder + "/log.csv", Csv(run.log));
  WritePng(folder + "/curves.png", Curves(title, run));
  std::vector<Image> images;
  for (Eigen::Index i = 0; i < poses.rows(); ++i) {
    BodyParameters parameters = BodyParameters::Zero(body);
    const Eigen::Index n = std::min(poses.cols(), parameters.body_pose.size());
    parameters.body_pose.head(n) = poses.row(i).head(n);
    images.push_back(RenderViews(PoseMesh(body, parameters).vertices, body.faces(), {-EIGEN_PI / 6}, 300));
  }
  constexpr int kColumns = 5, kCell = 220;
  WritePng(folder + "/samples.png", ContactSheet(images, kColumns, {}, title, kCell));
}

}  // namespace vitruvius
