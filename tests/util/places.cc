#include "tests/util/places.h"

namespace vitruvius {

std::string SourceFolder() { return VITRUVIUS_SOURCE_DIR; }
std::string ProgramPath() { return VITRUVIUS_PROGRAM; }

}  // namespace vitruvius
