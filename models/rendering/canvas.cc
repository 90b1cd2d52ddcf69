#include "models/rendering/canvas.h"

#include <cairo.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <initializer_list>

#include "models/math/angles.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

constexpr int kMaxSide = 16384;
// Cairo counts in 1/256 px with 32 bits: farther out its coordinates wrap around.
constexpr double kFarAway = 1e6;

using SurfacePtr = std::unique_ptr<cairo_surface_t, decltype(&cairo_surface_destroy)>;
using ContextPtr = std::unique_ptr<cairo_t, decltype(&cairo_destroy)>;

bool Drawable(std::initializer_list<double> numbers) {
  return std::all_of(numbers.begin(), numbers.end(), [](double x) { return std::abs(x) < kFarAway; });
}

SurfacePtr MakeSurface(int width, int height) {
  VT_CHECK_GE(std::min(width, height), 1);
  VT_CHECK_LE(std::max(width, height), kMaxSide);
  SurfacePtr surface(cairo_image_surface_create(CAIRO_FORMAT_ARGB32, width, height), &cairo_surface_destroy);
  VT_CHECK(cairo_surface_status(surface.get()) == CAIRO_STATUS_SUCCESS);
  return surface;
}

// A part of an image. Cairo's pixels are 32-bit words ARGB with the colours multiplied by alpha.
SurfacePtr SurfaceOf(const Image& image, int left, int top, int width, int height) {
  SurfacePtr surface = MakeSurface(width, height);
  unsigned char* const data = cairo_image_surface_get_data(surface.get());
  const int stride = cairo_image_surface_get_stride(surface.get());
  for (int y = 0; y < height; ++y) {
    const Rgba* const row = &image.at(left, top + y);
    for (int x = 0; x < width; ++x) {
      const Rgba& pixel = row[x];
      const auto weighted = [&](std::uint8_t c) -> std::uint32_t {
        return pixel.a == 255 ? c : static_cast<std::uint32_t>((c * pixel.a + 127) / 255);
      };
      const std::uint32_t word = static_cast<std::uint32_t>(pixel.a) << 24 | weighted(pixel.r) << 16 |
                                 weighted(pixel.g) << 8 | weighted(pixel.b);
      std::memcpy(data + static_cast<std::ptrdiff_t>(y) * stride + 4 * x, &word, 4);
    }
  }
  cairo_surface_mark_dirty(surface.get());
  return surface;
}

void SetColor(cairo_t* context, const Rgba& color) {
  cairo_set_source_rgba(context, color.r / 255.0, color.g / 255.0, color.b / 255.0, color.a / 255.0);
}

// Number of bytes of the UTF-8 character that starts here, 0 when there is none. Overlong forms and
// surrogates pass only as far as cairo lets them: it then draws nothing.
std::size_t Utf8Length(const std::string& text, std::size_t at) {
  const auto byte = static_cast<unsigned char>(text[at]);
  const std::size_t length = byte < 0x80                   ? 1
                             : byte >= 0xc2 && byte < 0xe0 ? 2
                             : byte >= 0xe0 && byte < 0xf0 ? 3
                             : byte >= 0xf0 && byte < 0xf5 ? 4
                                                           : 0;
  if (at + length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((static_cast<unsigned char>(text[at + i]) & 0xc0) != 0x80) return 0;
  }
  return length;
}

// What can be drawn of a text: one line of UTF-8, of bounded length.
std::string Printable(const std::string& text) {
  constexpr std::size_t kMaxBytes = 512;
  std::string result;
  for (std::size_t i = 0; i < text.size() && result.size() < kMaxBytes;) {
    const std::size_t length = Utf8Length(text, i);
    if (length == 0)
      result += '?';
    else if (length == 1 && static_cast<unsigned char>(text[i]) < 0x20)
      result += ' ';
    else
      result.append(text, i, length);
    i += std::max<std::size_t>(length, 1);
  }
  return result;
}

void SelectFont(cairo_t* context, const TextStyle& style) {
  cairo_select_font_face(context, "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL,
                         style.bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
  cairo_set_font_size(context, style.size_px);
}

double Advance(cairo_t* context, const std::string& text) {
  cairo_text_extents_t extents;
  cairo_text_extents(context, text.c_str(), &extents);
  return cairo_status(context) == CAIRO_STATUS_SUCCESS ? extents.x_advance : 0;
}

}  // namespace

struct Canvas::Impl {
  explicit Impl(SurfacePtr canvas)
      : surface(std::move(canvas)), context(cairo_create(surface.get()), &cairo_destroy) {
    cairo_set_line_cap(context.get(), CAIRO_LINE_CAP_ROUND);
  }
  // Text has its own context: one that met an error (no font) draws nothing any more.
  ContextPtr TextContext() const { return ContextPtr(cairo_create(surface.get()), &cairo_destroy); }

  SurfacePtr surface;
  ContextPtr context;
};

Canvas::Canvas(int width, int height) : impl_(std::make_unique<Impl>(MakeSurface(width, height))) {}
Canvas::Canvas(const Image& image)
    : impl_(std::make_unique<Impl>(SurfaceOf(image, 0, 0, image.width, image.height))) {}
Canvas::~Canvas() = default;

int Canvas::width() const { return cairo_image_surface_get_width(impl_->surface.get()); }
int Canvas::height() const { return cairo_image_surface_get_height(impl_->surface.get()); }

void Canvas::FillGradient(const Rgba& top, const Rgba& bottom) {
  const std::unique_ptr<cairo_pattern_t, decltype(&cairo_pattern_destroy)> gradient(
      cairo_pattern_create_linear(0, 0, 0, height()), &cairo_pattern_destroy);
  cairo_pattern_add_color_stop_rgba(gradient.get(), 0, top.r / 255.0, top.g / 255.0, top.b / 255.0,
                                    top.a / 255.0);
  cairo_pattern_add_color_stop_rgba(gradient.get(), 1, bottom.r / 255.0, bottom.g / 255.0, bottom.b / 255.0,
                                    bottom.a / 255.0);
  cairo_set_source(impl_->context.get(), gradient.get());
  cairo_paint(impl_->context.get());
}

void Canvas::DrawImage(const Image& image, double x, double y, double scale, double opacity) {
  if (image.empty() || !Drawable({x, y, image.width * scale, image.height * scale}) || !(scale > 0)) return;
  // What cannot be seen is not copied; what lies near counts where the image is averaged.
  const double border = 2 + std::ceil(2 / scale);
  const auto first = [&](double from, int size) {
    return static_cast<int>(std::clamp(std::floor(-from / scale) - border, 0.0, static_cast<double>(size)));
  };
  const auto last = [&](double from, int room, int size) {
    return static_cast<int>(
        std::clamp(std::ceil((room - from) / scale) + border, 0.0, static_cast<double>(size)));
  };
  const int left = first(x, image.width), right = last(x, width(), image.width);
  const int top = first(y, image.height), bottom = last(y, height(), image.height);
  if (left >= right || top >= bottom) return;
  const SurfacePtr source = SurfaceOf(image, left, top, right - left, bottom - top);
  cairo_t* const context = impl_->context.get();
  cairo_save(context);
  cairo_rectangle(context, x, y, image.width * scale, image.height * scale);
  cairo_clip(context);
  cairo_translate(context, x, y);
  cairo_scale(context, scale, scale);
  cairo_set_source_surface(context, source.get(), left, top);
  cairo_pattern_set_filter(cairo_get_source(context), CAIRO_FILTER_GOOD);
  cairo_pattern_set_extend(cairo_get_source(context),
                           CAIRO_EXTEND_PAD);  // no seam of background at the border
  cairo_paint_with_alpha(context, std::clamp(opacity, 0.0, 1.0));
  cairo_restore(context);
}

void Canvas::DrawLine(double x0, double y0, double x1, double y1, double line_width, const Rgba& color) {
  if (!Drawable({x0, y0, x1, y1, line_width})) return;
  cairo_t* const context = impl_->context.get();
  SetColor(context, color);
  cairo_set_line_width(context, line_width);
  cairo_move_to(context, x0, y0);
  cairo_line_to(context, x1, y1);
  cairo_stroke(context);
}

void Canvas::DrawDisc(double x, double y, double radius, const Rgba& color) {
  if (!Drawable({x, y, radius})) return;
  SetColor(impl_->context.get(), color);
  cairo_new_sub_path(impl_->context.get());
  cairo_arc(impl_->context.get(), x, y, radius, 0, 2 * kPi);
  cairo_fill(impl_->context.get());
}

void Canvas::DrawRing(double x, double y, double radius, double line_width, const Rgba& color) {
  if (!Drawable({x, y, radius, line_width})) return;
  SetColor(impl_->context.get(), color);
  cairo_set_line_width(impl_->context.get(), line_width);
  cairo_new_sub_path(impl_->context.get());
  cairo_arc(impl_->context.get(), x, y, radius, 0, 2 * kPi);
  cairo_stroke(impl_->context.get());
}

void Canvas::DrawBox(double x, double y, double box_width, double box_height, double corner_radius,
                     const Rgba& color) {
  if (!Drawable({x, y, box_width, box_height, corner_radius})) return;
  cairo_t* const context = impl_->context.get();
  SetColor(context, color);
  const double radius = std::clamp(corner_radius, 0.0, 0.5 * std::max(0.0, std::min(box_width, box_height)));
  const double left = x + radius, right = x + box_width - radius;
  const double top = y + radius, bottom = y + box_height - radius;
  cairo_new_sub_path(context);
  cairo_arc(context, right, top, radius, -kPi / 2, 0);
  cairo_arc(context, right, bottom, radius, 0, kPi / 2);
  cairo_arc(context, left, bottom, radius, kPi / 2, kPi);
  cairo_arc(context, left, top, radius, kPi, 3 * kPi / 2);
  cairo_close_path(context);
  cairo_fill(context);
}

double Canvas::DrawText(double x, double y, double max_width, const std::string& text,
                        const TextStyle& style) {
  if (!Drawable({x, y, style.size_px})) return 0;
  const ContextPtr context = impl_->TextContext();
  SelectFont(context.get(), style);
  SetColor(context.get(), style.color);
  std::string shown = Printable(text);
  double text_width = Advance(context.get(), shown);
  while (text_width > max_width && !shown.empty()) {
    // A whole character goes, and the ellipsis that is there already.
    constexpr char kEllipsis[] = "\xe2\x80\xa6";
    if (shown.size() >= 3 && shown.compare(shown.size() - 3, 3, kEllipsis) == 0)
      shown.resize(shown.size() - 3);
    while (!shown.empty() && (static_cast<unsigned char>(shown.back()) & 0xc0) == 0x80) shown.pop_back();
    if (!shown.empty()) shown.pop_back();
    if (!shown.empty()) shown += kEllipsis;
    text_width = Advance(context.get(), shown);
  }
  if (shown.empty()) return 0;
  cairo_move_to(context.get(), x, y);
  cairo_show_text(context.get(), shown.c_str());
  return cairo_status(context.get()) == CAIRO_STATUS_SUCCESS ? text_width : 0;
}

double Canvas::TextWidth(const std::string& text, const TextStyle& style) const {
  const ContextPtr context = impl_->TextContext();
  SelectFont(context.get(), style);
  return Advance(context.get(), Printable(text));
}

Image Canvas::ToImage() const {
  cairo_surface_flush(impl_->surface.get());
  const unsigned char* const data = cairo_image_surface_get_data(impl_->surface.get());
  const int stride = cairo_image_surface_get_stride(impl_->surface.get());
  Image image(width(), height());
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      std::uint32_t word;
      std::memcpy(&word, data + static_cast<std::ptrdiff_t>(y) * stride + 4 * x, 4);
      const std::uint32_t alpha = word >> 24;
      const auto straight = [&](int shift) {
        const std::uint32_t value = word >> shift & 255;
        if (alpha == 255) return static_cast<std::uint8_t>(value);
        return static_cast<std::uint8_t>(alpha == 0 ? 0 : std::min(255u, (value * 255 + alpha / 2) / alpha));
      };
      image.at(x, y) = {straight(16), straight(8), straight(0), static_cast<std::uint8_t>(alpha)};
    }
  }
  return image;
}

}  // namespace vitruvius
