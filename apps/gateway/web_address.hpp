// Where a broker's web interface is: the plugin's templates, filled with the values of the broker's settings. Any
// thread.
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
// The address of the instrument list, and that of the request that tells whether credentials are good. The error names
// a setting that the URL needs and the broker lacks; a header that needs such a setting is left out.
Result<WebAddress> web_address(const bgw_instruments& extension,
                               const std::vector<plugin_host::AdapterSetting>& settings);
Result<WebAddress> web_address(const bgw_credentials& extension,
                               const std::vector<plugin_host::AdapterSetting>& settings);
// The address of a further page of the instrument list.
Result<std::string> page_address(const std::string& url_template,
                                 const std::vector<plugin_host::AdapterSetting>& settings);

}  // namespace gw::app
