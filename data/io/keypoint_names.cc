#include "data/io/keypoint_names.h"

#include <cctype>

namespace vitruvius {
namespace {

bool IsUpper(char c) { return std::isupper(static_cast<unsigned char>(c)) != 0; }
bool IsAlnum(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }

}  // namespace

std::string PlainKeypointName(const std::string& name) {
  std::string plain;
  for (size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    if (!IsAlnum(c)) {
      if (!plain.empty() && plain.back() != '_') plain += '_';
      continue;
    }
    // "LKnee": L, Knee; "leftKnee": left, Knee; "ID": one word.
    const bool begins = IsUpper(c) && i > 0 && IsAlnum(name[i - 1]) &&
                        (!IsUpper(name[i - 1]) || (i + 1 < name.size() && IsAlnum(name[i + 1]) &&
                                                   !IsUpper(name[i + 1]) && !std::isdigit(name[i + 1])));
    if (begins && !plain.empty() && plain.back() != '_') plain += '_';
    plain += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  while (!plain.empty() && plain.back() == '_') plain.pop_back();
  for (const auto& [spelled, side] :
       {std::pair{"l", "left"}, {"r", "right"}, {"left", "left"}, {"right", "right"}}) {
    const std::string before = std::string(spelled) + "_", after = std::string("_") + spelled;
    if (plain.rfind(before, 0) == 0) return std::string(side) + "_" + plain.substr(before.size());
    if (plain.size() > after.size() && plain.compare(plain.size() - after.size(), after.size(), after) == 0)
      return std::string(side) + "_" + plain.substr(0, plain.size() - after.size());
  }
  return plain;
}

int IndexOfKeypoint(const KeypointSet& set, const std::string& plain_name) {
  for (int k = 0; k < set.size(); ++k) {
    if (PlainKeypointName(set.points[static_cast<size_t>(k)].name) == plain_name) return k;
  }
  return -1;
}

const KeypointSet* KeypointSetWithNames(const std::vector<std::string>& plain_names) {
  const KeypointSet* best = nullptr;
  for (const std::string& name : KeypointSetNames()) {
    const KeypointSet* set = FindKeypointSet(name);
    if (best != nullptr && set->size() >= best->size()) continue;
    bool has_all = true;
    for (const std::string& point : plain_names) has_all = has_all && IndexOfKeypoint(*set, point) >= 0;
    if (has_all) best = set;
  }
  return best;
}

}  // namespace vitruvius
