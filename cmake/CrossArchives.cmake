# Archives of what libraries for other architectures than this machine's may contain: the sources of
# this machine's, compiled by clang against the libraries that Debian's packages for cross-compiling
# bring. Without those (tools/setup aarch64-linux) there is none, and the compiler says so.
set(TRANSEPT_CROSS_ARCHITECTURES "")
find_program(TRANSEPT_CROSS_COMPILER clang++-22)
find_program(TRANSEPT_CROSS_AR llvm-ar-22)
foreach(architecture aarch64)
  if(TRANSEPT_CROSS_COMPILER AND TRANSEPT_CROSS_AR AND NOT TRANSEPT_SANITIZER
     AND NOT CMAKE_SYSTEM_PROCESSOR STREQUAL architecture
     AND EXISTS "/usr/${architecture}-linux-gnu/lib/libstdc++.so.6"
     AND EXISTS "/usr/${architecture}-linux-gnu/include/c++"
     AND EXISTS "/usr/local/lib/${architecture}-linux-gnu/libz.a"
     AND EXISTS "/usr/local/lib/${architecture}-linux-gnu/libspeexdsp.a")
    list(APPEND TRANSEPT_CROSS_ARCHITECTURES ${architecture})
  endif()
endforeach()

# Headers that know no processor are this machine's, behind those of the target. Signs of characters and
# rounding as on x86-64, so that texts and features are the same to the bit. Atomics in line: the functions
# that gcc and clang call instead are in libgcc.a, which libraries are not linked with.
set(TRANSEPT_CROSS_FLAGS -std=c++20 -O2 -DNDEBUG -fsigned-char -ffp-contract=off -fPIC -fvisibility=hidden -fvisibility-inlines-hidden
  -ffunction-sections -fdata-sections -Wno-deprecated-declarations
  "-I${PROJECT_SOURCE_DIR}" "-I${PROJECT_SOURCE_DIR}/runtime/include"
  -idirafter /usr/include -idirafter "/usr/include/${CMAKE_LIBRARY_ARCHITECTURE}")
set(TRANSEPT_CROSS_FLAGS_aarch64 -mno-outline-atomics)

# add_cross_objects(<variable> <architecture> <sources>... [FLAGS <flags>...] [DEPENDS <generated>...]):
# objects of absolute paths.
function(add_cross_objects variable architecture)
  cmake_parse_arguments(ARG "" "" "FLAGS;DEPENDS" ${ARGN})
  set(objects "")
  foreach(source ${ARG_UNPARSED_ARGUMENTS})
    file(RELATIVE_PATH name "${PROJECT_SOURCE_DIR}" "${source}")
    set(object "${CMAKE_CURRENT_BINARY_DIR}/${architecture}/${name}.o")
    get_filename_component(folder "${object}" DIRECTORY)
    file(MAKE_DIRECTORY "${folder}")
    get_property(options SOURCE "${source}" PROPERTY COMPILE_OPTIONS)
    add_custom_command(OUTPUT "${object}"
      COMMAND ${CMAKE_CXX_COMPILER_LAUNCHER} "${TRANSEPT_CROSS_COMPILER}"
        --target=${architecture}-linux-gnu ${TRANSEPT_CROSS_FLAGS} ${TRANSEPT_CROSS_FLAGS_${architecture}}
        ${ARG_FLAGS} ${options} -MD -MF "${object}.d" -c "${source}" -o "${object}"
      DEPENDS "${source}" ${ARG_DEPENDS} DEPFILE "${object}.d"
      COMMENT "Building for ${architecture}: ${name}" VERBATIM)
    list(APPEND objects "${object}")
  endforeach()
  set(${variable} ${objects} PARENT_SCOPE)
endfunction()

# cross_sources(<variable> <architecture> <targets>...): their sources, with the architecture's own in
# place of this machine's.
function(cross_sources variable architecture)
  set(result "")
  foreach(target ${ARGN})
    get_target_property(folder ${target} SOURCE_DIR)
    get_target_property(sources ${target} SOURCES)
    foreach(source ${sources})
      get_filename_component(source "${source}" ABSOLUTE BASE_DIR "${folder}")
      string(REPLACE "/platform/${CMAKE_SYSTEM_PROCESSOR}/" "/platform/${architecture}/" source "${source}")
      if(source MATCHES "\\.cpp$")
        list(APPEND result "${source}")
      endif()
    endforeach()
  endforeach()
  set(${variable} ${result} PARENT_SCOPE)
endfunction()
