#include "zerodha_text.hpp"

#include <nlohmann/json.hpp>

namespace zerodha {
namespace {

constexpr std::size_t kLongest = 500;

std::string cut(const nlohmann::json& value) {
  std::string text = value.is_string() ? value.get<std::string>()
                                       : value.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
  if (text.size() > kLongest) text = text.substr(0, kLongest) + "...";
  return text;
}

}  // namespace

TextFrame read_text_frame(std::string_view text) {
  const nlohmann::json frame = nlohmann::json::parse(text, nullptr, false);
  if (!frame.is_object()) return {TextFrame::Kind::kOther, "no JSON object"};
  const auto type = frame.find("type");
  if (type == frame.end() || !type->is_string()) return {TextFrame::Kind::kOther, "no type"};
  const auto data = frame.find("data");
  if (data != frame.end() && *type == "error") return {TextFrame::Kind::kError, cut(*data)};
  if (data != frame.end() && *type == "message") return {TextFrame::Kind::kMessage, cut(*data)};
  // The first frame of each connection; no document has it.
  if (data != frame.end() && data->is_object() && *type == "instruments_meta") {
    const auto etag = data->find("etag");
    if (etag != data->end() && etag->is_string() && etag->get_ref<const std::string&>().size() <= kLongest)
      return {TextFrame::Kind::kList, *etag};
  }
  return {TextFrame::Kind::kOther, cut(*type)};
}

KiteError read_error(std::string_view body) {
  const nlohmann::json error = nlohmann::json::parse(body, nullptr, false);
  if (!error.is_object()) return {};
  const auto type = error.find("error_type");
  const auto message = error.find("message");
  if (type == error.end() || !type->is_string()) return {};
  return {type->get<std::string>(), message == error.end() ? std::string() : cut(*message).substr(0, 100)};
}

std::string words_of(const KiteError& error) {
  return error.message.empty() ? error.type : error.type + ": " + error.message;
}

bool is_success(std::string_view body) {
  const nlohmann::json answer = nlohmann::json::parse(body, nullptr, false);
  return answer.is_object() && answer.value("status", nlohmann::json()) == "success";
}

}  // namespace zerodha
