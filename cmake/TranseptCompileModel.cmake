# transept_compile_model(<target> <input> [NAME <name>] [CPU <cpu>] [WEIGHTS <type>] [...])
#
# Compiles a model when the project is built. <input> is a checkpoint directory, a description (.json)
# or textual IR (.mlir). <target> is a library to link: it brings the generated header `<name>.h` and
# Transept's own headers along. <name>, a C++ identifier, is <target> unless given. Each option of
# `transept compile` that concerns a library is a keyword of the same name:
#   NAME, CHECKPOINT <directory of the weights>, WEIGHTS, ACCURACY_LOSS, CACHE, CPU, REMARKS <filter>,
#   DUMP_IR <directory>, REPORT <file>, DEBUG_INFO, VERIFY_PASSES
function(transept_compile_model target input)
  set(flags DEBUG_INFO VERIFY_PASSES)
  set(values NAME WEIGHTS ACCURACY_LOSS CPU REMARKS)
  list(APPEND values CACHE) # a keyword of `set` itself
  set(paths CHECKPOINT DUMP_IR REPORT)
  cmake_parse_arguments(PARSE_ARGV 2 ARG "${flags}" "${values};${paths}" "")
  if(ARG_UNPARSED_ARGUMENTS)
    list(JOIN flags ", " allowed_flags)
    list(JOIN values ", " allowed_values)
    list(JOIN paths ", " allowed_paths)
    message(FATAL_ERROR "transept_compile_model(${target}): unexpected '${ARG_UNPARSED_ARGUMENTS}'; "
      "allowed are ${allowed_values}, ${allowed_paths}, ${allowed_flags}")
  endif()
  if(ARG_KEYWORDS_MISSING_VALUES)
    message(FATAL_ERROR "transept_compile_model(${target}): ${ARG_KEYWORDS_MISSING_VALUES} without a value")
  endif()
  if(NOT ARG_NAME)
    set(ARG_NAME ${target})
  endif()
  foreach(path ${paths})
    if(ARG_${path})
      get_filename_component(ARG_${path} "${ARG_${path}}" ABSOLUTE)
    endif()
  endforeach()
  get_filename_component(input "${input}" ABSOLUTE)

  set(options)
  foreach(keyword ${values} ${paths} ${flags})
    string(TOLOWER "--${keyword}" option)
    string(REPLACE "_" "-" option "${option}")
    if(keyword IN_LIST flags AND ARG_${keyword})
      list(APPEND options ${option})
    elseif(NOT keyword IN_LIST flags AND DEFINED ARG_${keyword})
      list(APPEND options ${option} "${ARG_${keyword}}")
    endif()
  endforeach()
  set(directory "${CMAKE_CURRENT_BINARY_DIR}/${target}")
  set(library "${directory}/lib${ARG_NAME}.so")
  file(MAKE_DIRECTORY "${directory}")
  set(weights "${input}")
  if(ARG_CHECKPOINT)
    set(weights "${ARG_CHECKPOINT}")
  endif()
  file(GLOB inputs "${input}" "${weights}/*")
  add_custom_command(OUTPUT "${library}" BYPRODUCTS "${directory}/${ARG_NAME}.h"
    COMMAND Transept::transept compile "${input}" -o "${library}" ${options}
    DEPENDS ${inputs} Transept::transept
    COMMENT "Compiling ${input}" VERBATIM)
  add_custom_target(${target}_compile DEPENDS "${library}")
  add_library(${target} SHARED IMPORTED GLOBAL)
  set_target_properties(${target} PROPERTIES IMPORTED_LOCATION "${library}")
  target_include_directories(${target} INTERFACE "${directory}")
  target_link_libraries(${target} INTERFACE Transept::Headers)
  add_dependencies(${target} ${target}_compile)
endfunction()
