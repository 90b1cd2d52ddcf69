// SIGINT, SIGTERM and SIGHUP as a wish to stop: long work ends itself at the next person, and keeps what is
// done.
#pragma once

#include <string>

namespace vitruvius {

// While one exists, these signals are noted and do not end the process, except those that whoever started it
// had ignored (nohup). Job systems send them twice and three times: only a second SIGINT, a second later or
// more, ends the process at once: somebody at a keyboard who does not want to wait. One at a time.
class StopSignal {
 public:
  StopSignal();
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;
  static bool Asked();
  static std::string Name();  // "SIGTERM"; "" when none came
};

}  // namespace vitruvius
