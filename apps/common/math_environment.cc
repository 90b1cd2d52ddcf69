#include "apps/common/math_environment.h"

#include <cstdlib>

namespace vitruvius {

bool PrepareMathEnvironment() {
  bool changed = false;
  const auto set = [&](const char* name, const char* value) {
    if (std::getenv(name) != nullptr) return;
    changed = setenv(name, value, 0) == 0 || changed;
  };
  set("OMP_WAIT_POLICY", "passive");
  set("OPENBLAS_NUM_THREADS", "1");
#if defined(__x86_64__)
  const bool wide = __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
                    __builtin_cpu_supports("avx512dq") != 0 && __builtin_cpu_supports("avx512vl") != 0;
  if (wide) {
    set("OPENBLAS_CORETYPE", "SkylakeX");
  } else if (__builtin_cpu_supports("avx2") != 0) {
    set("OPENBLAS_CORETYPE", "Haswell");
  }
#endif
  return changed;
}

}  // namespace vitruvius
