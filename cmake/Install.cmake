# What `cmake --install` puts where. One component for each package of scripts/package: gateway (with the mock broker, which
# the configuration serves that is installed: a gateway without any plugin has nothing to serve), plugin-BROKER, simulator,
# and sdk (sdk/CMakeLists.txt).
include(GNUInstallDirs)
set(CMAKE_INSTALL_DEFAULT_COMPONENT_NAME gateway)
set(GW_PLUGIN_FOLDER lib/broker-gateway/plugins)  # no multiarch folder: the gateway looks here

install(TARGETS broker-gateway RUNTIME DESTINATION bin)
install(TARGETS mock LIBRARY DESTINATION ${GW_PLUGIN_FOLDER})
foreach(broker angel bybit zerodha)
  install(TARGETS ${broker} LIBRARY DESTINATION ${GW_PLUGIN_FOLDER} COMPONENT plugin-${broker})
endforeach()
# Stripped plugins have other bytes, so that the list of bundled ones is of the installed files. scripts/package makes its own.
install(CODE "execute_process(COMMAND \"${CMAKE_COMMAND}\" \"-DFOLDER=\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${GW_PLUGIN_FOLDER}\"
  \"-DNAMES=mock angel zerodha bybit\" -P \"${CMAKE_SOURCE_DIR}/cmake/bundled_sha256.cmake\" COMMAND_ERROR_IS_FATAL ANY)"
  COMPONENT gateway)
install(TARGETS broker-sim RUNTIME DESTINATION bin COMPONENT simulator)

set(GW_DOC share/doc/broker-gateway)
install(FILES README.md ARCHITECTURE.md CHANGELOG.md CONTRIBUTING.md DESTINATION ${GW_DOC})
install(DIRECTORY docs DESTINATION ${GW_DOC} FILES_MATCHING PATTERN *.md PATTERN *.svg)
install(DIRECTORY examples DESTINATION ${GW_DOC} PATTERN CMakeLists.txt EXCLUDE)
install(DIRECTORY deploy/prometheus deploy/grafana DESTINATION ${GW_DOC}/deploy)

# Configuration, unit and state: their places and contents depend on the prefix, which is known when they are installed.
install(SCRIPT ${CMAKE_SOURCE_DIR}/cmake/install_configuration.cmake)
