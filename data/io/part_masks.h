// (internal) The masks of DensePose's annotations (dp_masks): where 14 parts of a person are seen within the
// box around them, stretched to 256 x 256 cells, as COCO's compressed run lengths. Sources: detectron2,
// projects/DensePose/doc/DENSEPOSE_DATASETS.md (the parts, in their order); cocodataset/cocoapi,
// common/maskApi.c (the run lengths).
#pragma once

#include <bitset>
#include <string>
#include <vector>

#include <Eigen/Core>

namespace vitruvius {

inline constexpr int kNumMaskParts = 14, kMaskSide = 256;

// Cell (x, y), from the box's upper left corner, is bit 256 x + y: the format runs down the columns.
using PartMask = std::bitset<static_cast<size_t>(kMaskSide) * kMaskSide>;

// 1 to 14: which mask holds a part of the chart (1 to 24). Throws ContractError for other parts.
int MaskPartOf(int chart_part);

// Whether a cell of the mask, or one at most `reach` cells beside it, holds the place: cells from the box's
// corner, 0 to 256.
bool IsWithin(const PartMask& mask, const Eigen::Vector2d& place, int reach);

// Runs of cells outside, inside, outside, ... as text: each length (from the third on: less the last but one)
// in digits of 5 bits, the lowest first, of characters from '0' on, 32 more where another digit follows; the
// highest bit of the last digit is the sign.
std::string EncodeMask(const PartMask& mask);
// Throws InputError, begun by `place`, for other characters and for runs that do not add up to all cells.
PartMask DecodeMask(const std::string& counts, const std::string& place);

// The same runs as plain numbers, COCO's uncompressed form. Throws InputError as above.
PartMask MaskOfRuns(const std::vector<double>& counts, const std::string& place);

// Adds the cells whose middle lies within a polygon of corners x, y, x, y, ... in cells from the box's corner
// (an even number of them, three corners at least); twice covered is outside. Throws InputError, begun by
// `place`, for other numbers.
void AddPolygon(const std::vector<double>& corners, const std::string& place, PartMask* mask);

}  // namespace vitruvius
