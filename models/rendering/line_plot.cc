#include "models/rendering/line_plot.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>

#include "models/rendering/canvas.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

constexpr Rgba kInk = {40, 44, 52, 255}, kGrid = {226, 228, 232, 255}, kFrame = {150, 154, 160, 255};
// Told apart by people who see colours differently too. Source: Okabe and Ito, Color universal design, 2008.
constexpr Rgba kColors[] = {{0, 114, 178, 255},   {213, 94, 0, 255},  {0, 158, 115, 255},
                            {204, 121, 167, 255}, {230, 159, 0, 255}, {86, 180, 233, 255}};

struct Range {
  double low = std::numeric_limits<double>::infinity(), high = -std::numeric_limits<double>::infinity();
  void Add(double x) {
    low = std::min(low, x);
    high = std::max(high, x);
  }
  // With some room, and never empty.
  void Widen(double share) {
    if (!(low <= high)) low = 0, high = 1;
    const double room = high > low ? share * (high - low) : std::max(1e-3, 0.1 * std::abs(low));
    low -= room;
    high += room;
  }
  double Share(double x) const { return (x - low) / (high - low); }
};

std::string TickText(double value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.4g", value);
  return text;
}

}  // namespace

std::vector<double> RoundTicks(double low, double high, int count) {
  std::vector<double> ticks;
  if (!std::isfinite(low) || !std::isfinite(high) || !(low < high) || count < 1) return ticks;
  const double rough = (high - low) / count;
  const double power = std::pow(10, std::floor(std::log10(rough)));
  const double step = power * (rough <= power ? 1 : rough <= 2 * power ? 2 : rough <= 5 * power ? 5 : 10);
  if (!(step > 0) || !std::isfinite(step)) return ticks;
  for (double k = std::ceil(low / step); k * step <= high && ticks.size() < 100; ++k)
    ticks.push_back(k * step);
  return ticks;
}

Image DrawLinePlot(const LinePlot& plot, int width, int height) {
  constexpr int kLeast = 160, kMost = 16384;
  VT_CHECK(width >= kLeast && height >= kLeast && width <= kMost && height <= kMost);
  const auto is_drawn = [&](const std::pair<double, double>& p) {
    return std::isfinite(p.first) && std::isfinite(p.second) && (!plot.logarithmic || p.second > 0);
  };
  const auto y_of = [&](double y) { return plot.logarithmic ? std::log10(y) : y; };
  Range x_range, y_range;
  for (const PlotCurve& curve : plot.curves) {
    for (const auto& point : curve.points) {
      if (!is_drawn(point)) continue;
      x_range.Add(point.first);
      y_range.Add(y_of(point.second));
    }
  }
  x_range.Widen(0);
  y_range.Widen(0.06);

  Canvas canvas(width, height);
  canvas.FillGradient({255, 255, 255, 255}, {255, 255, 255, 255});
  const double left = 64, right = width - 16.0, top = 58, bottom = height - 40.0;
  const auto x_px = [&](double x) { return left + (right - left) * x_range.Share(x); };
  const auto y_px = [&](double y) { return bottom - (bottom - top) * y_range.Share(y); };
  const TextStyle small = {11, kInk, false};
  canvas.DrawText(left, 20, right - left, plot.title, {14, kInk, true});
  for (const double tick : RoundTicks(x_range.low, x_range.high, 6)) {
    canvas.DrawLine(x_px(tick), top, x_px(tick), bottom, 1, kGrid);
    const std::string text = TickText(tick);
    canvas.DrawText(x_px(tick) - canvas.TextWidth(text, small) / 2, bottom + 15, 80, text, small);
  }
  for (const double tick : RoundTicks(y_range.low, y_range.high, 6)) {
    canvas.DrawLine(left, y_px(tick), right, y_px(tick), 1, kGrid);
    const std::string text = TickText(plot.logarithmic ? std::pow(10, tick) : tick);
    canvas.DrawText(left - 6 - canvas.TextWidth(text, small), y_px(tick) + 4, left, text, small);
  }
  canvas.DrawLine(left, bottom, right, bottom, 1, kFrame);
  canvas.DrawLine(left, top, left, bottom, 1, kFrame);
  const double label = canvas.TextWidth(plot.x_label, small);
  canvas.DrawText((left + right - label) / 2, height - 8.0, right - left, plot.x_label, small);

  double legend = left;
  for (std::size_t i = 0; i < plot.curves.size(); ++i) {
    const Rgba color = kColors[i % std::size(kColors)];
    const PlotCurve& curve = plot.curves[i];
    const std::pair<double, double>* last = nullptr;
    std::size_t drawn = 0;
    for (const auto& point : curve.points) {
      if (!is_drawn(point)) continue;
      const double x = x_px(point.first), y = y_px(y_of(point.second));
      if (last != nullptr) canvas.DrawLine(x_px(last->first), y_px(y_of(last->second)), x, y, 1.6, color);
      last = &point;
      ++drawn;
    }
    if (drawn <= 60) {
      for (const auto& point : curve.points) {
        if (is_drawn(point)) canvas.DrawDisc(x_px(point.first), y_px(y_of(point.second)), 2.2, color);
      }
    }
    canvas.DrawBox(legend, 32, 14, 10, 2, color);
    legend += 20 + canvas.DrawText(legend + 18, 41, 160, curve.name, small) + 16;
  }
  return canvas.ToImage();
}

}  // namespace vitruvius
