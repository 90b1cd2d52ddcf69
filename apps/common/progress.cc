#include "apps/common/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

#include "apps/common/flags.h"
#include "models/util/check.h"

namespace vitruvius {

Progress::Progress(std::string what, long total)
    : what_(std::move(what)),
      total_(total),
      terminal_(isatty(STDERR_FILENO) != 0),
      quiet_(FLAGS_quiet),
      begin_(std::chrono::steady_clock::now()),
      printed_(begin_) {}

Progress::~Progress() { Print(true); }

double Progress::seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
}

void Progress::Add(bool usable, double fraction) {
  ++done_;
  fraction_ = total_ > 0 ? static_cast<double>(done_) / static_cast<double>(total_) : fraction;
  usable_ += usable;
  const double since = std::chrono::duration<double>(std::chrono::steady_clock::now() - printed_).count();
  if (since >= (terminal_ ? 0.1 : 10)) Print(false);
}

void Progress::Print(bool last) {
  if (quiet_ || (last && !terminal_) || done_ == 0) return;
  printed_ = std::chrono::steady_clock::now();
  const double rate = static_cast<double>(done_) / std::max(1e-9, seconds());
  std::string line = StrCat(what_, ": ", done_);
  if (total_ >= 0) line += StrCat("/", total_);
  line += StrCat(" done, ", usable_, " usable, ", done_ - usable_, " failed, ", std::lround(rate), "/s");
  if (fraction_ > 0 && fraction_ < 1) {
    line += StrCat(", ", std::lround(seconds() * (1 - fraction_) / fraction_), " s left");
  }
  if (terminal_) {
    constexpr int kBar = 20;
    std::string bar;
    if (fraction_ > 0) {
      const int filled = std::clamp(static_cast<int>(kBar * fraction_), 0, kBar);
      bar = "[" + std::string(filled, '#') + std::string(kBar - filled, '.') + "] ";
    }
    std::fprintf(stderr, "\r\033[K%s%s%s", bar.c_str(), line.c_str(), last ? "\n" : "");
  } else {
    std::fprintf(stderr, "%s\n", line.c_str());
  }
  std::fflush(stderr);
}

}  // namespace vitruvius
