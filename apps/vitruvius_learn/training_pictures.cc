#include "apps/vitruvius_learn/training_pictures.h"

#include <cmath>
#include <sstream>

#include "data/io/atomic_file.h"
#include "data/io/picture.h"
#include "models/body/body_evaluator.h"
#include "models/rendering/contact_sheet.h"
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

}  // namespace

void WriteLog(const std::string& folder, const TrainingLog& log) {
  WriteFileAtomically(folder + "/log.csv", Csv(log));
}

LinePlot PlotOf(const TrainingLog& log, const std::string& title, const std::vector<std::string>& columns) {
  LinePlot plot = {title, "steps", false, {}};
  for (const std::string& column : columns) plot.curves.push_back({column, log.Curve(column)});
  return plot;
}

void WriteCurves(const std::string& folder, const std::string& title, const TrainingRun& run,
                 std::vector<LinePlot> others) {
  const auto first = run.log.columns.begin() + 1;
  std::vector<Image> frames = {
      DrawLinePlot(PlotOf(run.log, "losses", {first, first + static_cast<std::ptrdiff_t>(run.num_losses)}))};
  for (const LinePlot& plot : others) frames.push_back(DrawLinePlot(plot));
  constexpr int kCell = 640;
  WritePng(folder + "/curves.png", ContactSheet(frames, static_cast<int>(frames.size()), {}, title, kCell));
}

void WriteTrainingPictures(const std::string& folder, const std::string& title, const TrainingRun& run,
                           const RowMatrixXd& poses, const BodyModel& body) {
  WriteLog(folder, run.log);
  LinePlot spread = PlotOf(run.log, "spread of generated over real poses", {"spread_mean", "spread_least"});
  spread.curves[0].name = "mean of joints";
  spread.curves[1].name = "least of joints";
  WriteCurves(folder, title, run, {PlotOf(run.log, "on validation poses", {run.best_name}), spread});
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
