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
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" "${PROJECT_SOURCE_DIR}/CHANGELOG.md"
  DESTINATION "${CMAKE_INSTALL_DOCDIR}")

# For builds without CMake; found from their own place, so that an installation can be moved.
file(RELATIVE_PATH transept_prefix "${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig" "${CMAKE_INSTALL_PREFIX}")
if(CMAKE_DL_LIBS)
  set(transept_dl_libraries "-l${CMAKE_DL_LIBS}")
endif()
foreach(name transept transept-c transept-compiler)
  configure_file("${PROJECT_SOURCE_DIR}/cmake/${name}.pc.in" "${PROJECT_BINARY_DIR}/${name}.pc" @ONLY)
  install(FILES "${PROJECT_BINARY_DIR}/${name}.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
endforeach()
