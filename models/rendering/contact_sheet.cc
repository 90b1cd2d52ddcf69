#include "models/rendering/contact_sheet.h"

#include <algorithm>
#include <cmath>

#include "models/rendering/canvas.h"
#include "models/util/check.h"

namespace vitruvius {

Image ContactSheet(const std::vector<Image>& images, int columns, const std::vector<std::string>& captions,
                   const std::string& title, int max_cell_px) {
  constexpr int kGap = 16, kPadding = 8, kTitleHeight = 52, kCaptionHeight = 40;  // px
  VT_CHECK_GE(columns, 1);
  VT_CHECK_GE(max_cell_px, 1);
  if (!captions.empty()) VT_CHECK_EQ(captions.size(), images.size());

  const auto scale_of = [&](const Image& image) {
    return std::min(1.0, static_cast<double>(max_cell_px) / std::max({image.width, image.height, 1}));
  };
  int cell_width = 1, cell_height = 1;
  for (const Image& image : images) {
    cell_width = std::max(cell_width, static_cast<int>(std::ceil(image.width * scale_of(image))));
    cell_height = std::max(cell_height, static_cast<int>(std::ceil(image.height * scale_of(image))));
  }
  const int num_images = static_cast<int>(images.size());
  const int num_columns = std::clamp(num_images, 1, columns);
  const int num_rows = (num_images + num_columns - 1) / num_columns;
  const int card_width = cell_width + 2 * kPadding;
  const int card_height = cell_height + 2 * kPadding + (captions.empty() ? 0 : kCaptionHeight);
  const int top = title.empty() ? kGap : kTitleHeight;
  const long long sheet_height = top + static_cast<long long>(num_rows) * (card_height + kGap);
  const long long sheet_width = kGap + static_cast<long long>(num_columns) * (card_width + kGap);
  VT_CHECK_LE(std::max(sheet_width, sheet_height), 16384);

  Canvas canvas(static_cast<int>(sheet_width), static_cast<int>(sheet_height));
  canvas.FillGradient({240, 242, 246, 255}, {226, 229, 235, 255});
  canvas.DrawText(kGap + 2, 34, sheet_width - 2 * kGap, title, TextStyle{19, {32, 36, 44, 255}, true});
  for (int i = 0; i < num_images; ++i) {
    const int column = i % num_columns, row = i / num_columns;
    const double x = kGap + column * (card_width + kGap);
    const double y = top + row * (card_height + kGap);
    canvas.DrawBox(x - 0.5, y + 1.5, card_width + 1, card_height, 7, {60, 70, 90, 34});  // its shadow
    canvas.DrawBox(x, y, card_width, card_height, 6, {255, 255, 255, 255});
    const double scale = scale_of(images[i]);
    // Whole pixels: a picture that is not scaled stays as crisp as it was.
    canvas.DrawImage(images[i], std::round(x + kPadding + 0.5 * (cell_width - scale * images[i].width)),
                     std::round(y + kPadding + 0.5 * (cell_height - scale * images[i].height)), scale);
    if (captions.empty()) continue;
    const std::string& caption = captions[i];
    const std::size_t split = std::min(caption.find('\n'), caption.size());
    const double base = y + card_height - kCaptionHeight + 10;
    canvas.DrawText(x + kPadding + 2, base, cell_width - 4, caption.substr(0, split),
                    TextStyle{13, {40, 44, 52, 255}, true});
    if (split < caption.size()) {
      canvas.DrawText(x + kPadding + 2, base + 17, cell_width - 4, caption.substr(split + 1),
                      TextStyle{11.5, {98, 106, 120, 255}, false});
    }
  }
  return canvas.ToImage();
}

}  // namespace vitruvius
