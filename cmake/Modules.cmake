# gw_add_module(NAME SOURCES a.cpp … DEPENDS base … PRIVATE third::party …)
# One folder of core/, one static library gw_<name>, one namespace gw::<name>.
function(gw_add_module name)
  cmake_parse_arguments(M "" "" "SOURCES;DEPENDS;PRIVATE" ${ARGN})
  add_library(gw_${name} STATIC ${M_SOURCES})
  target_include_directories(gw_${name} PUBLIC ${CMAKE_SOURCE_DIR})
  list(TRANSFORM M_DEPENDS PREPEND gw_)
  target_link_libraries(gw_${name} PUBLIC ${M_DEPENDS} PRIVATE ${M_PRIVATE})
endfunction()

# gw_add_test(NAME SOURCES … LIBRARIES …): one GoogleTest binary, one CTest entry.
function(gw_add_test name)
  cmake_parse_arguments(T "" "" "SOURCES;LIBRARIES;DEFINITIONS" ${ARGN})
  add_executable(${name} ${T_SOURCES})
  # Unity: GoogleTest's headers cost more than the tests. Optimised little, for the same reason.
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests UNITY_BUILD ON
    UNITY_BUILD_BATCH_SIZE 0)
  target_compile_options(${name} PRIVATE "$<$<CONFIG:Release>:-O1;-g0>")
  target_link_options(${name} PRIVATE $<$<CONFIG:Release>:-Wl,--strip-debug>)
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${T_LIBRARIES} GTest::gmock GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE GW_SOURCE_DIR="${CMAKE_SOURCE_DIR}" ${T_DEFINITIONS})
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT 300)
endfunction()

# gw_has_one_thread(NAME): the thread sanitizer, under which it would take minutes, has nothing to see in this test.
function(gw_has_one_thread name)
  if(GW_SANITIZE STREQUAL thread)
    set_tests_properties(${name} PROPERTIES DISABLED ON)
  endif()
endfunction()
