// Downloads a broker's instrument list into one file, page by page where the plugin says that it has several.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "bgw/abi.h"
#include "core/base/result.hpp"
#include "core/download/download.hpp"
#include "core/plugin_host/link_options.hpp"

namespace gw::app {

// The address of the page after this one, which lies in `file`; nothing after the last.
using NextPage = std::function<Result<std::optional<std::string>>(const std::string& file, std::uint32_t pages)>;

// What a plugin says of a download, wherever it is called.
struct ListPages {
  NextPage next_page;                                                     // empty: there is one page
  std::function<std::string(int status, const std::string& body)> judge;  // empty: the status alone is shown
};

// The same of a plugin that is called here. Its functions must be there.
Result<std::optional<std::string>> next_page_of(const bgw_instruments& extension, const std::string& file,
                                                std::uint32_t pages);
std::string judgement_of(const bgw_instruments& extension, int status, const std::string& body);
// What that plugin has of these. It outlives the functions.
ListPages pages_of(const bgw_instruments& extension);

// `first` is the request of the first page, whose file gets all pages, a line feed between two. Only a list of one page
// is asked for with what the server said of it before.
Result<download::Downloaded> download_list(const ListPages& pages, download::Request first,
                                           const std::vector<plugin_host::AdapterSetting>& settings);

}  // namespace gw::app
