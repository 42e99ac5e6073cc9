# A room is a folder of C files that becomes one static library.

# What every target of the project is compiled with.
function(eipsim_target target)
  set_target_properties(${target} PROPERTIES
    C_STANDARD 11 C_STANDARD_REQUIRED ON C_EXTENSIONS OFF)
  target_compile_options(${target} PRIVATE
    -Wall -Wextra -Wpedantic -Wconversion -Wshadow $<$<BOOL:${EIPSIM_WERROR}>:-Werror>)
  # Checks that cost O(n) run in every Debug build, which is what all presets but `release` are: in
  # every state, or in one of so many.
  target_compile_definitions(${target} PRIVATE
    $<$<CONFIG:Debug>:EIPSIM_VALIDATE=${EIPSIM_VALIDATE}>)
  if(EIPSIM_SANITIZE)
    set(sanitize -fsanitize=${EIPSIM_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_compile_options(${target} PRIVATE ${sanitize})
    target_link_options(${target} PRIVATE ${sanitize})
  endif()
  # What libFuzzer learns from comparisons is texts; these rooms read none and compare all along.
  if(CMAKE_C_FLAGS MATCHES "fuzzer-no-link" AND target MATCHES "^eipsim_(ipam|model|engine)$")
    target_compile_options(${target} PRIVATE -fno-sanitize-coverage=trace-cmp)
  endif()
  if(EIPSIM_COVERAGE)
    target_compile_options(${target} PRIVATE --coverage)
    target_link_options(${target} PRIVATE --coverage)
  endif()
  # The libraries need libc's C11 part only; everything that does input and output needs POSIX.
  if(NOT target MATCHES "^eipsim_(ipam|model|engine)$")
    target_compile_definitions(${target} PRIVATE
      _POSIX_C_SOURCE=200809L EIPSIM_VERSION="${PROJECT_VERSION}")
  endif()
endfunction()

# eipsim_library(ROOM [ROOM_BELOW...]): library eipsim_ROOM of the room's sources, without tests,
# test oracles and main(). A room that is still empty becomes an interface library.
# Sets eipsim_ROOM_scope to the keyword with which more can be linked to it.
function(eipsim_library room)
  file(GLOB sources CONFIGURE_DEPENDS ${room}/*.c)
  list(FILTER sources EXCLUDE REGEX "(_test|/main|/oracle[^/]*)\\.c$")
  set(target eipsim_${room})
  if(sources)
    add_library(${target} STATIC ${sources})
    eipsim_target(${target})
    set(scope PUBLIC)
  else()
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
  endif()
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${room})
  add_library(eipsim::${room} ALIAS ${target})
  target_include_directories(${target} ${scope}
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/eipsim>)
  list(TRANSFORM ARGN PREPEND eipsim_)
  target_link_libraries(${target} ${scope} ${ARGN})
  set(${target}_scope ${scope} PARENT_SCOPE)
endfunction()
