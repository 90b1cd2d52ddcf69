// vitruvius <command> [inputs] [--flag=value]
#include "apps/common/program.h"
#include "apps/vitruvius/command.h"

int main(int argc, char** argv) {
  using namespace vitruvius;
  return RunProgram({"vitruvius",
                     VITRUVIUS_VERSION,
                     "vitruvius fits parametric human bodies to keypoints.",
                     {FitCommand(), RegisterCommand(), CheckCommand(), DemoCommand(), ModelCommand(),
                      PriorCommand(), LearnCommand(), SynthesizeCommand(), EvaluateCommand(),
                      ExplainCommand(), RenderCommand(), ReportCommand(), ConvertCommand(), MergeCommand()}},
                    argc, argv);
}
