// Curves in a frame with ticks and a legend, as a picture.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "models/rendering/image.h"

namespace vitruvius {

struct PlotCurve {
  std::string name;
  std::vector<std::pair<double, double>> points;  // x rising; those that are not finite are left out
};

struct LinePlot {
  std::string title;
  std::string x_label;
  bool logarithmic = false;  // y; points at zero and below are left out
  std::vector<PlotCurve> curves;
};

// Throws ContractError for a side below 160 or above 16384 px.
Image DrawLinePlot(const LinePlot& plot, int width = 640, int height = 400);

// Round numbers within [low, high], about `count` of them, rising; empty unless low < high, both finite.
std::vector<double> RoundTicks(double low, double high, int count);

}  // namespace vitruvius
