// vitruvius convert, results out.
#include <cstdio>

#include "apps/vitruvius/command.h"
#include "apps/vitruvius/convert.h"
#include "apps/vitruvius/flags.h"
#include "apps/vitruvius/pictures.h"
#include "apps/vitruvius/session.h"
#include "data/io/mesh_files.h"
#include "data/io/result_writer.h"
#include "models/body/body_evaluator.h"
#include "models/util/check.h"

namespace vitruvius {

int ConvertResult(const std::string& path) {
  ResultsFile file = ReadResults(path);
  TakeHypothesis(path, &file);
  if (FLAGS_to != "obj") throw UsageError(StrCat("convert: found --to \"", FLAGS_to, "\", expected obj"));
  const std::shared_ptr<const BodyModel> model = ModelFromFlags();
  const std::string folder = OutputFolder();
  long written = 0;
  for (const ResultsFile::Row& row : file.rows) {
    if (!row.fit.usable || (!FLAGS_id.empty() && row.fit.id != FLAGS_id)) continue;
    RequireBodyOf(row, *model, path);
    WriteObj(folder + "/" + FileStem(row.fit.id) + ".obj", PoseMesh(*model, row.fit.parameters).vertices,
             model->faces());
    ++written;
  }
  if (!FLAGS_quiet) std::printf("%ld meshes -> %s\n", written, folder.c_str());
  return kExitOk;
}

}  // namespace vitruvius
