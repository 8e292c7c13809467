// Where a login's tokens are kept: the files that gateway.yaml names for the settings. Any thread.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/config/load.hpp"

namespace gw::login {

// By setting: the path of its file.
using TokenFiles = std::map<std::string, std::string>;

// The files of these settings. Problems are added where one is given as ${env:…}, as plain text or not at all; `file`
// is that of the configuration.
TokenFiles token_files(const config::Broker& broker, const std::string& file, const std::vector<std::string>& settings,
                       std::vector<config::Problem>& problems);

// Writes `tokens`, by setting, to their files: each is 0600 and replaced whole. On an error before the first file is
// replaced, none is.
Result<void> write_tokens(const TokenFiles& files, const std::map<std::string, std::string>& tokens);

}  // namespace gw::login
