# Run by `cmake --install`: the configuration and the unit of an installed gateway, made from the shipped files. Below /usr
# they go where Debian has them, below another prefix into its own folders. A configuration that is there stays.
get_filename_component(source ${CMAKE_CURRENT_LIST_DIR} DIRECTORY)
set(prefix ${CMAKE_INSTALL_PREFIX})
if(prefix STREQUAL /usr)
  set(etc /etc)
  set(state /var/lib/broker-gateway)
  set(units /lib/systemd/system)
else()
  set(etc ${prefix}/etc)
  set(state ${prefix}/var/lib/broker-gateway)
  set(units ${prefix}/lib/systemd/system)
endif()
set(configuration ${etc}/broker-gateway)
set(root $ENV{DESTDIR})

function(put_configuration file text)
  if(EXISTS ${root}${file})
    message(STATUS "Kept: ${root}${file}")
    return()
  endif()
  message(STATUS "Installing: ${root}${file}")
  file(WRITE ${root}${file} "${text}")
  file(CHMOD ${root}${file} PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
endfunction()

file(READ ${source}/gateway.yaml shipped)
string(REPLACE "state/" "${state}/" shipped "${shipped}")
string(CONCAT text
  "# The broker gateway's configuration: every key is explained in docs/configuration.md below ${prefix}/share/doc/broker-gateway.\n"
  "# After a change: broker-gateway check-config, then systemctl reload broker-gateway.\n"
  "# It serves invented prices (the broker mock) until active_broker names another one.\n"
  "${shipped}")
put_configuration(${configuration}/gateway.yaml "${text}")
file(READ ${source}/config/calendar.yaml text)
put_configuration(${configuration}/config/calendar.yaml "${text}")

message(STATUS "Installing: ${root}${units}/broker-gateway.service")
configure_file(${source}/deploy/systemd/broker-gateway.service.in ${root}${units}/broker-gateway.service @ONLY)
file(CHMOD ${root}${units}/broker-gateway.service PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
