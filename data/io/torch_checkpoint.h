// torch's checkpoints without torch: the tensors of a state dict by name. Both formats, the zip archive of
// torch 1.6 and later and the pickles in a row of before; a Lightning checkpoint's "state_dict" is found.
// Nothing is executed, and a storage is read only when its tensor is asked for. Format: torch,
// torch/serialization.py (_save, _legacy_save).
#pragma once

#include <memory>
#include <string>

#include "data/io/named_arrays.h"

namespace vitruvius {

// Throws InputError for a file that is no checkpoint or holds no state dict; Read throws it, with the class's
// name, for an entry that is an object of a class that is not known.
std::unique_ptr<NamedArrays> OpenTorchCheckpoint(const std::string& path);

}  // namespace vitruvius
