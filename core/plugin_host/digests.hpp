// The digests that plugins ask for: `digest` and `hmac` of bgw_host and bgw_login_host. Any thread.
#pragma once

#include <cstddef>
#include <cstdint>

#include "bgw/abi.h"

namespace gw::plugin_host {

// `context` is not used.
bgw_status make_digest(void* context, std::uint32_t algorithm, const void* data, std::size_t length, std::uint8_t* out,
                       bgw_error* error) noexcept;
bgw_status make_hmac(void* context, std::uint32_t algorithm, const void* key, std::size_t key_length, const void* data,
                     std::size_t length, std::uint8_t* out, bgw_error* error) noexcept;

}  // namespace gw::plugin_host
