option(VITRUVIUS_UNITY "Compile the files of a folder in batches: builds from scratch take half the time" ON)
option(VITRUVIUS_PCH "Precompile the headers that nearly every file includes" ON)

# vitruvius_precompiled(NAME HEADER h [DEPS ...] [OPTIONS ...]): cmake/precompiled/h.h, compiled with what DEPS bring.
# g++ compiles whoever uses it with the optimisation of the precompiled header, whatever its own options say: hence
# one for each level.
function(vitruvius_precompiled NAME)
  cmake_parse_arguments(ARG "" "HEADER" "DEPS;OPTIONS" ${ARGN})
  if(VITRUVIUS_PCH)
    add_library(precompiled_${NAME} OBJECT ${PROJECT_SOURCE_DIR}/cmake/precompiled/empty.cc)
    target_include_directories(precompiled_${NAME} PRIVATE ${PROJECT_SOURCE_DIR})
    target_link_libraries(precompiled_${NAME} PRIVATE ${ARG_DEPS})
    target_compile_options(precompiled_${NAME} PRIVATE ${ARG_OPTIONS})
    target_precompile_headers(precompiled_${NAME} PRIVATE ${PROJECT_SOURCE_DIR}/cmake/precompiled/${ARG_HEADER}.h)
  endif()
endfunction()

# vitruvius_sources(VAR PATH): the .cc files of a folder, those that include the JSON library last, so that few
# batches compile it.
function(vitruvius_sources VARIABLE PATH)
  file(GLOB SOURCES CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${PATH}/*.cc)
  set(JSON)
  foreach(SOURCE ${SOURCES})
    file(STRINGS ${SOURCE} INCLUDES REGEX "^#include <nlohmann/json.hpp>" LIMIT_COUNT 1)
    if(INCLUDES)
      list(REMOVE_ITEM SOURCES ${SOURCE})
      list(APPEND JSON ${SOURCE})
    endif()
  endforeach()
  set(${VARIABLE} ${SOURCES} ${JSON} PARENT_SCOPE)
endfunction()

# vitruvius_fast_build(TARGET [BATCH n] [PRECOMPILED name] [OPTIONS ...]): how a target of ours is compiled. Its files
# go to the compiler n at a time, which makes names in anonymous namespaces common to a folder.
function(vitruvius_fast_build TARGET)
  cmake_parse_arguments(ARG "" "BATCH;PRECOMPILED" "OPTIONS" ${ARGN})
  target_compile_options(${TARGET} PRIVATE ${ARG_OPTIONS})
  if(VITRUVIUS_UNITY AND ARG_BATCH)
    set_target_properties(${TARGET} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE ${ARG_BATCH})
  endif()
  if(VITRUVIUS_PCH AND ARG_PRECOMPILED)
    target_precompile_headers(${TARGET} REUSE_FROM precompiled_${ARG_PRECOMPILED})
  endif()
endfunction()

# Readers, writers, commands and tests: what runs once, or waits for the disk. Fits ran in as many instructions
# as with -O3 everywhere, to 0.3 %, and these files compile in a quarter less time.
set(VITRUVIUS_COLD $<$<CONFIG:Release>:-O1>)

macro(vitruvius_batch SIZE)
  if(NOT ARG_BATCH)
    set(ARG_BATCH ${SIZE})
  endif()
endmacro()

# vitruvius_room(models/body [COLD|TORCH] [BATCH n] [ALONE f.cc] DEPS ...): a static library of every .cc in that folder. Its target
# is the path with '/' turned into '_' (models_body); DEPS names each edge.
function(vitruvius_room PATH)
  cmake_parse_arguments(ARG "COLD;TORCH" "BATCH;ALONE" "DEPS" ${ARGN})
  string(REPLACE "/" "_" NAME ${PATH})
  vitruvius_sources(SOURCES ${PATH})
  if(NOT SOURCES)
    add_library(${NAME} INTERFACE)
    target_include_directories(${NAME} INTERFACE ${PROJECT_SOURCE_DIR})
    target_link_libraries(${NAME} INTERFACE ${ARG_DEPS})
    return()
  endif()
  add_library(${NAME} STATIC ${SOURCES})
  target_include_directories(${NAME} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(${NAME} PUBLIC ${ARG_DEPS})
  if(ARG_ALONE)  # as much as a batch
    set_source_files_properties(${PROJECT_SOURCE_DIR}/${PATH}/${ARG_ALONE} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  endif()
  if(ARG_TORCH)
    vitruvius_batch(6)
    vitruvius_fast_build(${NAME} BATCH ${ARG_BATCH})
  elseif(ARG_COLD)
    vitruvius_batch(12)
    vitruvius_fast_build(${NAME} BATCH ${ARG_BATCH} PRECOMPILED cold OPTIONS ${VITRUVIUS_COLD})
  else()
    vitruvius_batch(8)
    vitruvius_fast_build(${NAME} BATCH ${ARG_BATCH} PRECOMPILED hot)
  endif()
endfunction()
