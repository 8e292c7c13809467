# bgw_add_broker_plugin(NAME SOURCES a.cpp …): a broker plugin NAME.so with the link rules that the gateway relies on:
# one exported symbol, nothing undefined, nothing bound across plugins, so that two plugins never share state.
function(bgw_add_broker_plugin name)
  cmake_parse_arguments(P "" "" "SOURCES" ${ARGN})
  add_library(${name} MODULE ${P_SOURCES})
  target_link_libraries(${name} PRIVATE bgw::sdk)
  set_target_properties(${name} PROPERTIES
    PREFIX "" SUFFIX ".so" CXX_VISIBILITY_PRESET hidden C_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  target_compile_options(${name} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-fno-gnu-unique>)
  target_link_options(${name} PRIVATE
    -Wl,--version-script=${BGW_PLUGIN_MAP} -Wl,--exclude-libs,ALL -Wl,-z,relro -Wl,-z,now
    # A sanitizer's runtime lives in the executable, so its symbols stay undefined in a plugin.
    $<$<NOT:$<BOOL:${GW_SANITIZE}>>:-Wl,-z,defs>)
endfunction()
