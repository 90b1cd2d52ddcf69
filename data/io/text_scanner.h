// Words and numbers of a text file, with the line number that every message needs. Nothing is copied: words
// are views into the text, which must outlive the scanner.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace vitruvius {

class TextScanner {
 public:
  struct Options {
    std::string_view single;  // characters that are words by themselves ("{}")
    std::string_view blank;   // characters that separate words besides white space (",")
    char comment = '\0';      // from here to the end of the line is ignored
  };

  TextScanner(std::string_view text, std::string path, const Options& options);

  const std::string& path() const { return path_; }
  int line() const {
    return line_;
  }  // 1-based, of the next word once one of the calls below has looked for it
  std::uint64_t bytes_left() const { return text_.size() - position_; }

  bool AtEnd();             // nothing but white space and comments is left
  std::string_view Peek();  // the next word, not consumed; empty at the end
  bool MoreOnLine();        // the line of the last word has another word
  bool AtLineStart();       // the next word is the first of its line
  void SkipLine();          // drops what is left of the line of the next word
  // What is left of the last word's line up to a `single` character, trimmed (names that hold blanks).
  std::string_view RestOfLine();

  // These consume a word and throw InputError "path: line N: found X, expected WHAT" when it is not that.
  std::string_view Next(std::string_view what);
  void Expect(std::string_view word);    // compared without case
  double Number(std::string_view what);  // finite
  std::int64_t Integer(std::string_view what, std::int64_t low, std::int64_t high);
  // Consumes a finite number; otherwise consumes nothing and returns false.
  bool TryNumber(double* value);

  // Throws InputError at the current line; `found` is quoted and cut when long.
  [[noreturn]] void Fail(std::string_view found, const std::string& expected) const;
  [[noreturn]] void FailAtLine(int line, const std::string& what) const;

 private:
  enum class Kind : std::uint8_t { kWord, kBlank, kSingle, kComment };
  void SkipBlanks();
  Kind KindOf(char c) const { return kinds_[static_cast<unsigned char>(c)]; }

  std::string_view text_;
  std::string path_;
  std::array<Kind, 256> kinds_;  // a look-up a byte: files have hundreds of megabytes
  std::size_t position_ = 0;
  int line_ = 1;
  int last_word_line_ = 0;
};

bool EqualsIgnoringCase(std::string_view a, std::string_view b);
// Finite decimal number that fills all of `word` (a leading '+' is allowed); false otherwise.
bool ParseFiniteNumber(std::string_view word, double* value);

}  // namespace vitruvius
