#include "apps/common/stop_signal.h"

#include <csignal>
#include <ctime>

namespace vitruvius {
namespace {

constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP};
struct sigaction previous[3];
volatile std::sig_atomic_t asked = 0;
volatile std::time_t asked_at = 0;

// Calls nothing but what a signal handler may.
void Note(int signal) {
  struct timespec now = {};
  clock_gettime(CLOCK_MONOTONIC, &now);
  if (asked == 0) {
    asked = signal;
    asked_at = now.tv_sec;
  } else if (signal == SIGINT && now.tv_sec - asked_at > 1) {
    std::signal(signal, SIG_DFL);
    raise(signal);
  }
}

}  // namespace

StopSignal::StopSignal() {
  asked = 0;
  struct sigaction action = {};
  action.sa_handler = Note;
  action.sa_flags = SA_RESTART;  // reading and writing go on
  sigemptyset(&action.sa_mask);
  for (int i = 0; i < 3; ++i) {
    sigaction(kSignals[i], nullptr, &previous[i]);
    if (previous[i].sa_handler != SIG_IGN) sigaction(kSignals[i], &action, nullptr);
  }
}

StopSignal::~StopSignal() {
  for (int i = 0; i < 3; ++i) sigaction(kSignals[i], &previous[i], nullptr);
}

bool StopSignal::Asked() { return asked != 0; }

std::string StopSignal::Name() {
  const int signal = asked;
  return signal == SIGINT ? "SIGINT" : signal == SIGTERM ? "SIGTERM" : signal == SIGHUP ? "SIGHUP" : "";
}

}  // namespace vitruvius
