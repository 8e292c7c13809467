# cmake -DFOLDER=… -DNAMES="mock angel" -P bundled_sha256.cmake: writes FOLDER/bundled.sha256, by which the gateway knows the
# plugins that it was built with. The lines are those of sha256sum.
separate_arguments(NAMES UNIX_COMMAND "${NAMES}")
set(lines "")
foreach(name IN LISTS NAMES)
  file(SHA256 ${FOLDER}/${name}.so digest)
  string(APPEND lines "${digest}  ${name}.so\n")
endforeach()
file(WRITE ${FOLDER}/bundled.sha256 "${lines}")
