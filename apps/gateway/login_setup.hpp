// Turns what gateway.yaml says of one broker into a login through its plugin, or into what is wrong with it. Any
// thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/config/load.hpp"
#include "core/login/login.hpp"
#include "core/plugin_host/library.hpp"

namespace gw::app {

// What keeps a login from being made: settings that it needs and that are not given, and tokens that it cannot store.
// `library` has a bgw.login/1.
std::vector<config::Problem> missing_for_login(const config::Broker& broker, const config::Loaded& loaded,
                                               const plugin_host::Library& library);

// Tokens whose file is another file of the gateway's own, or of another setting of any broker: a login would write over
// it.
std::vector<config::Problem> token_file_problems(const config::Broker& broker, const config::Loaded& loaded,
                                                 const plugin_host::Library& library);

// What is wrong with brokers.NAME.login, which also asks for all that the login needs. Without such a key, only what
// `broker-gateway login` would write over.
std::vector<config::Problem> login_problems(const config::Broker& broker, const config::Loaded& loaded,
                                            const plugin_host::Library& library);

// Tokens that the gateway, which logs in by itself there, could not store. It tries nevertheless.
std::vector<config::Problem> token_place_problems(const config::Broker& broker, const config::Loaded& loaded,
                                                  const plugin_host::Library& library);

// The login with the values that the settings have now. The error names a secret that cannot be read. Call it only
// where missing_for_login finds nothing.
Result<login::Login> make_login(const config::Broker& broker, std::shared_ptr<const plugin_host::Library> library,
                                std::function<bool()> is_wanted);

// The files that a login of the broker writes. Where missing_for_login finds nothing, all of them are there.
login::TokenFiles token_files_of(const config::Broker& broker, const plugin_host::Library& library);

}  // namespace gw::app
