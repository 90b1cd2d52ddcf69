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

// What a user may name: a file that ships (data/<folder>/<name><ending>) or a path of their own, told by a
// slash or the ending. `kind` ("recipe") is for the message. Throws InputError listing what ships.
std::string ShippedOrOwnFile(const std::string& kind, const std::string& folder, const std::string& ending,
                             const std::string& name);

// Where a user's own data lies: $XDG_DATA_HOME/vitruvius/<relative>, below ~/.local/share where the variable
// is not set (XDG Base Directory Specification). Throws InputError when there is no home either.
std::string UserDataFile(const std::string& relative);

}  // namespace vitruvius
