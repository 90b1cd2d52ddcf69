#include "models/scene/fit_result.h"

namespace vitruvius {

FitResult& Refuse(FitResult& result, const char* reason_code, const std::string& detail) {
  result.usable = false;
  result.reason = reason_code;
  result.detail = detail;
  return result;
}

}  // namespace vitruvius
