#include "write_limit/writer.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace bench {
namespace {

constexpr std::int64_t kIdleNs = 100'000'000;

}  // namespace

Writer::Writer(std::size_t clients, std::size_t bytes)
    : expected_clients_(clients), buffer_(bytes, '.'), sockets_(0, *this) {}

void Writer::on_open(std::size_t number, int descriptor) {
  if (clients_.size() <= number) clients_.resize(number + 1);
  clients_[number].descriptor = descriptor;
  on_writable(number);
}

void Writer::on_writable(std::size_t number) {
  if (std::exchange(clients_[number].ready, true)) return;
  ready_.push_back(number);
}

void Writer::on_end(std::size_t number) {
  clients_[number] = {};
  std::erase(ready_, number);
}

// False: the socket takes no more for now.
bool Writer::write(std::size_t number) {
  Client& client = clients_[number];
  const ssize_t taken =
      ::send(client.descriptor, buffer_.data() + client.sent, buffer_.size() - client.sent, MSG_NOSIGNAL);
  if (taken < 0) return false;
  client.sent += static_cast<std::size_t>(taken);
  const bool all = client.sent == buffer_.size();
  if (all) client.sent = 0;
  return all;
}

void Writer::run(const volatile bool& ending) {
  while (!ending) {
    const bool has_work = sockets_.open_count() == expected_clients_ && !ready_.empty();
    sockets_.poll(has_work ? 0 : kIdleNs);
    if (sockets_.open_count() < expected_clients_) continue;
    std::erase_if(ready_, [this](std::size_t number) {
      if (write(number)) return false;
      clients_[number].ready = false;
      return true;
    });
  }
}

}  // namespace bench
