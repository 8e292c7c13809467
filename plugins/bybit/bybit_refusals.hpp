// What Bybit's refusals mean, of sockets and of the instrument list. Any thread. Source: bybit-exchange.github.io/docs,
// v5/rate-limit ("403, access too frequent": wait ten minutes) and v5/error; the page of CloudFront, which stands
// before Bybit, that names the country is in no document of Bybit and has been seen from addresses in the United
// States.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "bgw/adapter.hpp"

namespace bybit {

// Why a socket ended or was not opened, as the error that on_close answers. `category`: "linear" or "spot".
bgw::Error refusal_of(const bgw::Close& close, const std::string& category, std::int64_t now_ns);

// bgw_instruments.judge
bgw_status judge_list(std::int32_t http_status, const char* body, std::size_t length, bgw_error* error);

}  // namespace bybit
