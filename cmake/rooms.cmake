# Names within anonymous namespaces are therefore unique within a folder.
option(VITRUVIUS_UNITY "Compile the files of a folder in batches: builds from scratch take less than half" ON)

# vitruvius_batches(TARGET [SIZE]): files of the target are compiled SIZE at a time.
function(vitruvius_batches TARGET SIZE)
  if(VITRUVIUS_UNITY)
    set_target_properties(${TARGET} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE ${SIZE})
  endif()
endfunction()

# vitruvius_room(models/body DEPS ...): a static library of every .cc in that folder.
# Its target is the path with '/' turned into '_' (models_body); DEPS names each edge.
function(vitruvius_room PATH)
  cmake_parse_arguments(ARG "" "BATCH" "DEPS" ${ARGN})
  string(REPLACE "/" "_" NAME ${PATH})
  file(GLOB SOURCES CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${PATH}/*.cc)
  if(NOT ARG_BATCH)
    set(ARG_BATCH ${VB})
  endif()
  if(SOURCES)
    add_library(${NAME} STATIC ${SOURCES})
    target_include_directories(${NAME} PUBLIC ${PROJECT_SOURCE_DIR})
    target_link_libraries(${NAME} PUBLIC ${ARG_DEPS})
    vitruvius_batches(${NAME} ${ARG_BATCH})
  else()
    add_library(${NAME} INTERFACE)
    target_include_directories(${NAME} INTERFACE ${PROJECT_SOURCE_DIR})
    target_link_libraries(${NAME} INTERFACE ${ARG_DEPS})
  endif()
endfunction()
