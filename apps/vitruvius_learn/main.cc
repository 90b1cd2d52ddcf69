// vitruvius_learn <command> ...: what needs LibTorch; `vitruvius learn` starts it.
#include <unistd.h>

#include "apps/common/learn_commands.h"
#include "apps/common/math_environment.h"
#include "apps/common/program.h"
#include "apps/vitruvius_learn/command.h"

int main(int argc, char** argv) {
  using namespace vitruvius;
  // Started by hand, without the variables: once more with them. Nothing is changed by the second time.
  if (PrepareMathEnvironment()) execv("/proc/self/exe", argv);
  return RunProgram({"vitruvius learn",
                     VITRUVIUS_VERSION,
                     kLearnSummary,
                     {TrainPriorCommand(), TrainLifterCommand(), LiftCommand(), TrainRegressorCommand(),
                      PredictCommand(), DeformAndLearnCommand()}},
                    argc, argv);
}
