# cmake -DFOLDER=… -DNAMES="mock angel" -P bundled_sha256.cmake: writes FOLDER/bundled.sha256, by which the gateway knows the
# plugins that it was built with. The lines are those of sha256sum, of each plugin that is there.
separate_arguments(NAMES UNIX_COMMAND "${NAMES}")
set(lines "")
foreach(name IN LISTS NAMES)
  if(EXISTS ${FOLDER}/${name}.so)
    file(SHA256 ${FOLDER}/${name}.so digest)
    string(APPEND lines "${digest}  ${name}.so\n")
  endif()
endforeach()
file(WRITE ${FOLDER}/bundled.sha256 "${lines}")
