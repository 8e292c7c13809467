# Language, warnings, sanitizers and where products go: the same for every target.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
include(CheckPIESupported)
check_pie_supported()
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
# Line tables cost no speed: perf and core dumps of the release show source lines, and so does tests/tour.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1 -DNDEBUG")
add_link_options($<$<CONFIG:Release>:-Wl,--compress-debug-sections=zlib>)
# What Debian builds its own network servers with (hardening=+all), and stack-clash protection. The sanitizers' builds
# look for the same mistakes by themselves, and fortified functions need optimisation.
add_compile_options("$<$<CONFIG:Release>:-fstack-protector-strong;-fstack-clash-protection;-Wformat;-Werror=format-security>"
  "$<$<CONFIG:Release>:-U_FORTIFY_SOURCE;-D_FORTIFY_SOURCE=2>")
add_link_options("$<$<CONFIG:Release>:-Wl,-z,relro;-Wl,-z,now>")
set(CMAKE_CXX_FLAGS_SANITIZE "-O1 -g1 -fno-omit-frame-pointer")
set(CMAKE_C_FLAGS_SANITIZE "-O1 -g1 -fno-omit-frame-pointer")

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor> -Werror)
# g++ 12 sees overlaps in std::string's operator+ that are not there (GCC bug 105651).
add_compile_options($<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-restrict>)
# Paths inside objects are relative to the sources, so that another checkout finds them in the compiler cache.
add_compile_options(-ffile-prefix-map=${CMAKE_SOURCE_DIR}/=)

if(GW_SANITIZE STREQUAL "address")
  # The four checks left out make the Beast translation unit take minutes; see ARCHITECTURE.md.
  add_compile_options(-fsanitize=address,undefined -fno-sanitize=null,vptr,alignment,object-size -fno-sanitize-recover=all)
  add_link_options(-fsanitize=address,undefined)
elseif(GW_SANITIZE STREQUAL "thread")
  # Asio uses atomic_thread_fence, which g++ warns about under this sanitizer.
  add_compile_options(-fsanitize=thread -Wno-tsan)
  add_link_options(-fsanitize=thread)
endif()
