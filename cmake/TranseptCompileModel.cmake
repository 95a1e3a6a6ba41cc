# transept_compile_model(<target> <input> [NAME <name>] [CPU <cpu>] [CHECKPOINT <directory>])
#
# Compiles a model when the project is built. <input> is a checkpoint directory, a description (.json)
# or textual IR (.mlir); CHECKPOINT is the directory of the weights for inputs that do not contain
# them. <target> is a library to link: it brings the generated header `<name>.h` and Transept's own
# headers along. <name>, a C identifier, is <target> unless given.
function(transept_compile_model target input)
  cmake_parse_arguments(ARG "" "NAME;CPU;CHECKPOINT" "" ${ARGN})
  if(NOT ARG_NAME)
    set(ARG_NAME ${target})
  endif()
  if(NOT ARG_CPU)
    set(ARG_CPU native)
  endif()
  get_filename_component(input "${input}" ABSOLUTE)
  set(weights "${input}")
  set(options)
  if(ARG_CHECKPOINT)
    get_filename_component(weights "${ARG_CHECKPOINT}" ABSOLUTE)
    set(options --checkpoint "${weights}")
  endif()
  set(directory "${CMAKE_CURRENT_BINARY_DIR}/${target}")
  set(library "${directory}/lib${ARG_NAME}.so")
  file(MAKE_DIRECTORY "${directory}")
  file(GLOB inputs "${input}" "${weights}/*")
  add_custom_command(OUTPUT "${library}" BYPRODUCTS "${directory}/${ARG_NAME}.h"
    COMMAND Transept::transept compile "${input}" -o "${library}" --name ${ARG_NAME}
            --cpu ${ARG_CPU} ${options}
    DEPENDS ${inputs} Transept::transept
    COMMENT "Compiling ${input}" VERBATIM)
  add_custom_target(${target}_compile DEPENDS "${library}")
  add_library(${target} SHARED IMPORTED GLOBAL)
  set_target_properties(${target} PROPERTIES IMPORTED_LOCATION "${library}")
  target_include_directories(${target} INTERFACE "${directory}")
  target_link_libraries(${target} INTERFACE Transept::Headers)
  add_dependencies(${target} ${target}_compile)
endfunction()
