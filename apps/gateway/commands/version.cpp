#include <cstdio>

#include <openssl/crypto.h>
#include <sqlite3.h>
#include <zmq.h>
#include <boost/version.hpp>
#include <nlohmann/json.hpp>

#include "apps/gateway/commands/commands.hpp"
#include "bgw/adapter.hpp"
#include "version.hpp"

namespace gw::app {

int version(const Options& options) {
  int zmq[3] = {};
  zmq_version(&zmq[0], &zmq[1], &zmq[2]);
  const std::string zeromq = std::to_string(zmq[0]) + '.' + std::to_string(zmq[1]) + '.' + std::to_string(zmq[2]);
  const std::string abi = std::to_string(BGW_ABI_MAJOR) + '.' + std::to_string(BGW_ABI_MINOR);
  if (options.json) {
    const nlohmann::json out = {{"version", GW_VERSION},
                                {"revision", GW_REVISION},
                                {"abi", abi},
                                {"compiler", BGW_BUILD_TAG},
                                {"libraries",
                                 {{"boost", BOOST_LIB_VERSION},
                                  {"sqlite", sqlite3_libversion()},
                                  {"zeromq", zeromq},
                                  {"openssl", OpenSSL_version(OPENSSL_VERSION)}}}};
    std::printf("%s\n", out.dump().c_str());
    return kDone;
  }
  std::printf("broker-gateway %s (%s)\nSDK ABI %s\nbuilt with %s\nBoost %s, SQLite %s, ZeroMQ %s, %s\n", GW_VERSION,
              GW_REVISION, abi.c_str(), BGW_BUILD_TAG, BOOST_LIB_VERSION, sqlite3_libversion(), zeromq.c_str(),
              OpenSSL_version(OPENSSL_VERSION));
  return kDone;
}

}  // namespace gw::app
