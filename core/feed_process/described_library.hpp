// The brokers of a plugin's file as libraries of which this process has loaded nothing.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/plugin_host/library_copy.hpp"

namespace gw::feed_process {

using Brokers = std::vector<std::shared_ptr<const plugin_host::Library>>;

// What all of them declare, as bytes.
std::string describe(const Brokers& brokers);
// The brokers again, not loaded. `bytes` are another process's: the error says what is wrong with them. [any]
Result<Brokers> take_brokers(std::shared_ptr<plugin_host::LibraryCopy> copy, std::string_view bytes);

// The same broker with functions that may be called: loads the file into this process, unless that was done before.
// [main or control]
Result<std::shared_ptr<const plugin_host::Library>> load_here(const std::shared_ptr<const plugin_host::Library>& one);
// Whether this process has the file's code, which then stays until it ends. [main or control]
bool is_loaded_here(const plugin_host::Library& one);

}  // namespace gw::feed_process
