// Opens all clients and keeps them reading, on one thread.
#pragma once

#include <cstdint>
#include <deque>
#include <string>

#include "client.hpp"
#include "server_watch.hpp"

namespace bench {

std::int64_t monotonic_ns();

class Load {
 public:
  explicit Load(const Options& options);
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;
  ~Load();

  void open();
  void read_for(double seconds);
  void begin_counting();
  void end_counting();
  // Reads what is left for the clients that did not keep reading.
  void drain_stalled();

  const Options& options() const { return options_; }
  const std::deque<Client>& clients() const { return clients_; }
  bool is_reading(std::size_t number) const {
    return number >= static_cast<std::size_t>(options_.stalled + options_.slow);
  }
  bool is_timed(std::size_t number) const {
    return number + options_.timed >= static_cast<std::size_t>(options_.clients);
  }
  bool is_stalled(std::size_t number) const { return number < static_cast<std::size_t>(options_.stalled); }

  Timing timing;
  double open_seconds = 0;
  double counted_seconds = 0;
  double own_cpu_seconds = 0;  // without polls that found nothing
  ServerUse server_before, server_open, server_begin, server_end;

 private:
  void turn(int timeout_ms);
  void moved(std::size_t number, Client::Stage before);
  void expect(std::size_t count, const char* what) const;
  void watch(std::size_t number, int operation, std::uint32_t events);
  void read_slow();

  const Options& options_;
  int poll_ = -1;
  std::deque<Client> clients_;
  std::size_t arrived_ = 0;     // clients that have sent all but their last message
  std::size_t subscribed_ = 0;  // clients that are or were subscribed
  std::string buffer_;
  std::int64_t start_ns_ = 0;
  std::int64_t begin_ns_ = 0;
  std::int64_t idle_ns_ = 0;
  std::int64_t slow_ns_ = 0;  // when slow clients last read
};

}  // namespace bench
