# Finds LLVM, MLIR and lld 22 as Debian packages them. Only the two dylibs are linked: naming an
# LLVM component beside them would register every command-line option twice.
list(PREPEND CMAKE_PREFIX_PATH /usr/lib/llvm-22)
find_package(MLIR 22.1 REQUIRED CONFIG)
find_package(LLD 22.1 REQUIRED CONFIG)
list(APPEND CMAKE_MODULE_PATH "${MLIR_CMAKE_DIR}" "${LLVM_CMAKE_DIR}")
set(MLIR_BINARY_DIR "${PROJECT_BINARY_DIR}")
include(AddLLVM)
include(TableGen)
include(AddMLIR)
include_directories(SYSTEM ${MLIR_INCLUDE_DIRS} ${LLVM_INCLUDE_DIRS})
include_directories("${PROJECT_SOURCE_DIR}")

# What every target that speaks MLIR links: the dylibs, their headers, one precompiled header.
add_library(transept_mlir INTERFACE)
target_include_directories(transept_mlir SYSTEM INTERFACE
  ${MLIR_INCLUDE_DIRS} ${LLVM_INCLUDE_DIRS} "${PROJECT_BINARY_DIR}")
target_link_libraries(transept_mlir INTERFACE transept_options MLIR LLVM)

add_library(transept_mlir_pch OBJECT "${PROJECT_SOURCE_DIR}/cmake/PrecompiledHeader.cpp")
target_link_libraries(transept_mlir_pch PRIVATE transept_mlir)
target_precompile_headers(transept_mlir_pch PRIVATE "${PROJECT_SOURCE_DIR}/cmake/PrecompiledHeader.h")

# use_mlir_pch(<executable>): CMake compiles executables with -fPIE, which clang does not accept with
# a header precompiled with -fPIC.
function(use_mlir_pch name)
  set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
  target_compile_options(${name} PRIVATE -fPIC)
  target_precompile_headers(${name} REUSE_FROM transept_mlir_pch)
endfunction()

# add_mlir_sources(<name> SOURCES <files> LIBRARIES <targets>): a static library that speaks MLIR.
function(add_mlir_sources name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBRARIES;DEPENDS" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name} PUBLIC transept_mlir ${ARG_LIBRARIES})
  target_precompile_headers(${name} REUSE_FROM transept_mlir_pch)
  add_dependencies(${name} transept_tablegen ${ARG_DEPENDS})
endfunction()
