// Files that are either whole or not there: written beside their place, synced, renamed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace vitruvius {

// Whole content of a file. Throws InputError (missing, a folder, larger than max_bytes).
std::string ReadFile(const std::string& path, std::uint64_t max_bytes = std::uint64_t{4} << 30);
// Throws InputError when the place cannot be written; leaves nothing behind then.
void WriteFileAtomically(const std::string& path, std::string_view content);
// A name for a file to be written beside `path` and renamed later; unlike any other of this and other
// processes. Throws InputError when `path` exists and is no regular file (a folder, a device).
std::string TemporaryBeside(const std::string& path);
// Syncs `temporary` to disk and renames it over `path`. Throws InputError and removes `temporary` when that
// fails.
void SyncAndRename(const std::string& temporary, const std::string& path);

}  // namespace vitruvius
