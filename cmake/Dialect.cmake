# The build of a dialect in one line: TableGen, library, precompiled header.
#
# add_dialect(<Name> <namespace> [INTERFACES] SOURCES <files> [LIBRARIES <targets>])
# expects <Name>Ops.td (ops, types, attributes, enums) in the calling folder, with INTERFACES also
# <Name>Interfaces.td.
add_custom_target(transept_tablegen)
add_custom_target(docs COMMENT "Refreshing docs/reference")

# add_reference_doc(<generated> <name> <target>): docs/reference/<name>.md is what <target> generates
# in the calling folder; `docs` refreshes it, and the test docs_current fails while it differs.
function(add_reference_doc generated name target)
  set(source "${CMAKE_CURRENT_BINARY_DIR}/${generated}")
  set(committed "${PROJECT_SOURCE_DIR}/docs/reference/${name}.md")
  add_custom_target(docs-${name} COMMAND "${CMAKE_COMMAND}" -E copy "${source}" "${committed}"
    DEPENDS ${target})
  add_dependencies(docs docs-${name})
  if(TRANSEPT_TESTS)
    add_test(NAME docs_current.${name} COMMAND diff -u "${committed}" "${source}")
  endif()
endfunction()

function(add_dialect name namespace)
  cmake_parse_arguments(ARG "INTERFACES" "" "SOURCES;LIBRARIES" ${ARGN})
  set(LLVM_TARGET_DEFINITIONS ${name}Ops.td)
  mlir_tablegen(${name}Dialect.h.inc -gen-dialect-decls -dialect=${namespace})
  mlir_tablegen(${name}Dialect.cpp.inc -gen-dialect-defs -dialect=${namespace})
  mlir_tablegen(${name}Ops.h.inc -gen-op-decls)
  mlir_tablegen(${name}Ops.cpp.inc -gen-op-defs)
  mlir_tablegen(${name}Types.h.inc -gen-typedef-decls -typedefs-dialect=${namespace})
  mlir_tablegen(${name}Types.cpp.inc -gen-typedef-defs -typedefs-dialect=${namespace})
  mlir_tablegen(${name}Attributes.h.inc -gen-attrdef-decls -attrdefs-dialect=${namespace})
  mlir_tablegen(${name}Attributes.cpp.inc -gen-attrdef-defs -attrdefs-dialect=${namespace})
  mlir_tablegen(${name}Dialect.md -gen-dialect-doc -dialect=${namespace})
  # Enums of included files would be generated again: a dialect that includes another's .td has its
  # own enums in <Name>Enums.td, which includes nothing of ours.
  if(EXISTS "${CMAKE_CURRENT_SOURCE_DIR}/${name}Enums.td")
    set(LLVM_TARGET_DEFINITIONS ${name}Enums.td)
  endif()
  mlir_tablegen(${name}Enums.h.inc -gen-enum-decls)
  mlir_tablegen(${name}Enums.cpp.inc -gen-enum-defs)
  if(ARG_INTERFACES)
    set(LLVM_TARGET_DEFINITIONS ${name}Interfaces.td)
    mlir_tablegen(${name}Interfaces.h.inc -gen-op-interface-decls)
    mlir_tablegen(${name}Interfaces.cpp.inc -gen-op-interface-defs)
  endif()
  add_public_tablegen_target(${name}TableGen)
  add_dependencies(transept_tablegen ${name}TableGen)
  add_reference_doc(${name}Dialect.md ${namespace} ${name}TableGen)
  add_mlir_sources(transept_dialect_${namespace} SOURCES ${ARG_SOURCES} LIBRARIES ${ARG_LIBRARIES})
endfunction()

# add_pass_tablegen(<Name>): Passes.td of the calling folder -> Passes.h.inc and Passes.md there.
function(add_pass_tablegen name)
  set(LLVM_TARGET_DEFINITIONS Passes.td)
  mlir_tablegen(Passes.h.inc -gen-pass-decls -name=${name})
  mlir_tablegen(Passes.md -gen-pass-doc)
  add_public_tablegen_target(${name}PassesTableGen)
  add_dependencies(transept_tablegen ${name}PassesTableGen)
  string(TOLOWER ${name} lower_name)
  add_reference_doc(Passes.md ${lower_name}-passes ${name}PassesTableGen)
endfunction()
