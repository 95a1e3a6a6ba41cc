# Helpers for tests: a GoogleTest executable whose cases ctest knows by name, and a lit suite.
find_package(GTest REQUIRED)
include(GoogleTest)

# add_unit_test(<name> [MLIR] SOURCES <files> LIBRARIES <targets> [LABELS <labels>]): MLIR where most of
# the files include its headers.
function(add_unit_test name)
  cmake_parse_arguments(ARG "MLIR" "" "SOURCES;LIBRARIES;LABELS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE transept_options GTest::gmock GTest::gtest_main
                                        ${ARG_LIBRARIES})
  target_compile_definitions(${name} PRIVATE
    TRANSEPT_SOURCE_DIR="${PROJECT_SOURCE_DIR}" TRANSEPT_BINARY_DIR="${PROJECT_BINARY_DIR}")
  if(ARG_MLIR)
    use_mlir_pch(${name})
  endif()
  gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60 PROPERTIES LABELS "${ARG_LABELS}")
endfunction()
