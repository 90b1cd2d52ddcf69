// The words in the names of bones: which side, and what, however a program spells it.
#pragma once

#include <string>
#include <vector>

namespace vitruvius {

enum class BodySide { kMiddle, kLeft, kRight };

struct BoneName {
  BodySide side = BodySide::kMiddle;
  std::string key;  // lower case letters and digits: "upleg" of "mixamorig:LeftUpLeg"; may be empty
};

// Left out are name spaces (all up to the last ':' or '|') and the words that nearly all names begin or end
// with ("Bip01", "joint"). `known`: keys that may follow a side that is but a letter ("lfemur").
std::vector<BoneName> ReadBoneNames(const std::vector<std::string>& names,
                                    const std::vector<std::string>& known);

}  // namespace vitruvius
