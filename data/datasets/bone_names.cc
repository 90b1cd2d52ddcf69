#include "data/datasets/bone_names.h"

#include <algorithm>
#include <cctype>
#include <map>

namespace vitruvius {
namespace {

using Words = std::vector<std::string>;

bool IsUpper(char c) { return std::isupper(static_cast<unsigned char>(c)) != 0; }
bool IsLower(char c) { return std::islower(static_cast<unsigned char>(c)) != 0; }
bool IsWordCharacter(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }

// "LHipJoint" and "l_hip.joint": l, hip, joint. Digits belong to the word before them.
Words WordsOf(const std::string& name) {
  const std::size_t space = name.find_last_of(":|");
  const std::string text = space == std::string::npos ? name : name.substr(space + 1);
  Words words;
  bool begin = true;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!IsWordCharacter(text[i])) {
      begin = true;
      continue;
    }
    const bool after_lower = i > 0 && IsWordCharacter(text[i - 1]) && !IsUpper(text[i - 1]);
    const bool last_capital = i > 0 && IsUpper(text[i - 1]) && i + 1 < text.size() && IsLower(text[i + 1]);
    if (begin || (IsUpper(text[i]) && (after_lower || last_capital))) words.emplace_back();
    begin = false;
    words.back() += static_cast<char>(std::tolower(static_cast<unsigned char>(text[i])));
  }
  return words;
}

BodySide SideOfWord(const std::string& word) {
  if (word == "l" || word == "left") return BodySide::kLeft;
  if (word == "r" || word == "right") return BodySide::kRight;
  return BodySide::kMiddle;
}

bool IsNumber(const std::string& word) { return std::all_of(word.begin(), word.end(), ::isdigit); }

// Takes off the word that three quarters of the names begin (or end) with; false when there is none.
bool DropCommonWord(bool at_end, std::vector<Words>* names) {
  std::map<std::string, std::size_t> counts;
  std::size_t bones = 0;
  for (const Words& words : *names) {
    bones += words.empty() ? 0 : 1;
    if (words.size() > 1) ++counts[at_end ? words.back() : words.front()];
  }
  for (const auto& [word, count] : counts) {
    if (4 * count < 3 * bones || SideOfWord(word) != BodySide::kMiddle || IsNumber(word)) continue;
    for (Words& words : *names) {
      if (words.size() < 2 || (at_end ? words.back() : words.front()) != word) continue;
      words.erase(at_end ? words.end() - 1 : words.begin());
    }
    return true;
  }
  return false;
}

bool StartsWithWord(const std::string& text, const std::string& word) {
  return text.size() > word.size() && text.compare(0, word.size(), word) == 0;
}

BoneName FromWords(const Words& words, const std::vector<std::string>& known) {
  BoneName name;
  for (const std::string& word : words) {
    const BodySide side = SideOfWord(word);
    if (side != BodySide::kMiddle && name.side == BodySide::kMiddle) {
      name.side = side;
    } else if (word != "c" || words.size() == 1) {  // VRM's sides are L, R and C
      name.key += word;
    }
  }
  if (name.side != BodySide::kMiddle) return name;
  for (const auto& [prefix, side] : {std::pair{"left", BodySide::kLeft}, {"right", BodySide::kRight}}) {
    if (StartsWithWord(name.key, prefix)) return {side, name.key.substr(std::string(prefix).size())};
  }
  for (const auto& [letter, side] : {std::pair{'l', BodySide::kLeft}, {'r', BodySide::kRight}}) {
    if (name.key.empty() || name.key[0] != letter) continue;
    const std::string rest = name.key.substr(1);
    if (std::find(known.begin(), known.end(), rest) != known.end()) return {side, rest};
  }
  return name;
}

}  // namespace

std::vector<BoneName> ReadBoneNames(const std::vector<std::string>& names,
                                    const std::vector<std::string>& known) {
  std::vector<Words> words;
  for (const std::string& name : names) words.push_back(WordsOf(name));
  for (const bool at_end : {false, true}) {
    constexpr int kMostWords = 4;  // "ValveBiped.Bip01 ..." has two
    for (int i = 0; i < kMostWords && DropCommonWord(at_end, &words); ++i) {
    }
  }
  std::vector<BoneName> result;
  for (const Words& name : words) result.push_back(FromWords(name, known));
  return result;
}

}  // namespace vitruvius
