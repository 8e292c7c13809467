// Fields of JSON that others sent: one that is missing, or of another type, has a default. [any]
#pragma once

#include <cstdint>
#include <string>

#include <nlohmann/json_fwd.hpp>

namespace gw::app {

std::string text_field(const nlohmann::json& object, const char* key);
std::int64_t number_field(const nlohmann::json& object, const char* key, std::int64_t otherwise = 0);
// Zero for what is no counter.
std::uint64_t count_field(const nlohmann::json& object, const char* key);

}  // namespace gw::app
