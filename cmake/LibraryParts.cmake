# What archives need that become part of compiled libraries.

# Hidden, in pieces of which the linker leaves out what is not used, and without what would keep a
# library from being unloaded: unique symbols, and guards of static variables. Builds under a
# sanitizer keep their own optimization: gcc takes four times as long to optimize what it adds.
function(make_part_of_libraries target)
  set_target_properties(${target} PROPERTIES
    POSITION_INDEPENDENT_CODE ON CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  target_compile_options(${target} PRIVATE -ffunction-sections -fdata-sections
    # What GCC 12 says of std::string's copies is wrong.
    "$<$<CXX_COMPILER_ID:GNU>:-fno-gnu-unique;-Wno-restrict>")
  if(NOT TRANSEPT_SANITIZER)
    target_compile_options(${target} PRIVATE -O2)
  endif()
endfunction()

# add_combined_archive(<target> <file> <archives or targets of them>...): all their objects as one.
function(add_combined_archive target file)
  set(commands "CREATE ${file}\n")
  foreach(part ${ARGN})
    if(TARGET ${part})
      string(APPEND commands "ADDLIB $<TARGET_FILE:${part}>\n")
      list(APPEND parts ${part} $<TARGET_FILE:${part}>)
    else()
      string(APPEND commands "ADDLIB ${part}\n")
    endif()
  endforeach()
  set(script "${CMAKE_CURRENT_BINARY_DIR}/${target}.mri")
  file(GENERATE OUTPUT "${script}" CONTENT "${commands}SAVE\nEND\n")
  set(archive "${CMAKE_CURRENT_BINARY_DIR}/${file}")
  add_custom_command(OUTPUT "${archive}"
    COMMAND "${CMAKE_COMMAND}" -E rm -f "${archive}"
    COMMAND "${CMAKE_AR}" -M < "${script}"
    DEPENDS ${parts} "${script}" WORKING_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}" VERBATIM)
  add_custom_target(${target} DEPENDS "${archive}")
endfunction()
