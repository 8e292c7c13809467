// Where a broker's instrument list is: the plugin's templates with the values of the broker's settings.
#pragma once

#include <string>
#include <vector>

#include "bgw/abi.h"
#include "core/base/result.hpp"
#include "core/plugin_host/adapter_instance.hpp"

namespace gw::app {

struct ListAddress {
  std::string url;
  std::vector<std::string> headers;
};
// An error names the setting that the URL needs and lacks; a header that lacks one is left out.
Result<ListAddress> list_address(const bgw_instruments& extension,
                                 const std::vector<plugin_host::AdapterSetting>& settings);

}  // namespace gw::app
