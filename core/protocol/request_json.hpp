// The parts of parse_request that take a request which is already JSON. Brings nlohmann's header: included by
// request.cpp and large_request.cpp only.
#pragma once

#include <optional>
#include <string_view>

#include <nlohmann/json.hpp>

#include "core/protocol/outline.hpp"
#include "core/protocol/request.hpp"

namespace gw::protocol {

// The error of a frame that no parser should be given.
std::optional<RequestError> unreadable(std::string_view frame, const Outline& outline);
RequestError invalid_json();
// A request that is nothing but this error, with the id of the frame.
Request refused(RequestError error, const Outline& outline);
// A value that is no object makes a request with the error INVALID_JSON. `outline`: of the frame.
Request request_of(const nlohmann::json& object, const Outline& outline, const RequestLimits& limits);
// `defaults` is the frame of a batch, or null.
Entry entry_of(const nlohmann::json& object, const nlohmann::json* defaults, bool subscribe);
RequestError too_many_symbols(std::size_t count, const RequestLimits& limits);

}  // namespace gw::protocol
