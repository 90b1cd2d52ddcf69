# Compiler flags, ccache and the linker, in one place.
find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  # Batches name their files by the folder's full path, and precompiled headers hold times: without these, one folder's
  # results serve no other, and whoever uses such a header is never found.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}
                                  CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime)
  if(CMAKE_BUILD_TYPE STREQUAL "Release")  # elsewhere debuggers are told the folder
    list(APPEND CMAKE_CXX_COMPILER_LAUNCHER CCACHE_NOHASHDIR=1)
  endif()
  list(APPEND CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()
find_program(MOLD_PROGRAM mold)
if(MOLD_PROGRAM)
  add_link_options(-fuse-ld=mold)
endif()

add_compile_options(-Wall -Wextra -Wshadow -Wno-unused-parameter)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 reports these inside Eigen's AVX code, about branches that are never taken.
  add_compile_options(-Wno-array-bounds -Wno-maybe-uninitialized)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # The compiler collects its garbage less often: a sixth of the time for a third more memory.
  add_compile_options("--param=ggc-min-heapsize=800000")
endif()
# g++ 12 vectorises Jets only at -O3. No -ffast-math: results must not depend on flags.
set(CMAKE_CXX_FLAGS_RELEASE "-O3 -DNDEBUG")
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g")
# Fused multiply-adds only where Eigen asks for them: left to the compiler they differ between the vectorised body of
# a loop and its ends, so that results would depend on where the heap happened to put a buffer.
add_compile_options(-ffp-contract=off)
if(VITRUVIUS_NATIVE)
  add_compile_options(-march=native)
else()
  add_compile_options(-march=x86-64-v3)  # AVX2 and FMA
endif()
# Debian's Ceres carries Eigen code compiled for SSE2, whose inline allocation functions have the same names as
# ours for AVX2 but not the same layout; the linker would keep one of each and crash the other. Our Eigen
# therefore lives under its own namespace: nothing of it can cross the border to libceres by accident.
add_compile_definitions(Eigen=VitruviusEigen)
if(VITRUVIUS_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -g1)
  add_link_options(-fsanitize=address,undefined)
endif()
