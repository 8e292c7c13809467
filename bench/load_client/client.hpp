// One connection: upgrades, sends its messages, then counts what comes.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "frame_reader.hpp"
#include "options.hpp"
#include "timing.hpp"

namespace bench {

struct Counts {
  std::uint64_t messages = 0;
  std::uint64_t payload_bytes = 0;
  std::uint64_t bytes = 0;
  std::int64_t last_ns = 0;
  std::int64_t longest_gap_ns = 0;
  std::int64_t age_us = 0;  // of all messages together, where they are timed
};

class Client {
 public:
  enum class Stage { upgrading, asking, waiting, subscribed, over };
  static constexpr int kLost = 1006;  // ended without a close frame

  // `timing` takes the ages of what the client gets; null: payloads are passed over.
  Client(const Options& options, std::size_t number, Timing* timing);
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client();

  // Counts the messages of each topic from now on.
  void count_topics() { counts_topics_ = true; }
  void connect();
  void upgrade();
  // Sends the last of several messages. It waits until all clients are connected, since a server that delivers already
  // accepts slowly.
  void say_last();
  // Reads at most `budget` bytes; throws when the server does something wrong before the client is subscribed.
  std::size_t read(std::string& buffer, std::size_t budget, std::int64_t now);
  void begin_counting(std::int64_t now);
  void end_counting(std::int64_t now);

  int descriptor() const { return descriptor_; }
  Stage stage() const { return stage_; }
  int close_code() const { return close_code_; }
  const Counts& counts() const { return counts_; }
  const std::map<std::string, std::uint64_t, std::less<>>& topics() const { return topics_; }

 private:
  void take(std::string_view bytes, std::int64_t now);
  void take_answer(std::string_view text);
  void count_topic(std::string_view payload);
  void say_next();
  void send_frame(Opcode opcode, std::string_view payload);
  void send_all(std::string_view bytes);
  void end(int code);

  const Options* options_;
  Timing* timing_;
  const std::vector<std::string>* messages_ = nullptr;
  std::size_t said_ = 0;
  int descriptor_ = -1;
  Stage stage_ = Stage::upgrading;
  int close_code_ = 0;
  std::string response_;
  FrameReader reader_;
  Counts counts_;
  bool counts_topics_ = false;
  std::map<std::string, std::uint64_t, std::less<>> topics_;
};

}  // namespace bench
