// Calls a function of bgw.instruments/1: whatever the plugin throws ends here. Any thread.
#pragma once

#include <cstdio>
#include <cstring>
#include <exception>
#include <string>

#include "bgw/abi.h"

namespace gw::instruments {

// What a failed call said.
inline std::string text_of(const bgw_error& error) {
  return {error.message, strnlen(error.message, sizeof error.message)};
}

// BGW_E_EXCEPTION, with the reason in `error`, when `function` throws.
template <class F>
bgw_status call_list(bgw_error& error, F&& function) {
  try {
    return function();
  } catch (const std::exception& e) {
    std::snprintf(error.message, sizeof error.message, "the plugin threw an exception: %s", e.what());
  } catch (...) {
    std::snprintf(error.message, sizeof error.message, "the plugin threw an exception");
  }
  return BGW_E_EXCEPTION;
}

}  // namespace gw::instruments
