#include "bybit_topics.hpp"

#include <algorithm>
#include <charconv>

#include "bgw/refusal.hpp"

namespace bybit {
namespace {

// A topic in a request, with its quotes and comma.
std::size_t room_of(std::string_view topic) { return topic.size() + 3; }

bool is_of_word(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

// Whether `text` has `word` with other characters around it than words are made of.
bool names(std::string_view text, std::string_view word) {
  for (std::size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at == 0 || !is_of_word(text[at - 1])) && (end == text.size() || !is_of_word(text[end]))) return true;
  }
  return false;
}

}  // namespace

bool Topics::want(std::string_view topic) {
  const auto found = wanted_.find(topic);
  if (found != wanted_.end()) {
    if (found->second == 0) return true;  // it is asked for with the next requests
    to_end_.emplace_back(topic);
    found->second = 0;
    ask(found->first);
    return true;
  }
  if (characters_ + room_of(topic) > kMaxCharacters) return false;
  characters_ += room_of(topic);
  ask(wanted_.emplace(topic, 0).first->first);
  return true;
}

void Topics::give_up(std::string_view topic) {
  const auto found = wanted_.find(topic);
  if (found == wanted_.end()) return;
  characters_ -= room_of(topic);
  if (found->second != 0) {
    to_end_.emplace_back(topic);
  } else {
    std::erase(to_ask_, topic);
    std::erase(to_ask_alone_, topic);
  }
  wanted_.erase(found);
}

std::vector<std::string> Topics::take_requests() {
  std::vector<std::string> requests;
  const auto add = [&](std::string_view op, const std::vector<std::string>& topics, std::size_t at_once) {
    for (std::size_t at = 0; at < topics.size(); at += at_once)
      requests.push_back(request(op, topics.data() + at, std::min(at_once, topics.size() - at)));
  };
  add("unsubscribe", to_end_, topics_a_request_);
  add("subscribe", to_ask_, topics_a_request_);
  add("subscribe", to_ask_alone_, 1);
  to_end_.clear();
  to_ask_.clear();
  to_ask_alone_.clear();
  return requests;
}

std::string Topics::request(std::string_view op, const std::string* begin, std::size_t count) {
  const std::uint64_t number = ++last_number_;
  std::string text = R"({"req_id":")" + std::to_string(number) + R"(","op":")" + std::string(op) + R"(","args":[)";
  for (std::size_t i = 0; i < count; ++i) text += (i == 0 ? "\"" : ",\"") + begin[i] + '"';
  if (op == "subscribe") {
    under_way_[number].assign(begin, begin + count);
    for (std::size_t i = 0; i < count; ++i) wanted_.find(begin[i])->second = number;
  }
  return text + "]}";
}

void Topics::start_anew() {
  to_end_.clear();
  to_ask_.clear();
  to_ask_alone_.clear();
  under_way_.clear();
  for (auto& [topic, request] : wanted_) {
    request = 0;
    ask(topic);
  }
}

void Topics::clear() {
  wanted_.clear();
  characters_ = 0;
  start_anew();
}

Topics::Answer Topics::read_answer(const Frame& answer) {
  Answer out;
  std::uint64_t number = 0;
  const char* const end = answer.request.data() + answer.request.size();
  const auto [stop, error] = std::from_chars(answer.request.data(), end, number);
  const auto found = error == std::errc{} && stop == end ? under_way_.find(number) : under_way_.end();
  if (found == under_way_.end() || !answer.success) return out;
  std::vector<std::string> topics = std::move(found->second);
  under_way_.erase(found);
  std::erase_if(topics, [&](const std::string& topic) {
    const auto wanted = wanted_.find(topic);
    return wanted == wanted_.end() || wanted->second != number;
  });
  if (*answer.success) {
    out.taken = std::move(topics);
    return out;
  }
  const bool is_single = topics.size() == 1;
  const bool is_there_already = bgw::has_words(answer.message, "already subscribed");
  std::vector<std::string> others;
  for (std::string& topic : topics) {
    const bool is_named = is_single || names(answer.message, topic) || names(answer.message, topic_of(topic).symbol);
    if (!is_named)
      others.push_back(std::move(topic));
    else if (is_there_already)
      out.taken.push_back(std::move(topic));
    else
      out.refused.emplace_back(std::move(topic), answer.message);
  }
  for (const auto& [topic, words] : out.refused) {
    characters_ -= room_of(topic);
    wanted_.erase(topic);
  }
  const bool names_none = out.taken.empty() && out.refused.empty();
  for (std::string& topic : others) {
    wanted_.find(topic)->second = 0;
    (names_none ? to_ask_alone_ : to_ask_).push_back(std::move(topic));
  }
  return out;
}

}  // namespace bybit
