# The command, the libraries with their public headers, eipsim.pc and the CMake package `eipsim`.
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/eipsim)
set(pc_libs "")
foreach(room IN ITEMS ipam model engine)
  install(TARGETS eipsim_${room} EXPORT eipsim)
  if(NOT eipsim_${room}_scope STREQUAL INTERFACE)
    string(PREPEND pc_libs " -leipsim_${room}")
  endif()
  file(GLOB headers CONFIGURE_DEPENDS ${room}/*.h ${room}/*.def)
  list(FILTER headers EXCLUDE REGEX "([_/]internal|/oracle[^/]*)\\.(h|def)$")
  install(FILES ${headers} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/eipsim/${room})
endforeach()
if(TARGET eipsim)
  install(TARGETS eipsim)
endif()

install(EXPORT eipsim FILE eipsim-targets.cmake NAMESPACE eipsim:: DESTINATION ${package_dir})
file(WRITE ${PROJECT_BINARY_DIR}/eipsim-config.cmake
  "include(\${CMAKE_CURRENT_LIST_DIR}/eipsim-targets.cmake)\n")
write_basic_package_version_file(${PROJECT_BINARY_DIR}/eipsim-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/eipsim-config.cmake
  ${PROJECT_BINARY_DIR}/eipsim-config-version.cmake DESTINATION ${package_dir})

# Relative to itself: `cmake --install --prefix` moves the tree after this file is written.
cmake_path(SET pc_dir NORMALIZE ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig)
file(RELATIVE_PATH pc_prefix ${pc_dir} ${CMAKE_INSTALL_PREFIX})
configure_file(cmake/eipsim.pc.in eipsim.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/eipsim.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
