// Antialiased drawing on a picture: lines, discs, rounded boxes, pictures, text. The only place that sees
// cairo.
//
// Coordinates are px from the top left corner (models/rendering/image.h). Anything may lie outside the
// picture; shapes with a non-finite or absurdly far coordinate are not drawn. Text is DejaVu Sans, or
// whatever font there is; with no font at all it is left out and everything else is drawn.
#pragma once

#include <memory>
#include <string>

#include "models/rendering/image.h"

namespace vitruvius {

struct TextStyle {
  double size_px = 13;
  Rgba color = {40, 44, 52, 255};
  bool bold = false;
};

class Canvas {
 public:
  // Throws ContractError unless both sides are 1 to 16384 px.
  Canvas(int width, int height);
  explicit Canvas(const Image& image);
  ~Canvas();
  Canvas(const Canvas&) = delete;
  Canvas& operator=(const Canvas&) = delete;

  int width() const;
  int height() const;

  // From the top to the bottom of the whole picture.
  void FillGradient(const Rgba& top, const Rgba& bottom);
  // Its top left corner at (x, y), each of its pixels `scale` px wide; averaged when shrunk.
  void DrawImage(const Image& image, double x, double y, double scale, double opacity = 1);
  void DrawLine(double x0, double y0, double x1, double y1, double line_width, const Rgba& color);
  void DrawDisc(double x, double y, double radius, const Rgba& color);
  void DrawRing(double x, double y, double radius, double line_width, const Rgba& color);
  void DrawBox(double x, double y, double box_width, double box_height, double corner_radius,
               const Rgba& color);
  // Left end of the base line at (x, y); shortened with an ellipsis to max_width px. Bytes that are no UTF-8
  // become
  // '?'. Returns the width drawn, 0 when there is no font.
  double DrawText(double x, double y, double max_width, const std::string& text, const TextStyle& style);
  double TextWidth(const std::string& text, const TextStyle& style) const;

  Image ToImage() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vitruvius
