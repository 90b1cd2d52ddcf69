// The commands of the program, one a file of this folder.
#pragma once

#include "apps/common/command.h"

namespace vitruvius {

Command FitCommand();
Command RegisterCommand();
Command CheckCommand();
Command ModelCommand();
Command PriorCommand();
Command SynthesizeCommand();
Command EvaluateCommand();
Command ExplainCommand();
Command RenderCommand();
Command ReportCommand();
Command ConvertCommand();
Command MergeCommand();
Command DemoCommand();
Command LearnCommand();

}  // namespace vitruvius
