# What `cmake --install` adds so that other projects find Transept.
include(CMakePackageConfigHelpers)
set(package_directory "${CMAKE_INSTALL_LIBDIR}/cmake/Transept")
configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/TranseptConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/TranseptConfig.cmake" INSTALL_DESTINATION "${package_directory}"
  PATH_VARS CMAKE_INSTALL_INCLUDEDIR CMAKE_INSTALL_BINDIR CMAKE_INSTALL_LIBDIR)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/TranseptConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/TranseptConfig.cmake"
              "${PROJECT_BINARY_DIR}/TranseptConfigVersion.cmake"
              "${PROJECT_SOURCE_DIR}/cmake/TranseptCompileModel.cmake"
  DESTINATION "${package_directory}")
