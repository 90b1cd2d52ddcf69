// Meshes as files for other programs.
#pragma once

#include <string>

#include "models/body/body_model.h"

namespace vitruvius {

// Wavefront OBJ: vertices (V, 3) in metres as they are, faces (F, 3) 0-based (OBJ counts from 1). Nine
// significant digits. Written aside, synced, renamed; throws InputError when the place cannot be written,
// ContractError when a face names a vertex that is not there.
void WriteObj(const std::string& path, const MatrixX3d& vertices, const MatrixX3i& faces);

// The same as binary little-endian PLY: x, y, z as float32, faces as lists of three int32.
void WritePly(const std::string& path, const MatrixX3d& vertices, const MatrixX3i& faces);

}  // namespace vitruvius
