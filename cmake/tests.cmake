# Tests and benchmarks. A test is named after its file, so that `ctest -R model/` runs one room.
#
#   ROOM/*_test.c     cmocka, linked with the room and those below it (ipam: and its oracles)
#   tests/*_test.c    cmocka, linked with all rooms
#   tests/*_test.sh   bash; exit code 77 means skipped
#
# Each runs in the source directory with EIPSIM (the command), SRC and BUILD in its environment.

# No CMake package of cmocka exists in Debian.
pkg_check_modules(cmocka REQUIRED IMPORTED_TARGET cmocka)

function(eipsim_register name)
  add_test(NAME ${name} COMMAND ${ARGN} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  # cmocka would swallow a SIGSEGV and with it the sanitizer's report.
  set(environment
    EIPSIM=$<IF:$<TARGET_EXISTS:eipsim>,${PROJECT_BINARY_DIR}/eipsim,>
    SRC=${PROJECT_SOURCE_DIR} BUILD=${PROJECT_BINARY_DIR}
    ASAN_OPTIONS=handle_segv=2 UBSAN_OPTIONS=print_stacktrace=1)
  set_tests_properties(${name} PROPERTIES
    ENVIRONMENT "${environment}" TIMEOUT 600 SKIP_RETURN_CODE 77)
endfunction()

# eipsim_unit_tests(FOLDER LIBRARY [EXTRA_SOURCE...])
function(eipsim_unit_tests folder library)
  file(GLOB tests CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR} ${folder}/*_test.c)
  foreach(test IN LISTS tests)
    string(REGEX REPLACE "[/.]" "_" target ${test})
    string(REGEX REPLACE "_c$" "" target ${target})
    add_executable(${target} ${test} ${ARGN})
    eipsim_target(${target})
    set_target_properties(${target} PROPERTIES
      RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
    target_link_libraries(${target} PRIVATE ${library} PkgConfig::cmocka)
    eipsim_register(${test} ${target})
  endforeach()
endfunction()

file(GLOB oracles CONFIGURE_DEPENDS ipam/oracle*.c)
eipsim_unit_tests(ipam eipsim_ipam ${oracles})
eipsim_unit_tests(model eipsim_model)
eipsim_unit_tests(engine eipsim_engine)
eipsim_unit_tests(tools eipsim_tools)
eipsim_unit_tests(tests eipsim_tools)

find_program(BASH bash REQUIRED)
file(GLOB scripts CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR} tests/*_test.sh)
foreach(script IN LISTS scripts)
  eipsim_register(${script} ${BASH} ${PROJECT_SOURCE_DIR}/${script})
endforeach()

file(GLOB benches CONFIGURE_DEPENDS bench/*.c)
foreach(bench IN LISTS benches)
  cmake_path(GET bench STEM name)
  add_executable(bench_${name} ${bench})
  eipsim_target(bench_${name})
  set_target_properties(bench_${name} PROPERTIES
    OUTPUT_NAME ${name} RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bench)
  target_link_libraries(bench_${name} PRIVATE eipsim_tools)
endforeach()

# bench/ipam.c compares with CRoaring where that is installed.
find_library(EIPSIM_ROARING roaring)
find_path(EIPSIM_ROARING_HEADERS roaring/roaring.h)
mark_as_advanced(EIPSIM_ROARING EIPSIM_ROARING_HEADERS)
if(EIPSIM_ROARING AND EIPSIM_ROARING_HEADERS)
  target_compile_definitions(bench_ipam PRIVATE EIPSIM_HAVE_ROARING)
  target_link_libraries(bench_ipam PRIVATE ${EIPSIM_ROARING})
endif()
