// How far work on many people is.
#pragma once

#include <chrono>
#include <string>

namespace vitruvius {

// Done, usable, failed, fits/s: a bar on a terminal, a line every 10 s elsewhere, nothing with --quiet.
class Progress {
 public:
  // total < 0: unknown; the share done is then told by Add.
  Progress(std::string what, long total);
  ~Progress();
  // fraction: share of all work that is done, 0 to 1, where the total is not known.
  void Add(bool usable, double fraction = 0);
  double seconds() const;

 private:
  void Print(bool last);
  std::string what_;
  long total_, done_ = 0, usable_ = 0;
  double fraction_ = 0;
  bool terminal_, quiet_;
  std::chrono::steady_clock::time_point begin_, printed_;
};

}  // namespace vitruvius
