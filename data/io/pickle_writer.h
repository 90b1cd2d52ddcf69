// Arrays as a pickle of a dict, protocol 2, for Python with numpy alone: what pickle.load, Python 2 or 3 and
// any encoding, gives is {key: ndarray, ...}; a single text is a str.
#pragma once

#include <map>
#include <string>

#include "data/io/npz.h"

namespace vitruvius {

std::string SerializePickle(const std::map<std::string, NpyArray>& arrays);
// Written aside, synced, renamed; same arrays, same bytes. Throws InputError when the place cannot be
// written.
void WritePickle(const std::string& path, const std::map<std::string, NpyArray>& arrays);

}  // namespace vitruvius
