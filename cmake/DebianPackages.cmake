# What `cpack` in a build folder makes: transept.deb, the command and the compiler; transept-dev.deb, what
# programs that open models are built with or run by: headers, the C library, the Python module, the
# CMake and pkg-config packages. Compiled models need neither.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT "Transept <transept@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "ahead-of-time compiler for encoder-decoder transformers")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL development)
if(TRANSEPT_COMPILER)
  list(APPEND CPACK_COMPONENTS_ALL compiler)
endif()
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)

set(CPACK_DEBIAN_COMPILER_PACKAGE_NAME transept)
set(CPACK_DEBIAN_COMPILER_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_COMPILER_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_COMPILER_PACKAGE_SUGGESTS transept-dev)
set(CPACK_COMPONENT_COMPILER_DESCRIPTION
  "The transept command and its compiler as a library: from checkpoints to shared libraries.")

set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME transept-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SUGGESTS "transept, python3, python3-numpy")
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION
  "Headers for C++ and C, the C library and the Python module for compiled models.")
include(CPack)
