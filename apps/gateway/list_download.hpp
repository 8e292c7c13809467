// Downloads a broker's instrument list into one file, page by page where the plugin says that it has several.
#pragma once

#include <vector>

#include "bgw/abi.h"
#include "core/base/result.hpp"
#include "core/download/download.hpp"
#include "core/plugin_host/link_options.hpp"

namespace gw::app {

// `first` is the request of the first page, whose file gets all pages, a line feed between two. Only a list of one page
// is asked for with what the server said of it before.
Result<download::Downloaded> download_list(const bgw_instruments& extension, download::Request first,
                                           const std::vector<plugin_host::AdapterSetting>& settings);

}  // namespace gw::app
