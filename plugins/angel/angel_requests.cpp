#include "angel_requests.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace angel {
namespace {

constexpr std::size_t kIdSize = 10;
constexpr std::size_t kLongest = 200;

std::string text_at(const nlohmann::json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>().substr(0, kLongest) : "";
}

}  // namespace

std::string correlation_id(std::uint64_t number) {
  constexpr std::string_view kDigits = "0123456789abcdefghijklmnopqrstuvwxyz";
  std::string id(kIdSize, '0');
  for (std::size_t i = kIdSize; i-- > 0; number /= kDigits.size()) id[i] = kDigits[number % kDigits.size()];
  return id;
}

std::string request(std::string_view correlation, Action action, Mode mode, std::span<const Instrument> instruments) {
  std::vector<std::uint8_t> types;
  for (const Instrument& i : instruments)
    if (std::find(types.begin(), types.end(), i.exchange_type) == types.end()) types.push_back(i.exchange_type);
  std::string text = R"({"correlationID":")" + std::string(correlation) + R"(","action":)" +
                     std::to_string(static_cast<int>(action)) + R"(,"params":{"mode":)" +
                     std::to_string(static_cast<int>(mode)) + R"(,"tokenList":[)";
  for (const std::uint8_t type : types) {
    text += R"({"exchangeType":)" + std::to_string(type) + R"(,"tokens":[)";
    for (const Instrument& i : instruments)
      if (i.exchange_type == type) text += '"' + std::to_string(i.token) + "\",";
    text.back() = ']';
    text += "},";
  }
  text.back() = ']';
  return text + "}}";
}

std::optional<ErrorReply> read_error(std::string_view text) {
  const nlohmann::json reply = nlohmann::json::parse(text, nullptr, false);
  if (!reply.is_object() || !reply.contains("errorCode")) return std::nullopt;
  return ErrorReply{text_at(reply, "correlationID"), text_at(reply, "errorCode"), text_at(reply, "errorMessage")};
}

}  // namespace angel
