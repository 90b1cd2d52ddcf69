// Many pictures on one page, each on a card with its caption.
#pragma once

#include <string>
#include <vector>

#include "models/rendering/image.h"

namespace vitruvius {

// Rows of `columns` cards. Pictures are shrunk to fit a square of max_cell_px, never enlarged; empty ones
// leave an empty card. Captions: none, or one for each picture; '\n' divides a bold first line from a smaller
// second one. Throws ContractError for columns below 1, another number of captions, or a sheet above 16384 px
// a side.
Image ContactSheet(const std::vector<Image>& images, int columns,
                   const std::vector<std::string>& captions = {}, const std::string& title = "",
                   int max_cell_px = 420);

}  // namespace vitruvius
