# Fuzz targets: fuzz/NAME.c for each NAME below, linked with EIPSIM_FUZZ_ENGINE, which is what
# $LIB_FUZZING_ENGINE holds where there is one. Without an engine a target is a replay program, and
# a test runs its corpus.
#
# Records (engine/codec.h) are mutated by fuzz/mutator.c: libFuzzer has its adapter in the target,
# AFL++ loads a library of its own.

set(EIPSIM_FUZZ_TARGETS lifecycle ipam scenario log ipam_grammar canary)
set(fuzz_of_records lifecycle ipam)

find_program(BASH bash REQUIRED)
set(corpus ${PROJECT_BINARY_DIR}/fuzz/corpus)
file(GLOB seeds CONFIGURE_DEPENDS fuzz/seeds.* fuzz/corpus/*/* scenarios/*.yaml)
add_custom_command(OUTPUT ${corpus}
  COMMAND ${BASH} ${PROJECT_SOURCE_DIR}/fuzz/seeds.sh $<TARGET_FILE:eipsim> ${corpus}
  DEPENDS eipsim ${seeds} VERBATIM COMMENT "Making the seeds of the fuzz targets")
add_custom_target(fuzz_corpus ALL DEPENDS ${corpus})

file(GLOB oracles CONFIGURE_DEPENDS ipam/oracle*.c)
foreach(name IN LISTS EIPSIM_FUZZ_TARGETS)
  set(target fuzz_${name})
  add_executable(${target} fuzz/${name}.c)
  eipsim_target(${target})
  set_target_properties(${target} PROPERTIES
    OUTPUT_NAME ${name} RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/fuzz)
  target_link_libraries(${target} PRIVATE eipsim_tools)
  if(EIPSIM_FUZZ_ENGINE)
    target_link_libraries(${target} PRIVATE ${EIPSIM_FUZZ_ENGINE})
    if(name IN_LIST fuzz_of_records)
      target_sources(${target} PRIVATE fuzz/mutator.c fuzz/adapter_libfuzzer.c)
    endif()
  else()
    target_sources(${target} PRIVATE fuzz/replay.c)
    if(EIPSIM_TESTS AND NOT name STREQUAL canary)
      eipsim_register(fuzz/corpus/${name}
        ${target} --orders ${PROJECT_BINARY_DIR}/fuzz/corpus/${name})
    endif()
  endif()
endforeach()
target_sources(fuzz_lifecycle PRIVATE fuzz/states.c)
target_sources(fuzz_ipam PRIVATE ${oracles})

if(EIPSIM_TESTS)
  eipsim_unit_tests(fuzz eipsim_engine fuzz/mutator.c)
endif()

# Neither instrumented nor sanitized: afl-fuzz, which is neither, loads it.
add_library(fuzz_afl_mutator MODULE EXCLUDE_FROM_ALL fuzz/mutator.c fuzz/adapter_afl.c)
set_target_properties(fuzz_afl_mutator PROPERTIES
  C_STANDARD 11 C_STANDARD_REQUIRED ON C_EXTENSIONS OFF PREFIX "" OUTPUT_NAME mutator
  LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/fuzz)
target_include_directories(fuzz_afl_mutator PRIVATE ${PROJECT_SOURCE_DIR})
