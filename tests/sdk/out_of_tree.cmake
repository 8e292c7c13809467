# Installs the SDK, builds a plugin against the installed package alone, and lets the gateway load it.
# cmake -DBUILD=… -DPROJECT=… -DWORK=… -DGATEWAY=… -DCOMPILER=… -DGENERATOR=… -DSANITIZE=… -DSANITIZE_FLAGS=…
#       -P out_of_tree.cmake
cmake_minimum_required(VERSION 3.25)

function(run what)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "${what} failed (${result}):\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

function(expect text pattern)
  if(NOT text MATCHES "${pattern}")
    message(FATAL_ERROR "expected ${pattern}, found:\n${text}")
  endif()
endfunction()

file(REMOVE_RECURSE "${WORK}")
set(prefix "${WORK}/installed here")
run("installing the SDK" ${CMAKE_COMMAND} --install "${BUILD}" --component sdk --prefix "${prefix}")

# The project stands apart from the source tree, so that it cannot lean on it.
file(COPY "${PROJECT}/" DESTINATION "${WORK}/project")
run("configuring the plugin" ${CMAKE_COMMAND} -S "${WORK}/project" -B "${WORK}/build" -G ${GENERATOR}
    "-DCMAKE_PREFIX_PATH=${prefix}" -DCMAKE_CXX_COMPILER=${COMPILER} -DGW_SANITIZE=${SANITIZE}
    "-DCMAKE_CXX_FLAGS=${SANITIZE_FLAGS}" -DCMAKE_FIND_USE_PACKAGE_REGISTRY=OFF)
run("building the plugin" ${CMAKE_COMMAND} --build "${WORK}/build")

run("nm" nm -D --defined-only "${WORK}/build/outside.so")
string(REGEX MATCHALL "[^\n]+" symbols "${output}")
list(LENGTH symbols count)
if(NOT count EQUAL 1)
  message(FATAL_ERROR "expected bgw_plugin_entry alone, found:\n${output}")
endif()
expect("${output}" " T bgw_plugin_entry\n")

# Whatever the user's umask is, this is how a plugin is put into place.
file(COPY "${WORK}/build/outside.so" DESTINATION "${WORK}/plugins"
     FILE_PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
file(WRITE "${WORK}/gateway.yaml" "plugins: {directory: \"${WORK}/plugins\"}
active_broker: first
brokers: {first: {plugin: outside, settings: {url: \"ws://127.0.0.1:1\"}}}
")
run("plugins list" "${GATEWAY}" plugins list --config "${WORK}/gateway.yaml")
expect("${output}" "^outside\\.so: loaded: outside 0\\.1 by Somebody \\(ABI 0\\.9, .+\\)\n +sha256 [0-9a-f]+, runs in a process of its own unless told otherwise\n +NSE +no depth\n$")
run("check-config" "${GATEWAY}" check-config --config "${WORK}/gateway.yaml")

# A package of another version must not be taken: below 1.0 each minor version may change the contract.
foreach(version 0.10 0.8 1.0 1.7)
  file(REMOVE_RECURSE "${WORK}/other")
  file(WRITE "${WORK}/other/CMakeLists.txt" "cmake_minimum_required(VERSION 3.25)
project(other LANGUAGES NONE)
find_package(BrokerGatewaySDK ${version} REQUIRED)
")
  execute_process(COMMAND ${CMAKE_COMMAND} -S "${WORK}/other" -B "${WORK}/other/build" -G ${GENERATOR}
                          "-DCMAKE_PREFIX_PATH=${prefix}"
                  RESULT_VARIABLE result OUTPUT_QUIET ERROR_VARIABLE output)
  if(result EQUAL 0)
    message(FATAL_ERROR "expected that SDK 0.9 does not serve for find_package(BrokerGatewaySDK ${version})")
  endif()
  string(REPLACE "." "\\." pattern "${version}")
  expect("${output}" "requested version \"${pattern}\"")
endforeach()
file(REMOVE_RECURSE "${WORK}")
