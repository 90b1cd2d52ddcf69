#include "data/io/text_scanner.h"

#include <charconv>
#include <cmath>
#include <utility>

#include "models/util/check.h"

namespace vitruvius {
namespace {

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
constexpr std::string_view kWhite = " \t\r\n\f\v";

// Words of a hostile file may be long and hold anything: messages show the printable beginning.
std::string Quoted(std::string_view word) {
  if (word.empty()) return "the end of the file";
  constexpr std::size_t kMaxShown = 40;
  std::string text = "\"";
  for (const char c : word.substr(0, kMaxShown)) text += c >= ' ' && c <= '~' ? c : '?';
  return text + (word.size() > kMaxShown ? "...\"" : "\"");
}

}  // namespace

bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (Lower(a[i]) != Lower(b[i])) return false;
  }
  return true;
}

bool ParseFiniteNumber(std::string_view word, double* value) {
  if (!word.empty() && word.front() == '+') word.remove_prefix(1);
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), *value);
  return error == std::errc() && end == word.data() + word.size() && std::isfinite(*value);
}

TextScanner::TextScanner(std::string_view text, std::string path, const Options& options)
    : text_(text), path_(std::move(path)) {
  kinds_.fill(Kind::kWord);
  const auto set = [this](std::string_view characters, Kind kind) {
    for (const char c : characters) kinds_[static_cast<unsigned char>(c)] = kind;
  };
  set(options.single, Kind::kSingle);
  set(kWhite, Kind::kBlank);
  set(options.blank, Kind::kBlank);
  if (options.comment != '\0') set({&options.comment, 1}, Kind::kComment);
}

void TextScanner::SkipBlanks() {
  while (position_ < text_.size()) {
    const char c = text_[position_];
    const Kind kind = KindOf(c);
    if (kind == Kind::kComment) {
      while (position_ < text_.size() && text_[position_] != '\n') ++position_;
    } else if (kind == Kind::kBlank) {
      if (c == '\n') ++line_;
      ++position_;
    } else {
      return;
    }
  }
}

bool TextScanner::AtEnd() {
  SkipBlanks();
  return position_ == text_.size();
}

std::string_view TextScanner::Peek() {
  SkipBlanks();
  if (position_ == text_.size()) return {};
  std::size_t end = position_ + 1;
  if (KindOf(text_[position_]) != Kind::kSingle) {
    while (end < text_.size() && KindOf(text_[end]) == Kind::kWord) ++end;
  }
  return text_.substr(position_, end - position_);
}

bool TextScanner::MoreOnLine() { return !AtEnd() && line_ == last_word_line_; }

bool TextScanner::AtLineStart() { return !AtEnd() && line_ != last_word_line_; }

void TextScanner::SkipLine() {
  SkipBlanks();
  last_word_line_ = line_;
  while (position_ < text_.size() && text_[position_] != '\n') ++position_;
}

std::string_view TextScanner::RestOfLine() {
  if (!MoreOnLine()) return {};
  std::size_t end = position_;
  while (end < text_.size() && text_[end] != '\n' && KindOf(text_[end]) != Kind::kSingle) ++end;
  std::string_view rest = text_.substr(position_, end - position_);
  position_ = end;
  while (!rest.empty() && KindOf(rest.back()) == Kind::kBlank) rest.remove_suffix(1);
  return rest;
}

std::string_view TextScanner::Next(std::string_view what) {
  const std::string_view word = Peek();
  if (word.empty()) Fail(word, std::string(what));
  position_ += word.size();
  last_word_line_ = line_;
  return word;
}

void TextScanner::Expect(std::string_view word) {
  const std::string what = StrCat('"', word, '"');
  const std::string_view found = Next(what);
  if (!EqualsIgnoringCase(found, word)) Fail(found, what);
}

double TextScanner::Number(std::string_view what) {
  const std::string_view word = Next(what);
  double value = 0;
  if (!ParseFiniteNumber(word, &value)) Fail(word, StrCat(what, ", a finite number"));
  return value;
}

bool TextScanner::TryNumber(double* value) {
  const std::string_view word = Peek();
  if (!ParseFiniteNumber(word, value)) return false;
  position_ += word.size();
  last_word_line_ = line_;
  return true;
}

std::int64_t TextScanner::Integer(std::string_view what, std::int64_t low, std::int64_t high) {
  const std::string_view word = Next(what);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc() || end != word.data() + word.size() || value < low || value > high) {
    Fail(word, StrCat(what, ", an integer from ", low, " to ", high));
  }
  return value;
}

void TextScanner::Fail(std::string_view found, const std::string& expected) const {
  throw InputError(path_, StrCat("line ", line_), StrCat("found ", Quoted(found), ", expected ", expected));
}

void TextScanner::FailAtLine(int line, const std::string& what) const {
  throw InputError(path_, StrCat("line ", line), what);
}

}  // namespace vitruvius
