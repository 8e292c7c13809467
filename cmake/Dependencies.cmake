# Third-party libraries, all from Debian 12 packages (scripts/install-packages has the list).
find_package(Threads REQUIRED)
set(Boost_NO_WARN_NEW_VERSIONS ON)  # this CMake is older than this Boost
find_package(Boost 1.81 EXACT REQUIRED COMPONENTS filesystem system)
find_package(CURL 7.85 REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(date REQUIRED)
find_package(spdlog REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(prometheus-cpp REQUIRED)
find_package(CLI11 REQUIRED)
find_package(PkgConfig REQUIRED)
if(GW_TESTS)
  find_package(GTest REQUIRED)
endif()
pkg_check_modules(ZeroMQ REQUIRED IMPORTED_TARGET libzmq)

# Third-party headers are not ours to mend: they come as system headers.
add_library(gw_asio INTERFACE)
target_link_libraries(gw_asio INTERFACE Boost::boost Boost::system OpenSSL::SSL OpenSSL::Crypto Threads::Threads)
target_compile_definitions(gw_asio INTERFACE BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_BOOST_COROUTINE)
