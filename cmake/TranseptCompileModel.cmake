# transept_compile_model(<target> <checkpoint directory> [NAME <name>] [CPU <cpu>])
#
# Compiles a checkpoint when the project is built. <target> is a library to link: it brings the
# generated header `<name>.h` and Transept's own headers along. <name>, a C identifier, is <target>
# unless given.
function(transept_compile_model target checkpoint)
  cmake_parse_arguments(ARG "" "NAME;CPU" "" ${ARGN})
  if(NOT ARG_NAME)
    set(ARG_NAME ${target})
  endif()
  if(NOT ARG_CPU)
    set(ARG_CPU native)
  endif()
  get_filename_component(checkpoint "${checkpoint}" ABSOLUTE)
  set(directory "${CMAKE_CURRENT_BINARY_DIR}/${target}")
  set(library "${directory}/lib${ARG_NAME}.so")
  file(MAKE_DIRECTORY "${directory}")
  file(GLOB inputs "${checkpoint}/*")
  add_custom_command(OUTPUT "${library}" BYPRODUCTS "${directory}/${ARG_NAME}.h"
    COMMAND Transept::transept compile "${checkpoint}" -o "${library}" --name ${ARG_NAME}
            --cpu ${ARG_CPU}
    DEPENDS ${inputs} Transept::transept
    COMMENT "Compiling ${checkpoint}" VERBATIM)
  add_custom_target(${target}_compile DEPENDS "${library}")
  add_library(${target} SHARED IMPORTED GLOBAL)
  set_target_properties(${target} PROPERTIES IMPORTED_LOCATION "${library}")
  target_include_directories(${target} INTERFACE "${directory}")
  target_link_libraries(${target} INTERFACE Transept::Headers)
  add_dependencies(${target} ${target}_compile)
endfunction()
