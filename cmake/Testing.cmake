# Helpers for tests: a GoogleTest executable whose cases ctest knows by name, and a lit suite.
find_package(GTest REQUIRED)
include(GoogleTest)

# add_unit_test(<name> SOURCES <files> LIBRARIES <targets> [LABELS <labels>])
function(add_unit_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBRARIES;LABELS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE transept_options GTest::gmock GTest::gtest_main
                                        ${ARG_LIBRARIES})
  target_compile_definitions(${name} PRIVATE
    TRANSEPT_SOURCE_DIR="${PROJECT_SOURCE_DIR}" TRANSEPT_BINARY_DIR="${PROJECT_BINARY_DIR}")
  gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60 PROPERTIES LABELS "${ARG_LABELS}")
endfunction()
