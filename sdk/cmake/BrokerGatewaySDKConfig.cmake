get_filename_component(_bgw_prefix "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)
# lib/<multiarch>/cmake/… lies one folder deeper than lib/cmake/…
if(NOT EXISTS "${_bgw_prefix}/include/bgw/abi.h")
  get_filename_component(_bgw_prefix "${_bgw_prefix}/.." ABSOLUTE)
endif()
if(NOT TARGET bgw::sdk)
  add_library(bgw::sdk INTERFACE IMPORTED)
  set_target_properties(bgw::sdk PROPERTIES
    INTERFACE_INCLUDE_DIRECTORIES "${_bgw_prefix}/include" INTERFACE_COMPILE_FEATURES cxx_std_20)
endif()
set(BGW_PLUGIN_MAP "${CMAKE_CURRENT_LIST_DIR}/bgw_plugin.map")
include("${CMAKE_CURRENT_LIST_DIR}/bgw_add_broker_plugin.cmake")
