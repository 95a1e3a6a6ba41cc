# Archives of what libraries for other architectures than this machine's may contain: the sources of
# this machine's, compiled by clang against the libraries that Debian's packages for cross-compiling
# bring. Without those (tools/setup aarch64-linux, tools/setup wasm32) there is none, and the compiler says so.
set(TRANSEPT_CROSS_ARCHITECTURES "")
find_program(TRANSEPT_CROSS_COMPILER clang++-22)
find_program(TRANSEPT_CROSS_AR llvm-ar-22)

# add_cross_architecture(<architecture> <triple> <files>...): where all of the files are there.
function(add_cross_architecture architecture triple)
  if(NOT TRANSEPT_CROSS_COMPILER OR NOT TRANSEPT_CROSS_AR OR TRANSEPT_SANITIZER
     OR CMAKE_SYSTEM_PROCESSOR STREQUAL architecture)
    return()
  endif()
  foreach(file ${ARGN} "/usr/local/lib/${triple}/libz.a" "/usr/local/lib/${triple}/libspeexdsp.a")
    if(NOT EXISTS "${file}")
      return()
    endif()
  endforeach()
  set(TRANSEPT_CROSS_ARCHITECTURES ${TRANSEPT_CROSS_ARCHITECTURES} ${architecture} PARENT_SCOPE)
  set(TRANSEPT_CROSS_TRIPLE_${architecture} ${triple} PARENT_SCOPE)
endfunction()
add_cross_architecture(aarch64 aarch64-linux-gnu
  /usr/aarch64-linux-gnu/lib/libstdc++.so.6 /usr/aarch64-linux-gnu/include/c++)
# What every module is linked with becomes part of the archive.
set(TRANSEPT_CROSS_SYSTEM_wasm32 /usr/lib/llvm-22/lib/wasm32-wasi/libc++.a /usr/lib/wasm32-wasi/libc++abi.a
  /usr/lib/wasm32-wasi/libc.a /usr/lib/llvm-22/lib/clang/22/lib/wasi/libclang_rt.builtins-wasm32.a)
add_cross_architecture(wasm32 wasm32-wasi ${TRANSEPT_CROSS_SYSTEM_wasm32})

# Headers that know no processor are this machine's, behind those of the target. Signs of characters and
# rounding as on x86-64, so that texts and features are the same to the bit. Atomics in line: the functions
# that gcc and clang call instead are in libgcc.a, which libraries are not linked with.
set(TRANSEPT_CROSS_FLAGS -std=c++20 -O2 -DNDEBUG -fsigned-char -ffp-contract=off -fPIC -fvisibility=hidden -fvisibility-inlines-hidden
  -ffunction-sections -fdata-sections -Wno-deprecated-declarations
  "-I${PROJECT_SOURCE_DIR}" "-I${PROJECT_SOURCE_DIR}/runtime/include"
  -idirafter /usr/include -idirafter "/usr/include/${CMAKE_LIBRARY_ARCHITECTURE}")
set(TRANSEPT_CROSS_FLAGS_aarch64 -mno-outline-atomics)
# Small, because it is sent over networks: what takes time is generated code. Numbers of 64 bits that become sizes
# of 32 are lengths of lists in memory. libc++'s own checks would end a module without a word.
set(own "${PROJECT_SOURCE_DIR}/runtime/platform/wasm32/include")
set(TRANSEPT_CROSS_FLAGS_wasm32 -Oz -fno-pic -msimd128 -matomics -mbulk-memory -mnontrapping-fptoint -msign-ext
  -fwasm-exceptions -Wno-c++11-narrowing -Wno-deprecated -nostdinc++ -iquote "${own}" "-I${own}"
  -isystem /usr/lib/llvm-22/include/wasm32-wasi/c++/v1 -D_LIBCPP_HARDENING_MODE=_LIBCPP_HARDENING_MODE_NONE)
# What reads and writes files, of which there are none.
set(TRANSEPT_CROSS_WITHOUT_wasm32 "base/(MappedFile|ModelFolder|OutputFile|ReadFile|UnfinishedFiles)"
  "media/sound/SoundBytes" "media/images/(Jpeg|Png)Image")
list(JOIN TRANSEPT_CROSS_WITHOUT_wasm32 "|" TRANSEPT_CROSS_WITHOUT_wasm32)

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
        --target=${TRANSEPT_CROSS_TRIPLE_${architecture}} ${TRANSEPT_CROSS_FLAGS}
        ${TRANSEPT_CROSS_FLAGS_${architecture}}
        ${ARG_FLAGS} ${options} -MD -MF "${object}.d" -c "${source}" -o "${object}"
      DEPENDS "${source}" ${ARG_DEPENDS} DEPFILE "${object}.d"
      COMMENT "Building for ${architecture}: ${name}" VERBATIM)
    list(APPEND objects "${object}")
  endforeach()
  set(${variable} ${objects} PARENT_SCOPE)
endfunction()

# cross_sources(<variable> <architecture> <targets>...): their sources, with the architecture's own in
# place of this machine's and of those of the same name for all.
function(cross_sources variable architecture)
  set(result "")
  foreach(target ${ARGN})
    get_target_property(folder ${target} SOURCE_DIR)
    get_target_property(sources ${target} SOURCES)
    foreach(source ${sources})
      get_filename_component(source "${source}" ABSOLUTE BASE_DIR "${folder}")
      string(REPLACE "/platform/${CMAKE_SYSTEM_PROCESSOR}/" "/platform/" own "${source}")
      string(REPLACE "/platform/" "/platform/${architecture}/" own "${own}")
      if(EXISTS "${own}")
        set(source "${own}")
      endif()
      set(without "${TRANSEPT_CROSS_WITHOUT_${architecture}}")
      if(source MATCHES "\\.cpp$" AND NOT (without AND source MATCHES "${without}"))
        list(APPEND result "${source}")
      endif()
    endforeach()
  endforeach()
  set(${variable} ${result} PARENT_SCOPE)
endfunction()

# add_cross_archive(<target> <file> <architecture> <objects>...): of them and the system's archives.
function(add_cross_archive target file architecture)
  set(folder "/usr/local/lib/${TRANSEPT_CROSS_TRIPLE_${architecture}}")
  add_custom_command(OUTPUT "${file}"
    COMMAND "${CMAKE_COMMAND}" -E rm -f "${file}"
    COMMAND "${TRANSEPT_CROSS_AR}" qcsL "${file}" ${ARGN} "${folder}/libspeexdsp.a" "${folder}/libz.a"
      ${TRANSEPT_CROSS_SYSTEM_${architecture}}
    DEPENDS ${ARGN} COMMAND_EXPAND_LISTS VERBATIM)
  add_custom_target(${target} DEPENDS "${file}")
endfunction()
