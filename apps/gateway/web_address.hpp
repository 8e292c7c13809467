// Where a broker's web interface is: the plugin's templates with the values of the broker's settings.
#pragma once

#include <string>
#include <vector>

#include "bgw/abi.h"
#include "core/base/result.hpp"
#include "core/plugin_host/link_options.hpp"

namespace gw::app {

struct WebAddress {
  std::string url;
  std::vector<std::string> headers;
};
// Of the instrument list, and of the request that tells whether credentials are good. An error names the setting that
// the URL needs and lacks; a header that lacks one is left out.
Result<WebAddress> web_address(const bgw_instruments& extension,
                               const std::vector<plugin_host::AdapterSetting>& settings);
Result<WebAddress> web_address(const bgw_credentials& extension,
                               const std::vector<plugin_host::AdapterSetting>& settings);

}  // namespace gw::app
