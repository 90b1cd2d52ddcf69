// Where the files that ship with the program are: recipes, priors, samples.
#pragma once

#include <string>
#include <vector>

namespace vitruvius {

// Full path of data/<relative>: looked for below $VITRUVIUS_DATA, then <folder of the
// program>/../share/vitruvius, then the source tree the program was built from. Throws InputError naming the
// places when it is in none.
std::string DataFile(const std::string& relative);
// Names without ending of all files data/<folder>/*<ending>, sorted.
std::vector<std::string> DataFileNames(const std::string& folder, const std::string& ending);

}  // namespace vitruvius
