# One interface target that every target of the project links: language level, warnings, include
# root, sanitizers.
add_library(transept_options INTERFACE)
target_compile_features(transept_options INTERFACE cxx_std_20 c_std_11)
target_compile_options(transept_options INTERFACE -Wall -Wextra -Werror
  # libstdc++ 12 calls a function of its own that it marks deprecated; clang blames the caller.
  $<$<COMPILE_LANG_AND_ID:CXX,Clang>:-Wno-deprecated-declarations>)
target_include_directories(transept_options INTERFACE
  "${PROJECT_SOURCE_DIR}" "${PROJECT_SOURCE_DIR}/runtime/include")
# Generated MLIR code is not ours to warn about.
target_include_directories(transept_options SYSTEM INTERFACE "${PROJECT_BINARY_DIR}")
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_EXTENSIONS OFF)
# Installed programs find the LLVM and MLIR that they were linked with.
set(CMAKE_INSTALL_RPATH_USE_LINK_PATH ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()
if(TRANSEPT_SANITIZER)
  target_compile_options(transept_options INTERFACE
    -fsanitize=${TRANSEPT_SANITIZER} -fno-omit-frame-pointer -g)
  target_link_options(transept_options INTERFACE -fsanitize=${TRANSEPT_SANITIZER})
endif()
find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
  set(CMAKE_C_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
endif()
