// Where tests find the checkout and the program they start.
#pragma once

#include <string>

namespace vitruvius {

std::string SourceFolder();  // root of the sources
std::string ProgramPath();   // the `vitruvius` of this build

}  // namespace vitruvius
