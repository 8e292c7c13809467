// HTTP answers as bytes: whole ones, and ones that never end.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/websocket/connection.hpp"

namespace sim {

// How an answer fails to end.
enum class Unfinished {
  no,
  nothing,  // the headers promise a body of which no byte comes
  body,     // they promise more of it than comes
  chunked,  // it comes in chunks, and the last one never
  endless,  // as `chunked`, and the body comes again and again
};

const char* reason_of(int status);
std::string http_text(int status, const std::vector<gw::websocket::Header>& headers, std::string_view body,
                      Unfinished unfinished = Unfinished::no);
std::string chunk(std::string_view bytes);
// The status in the first line of an answer; 0: it has none.
int status_in(std::string_view answer);

// Names of headers are compared without regard to case.
bool same_name(std::string_view a, std::string_view b);
// Empty: there is none.
std::string header_value(const gw::websocket::HttpRequest& request, std::string_view name);
// The value of a key in the query of `target`, with %XX and + decoded. Empty: there is none.
std::string query_value(std::string_view target, std::string_view key);

}  // namespace sim
