#include "client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace bench {
namespace {

constexpr std::string_view kMask = "mask";

[[noreturn]] void complain(const std::string& found, const char* expected) {
  throw std::runtime_error("found " + found + ", expected " + expected);
}

}  // namespace

Client::Client(const Options& options, std::size_t number, Timing* timing) : options_(&options), timing_(timing) {
  if (!options.messages.empty()) messages_ = &options.messages[number % options.messages.size()];
}

Client::~Client() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void Client::connect() {
  descriptor_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor_ < 0) complain(std::strerror(errno), "a socket: raise the limit of open files");
  const int yes = 1;
  ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(options_->port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 && errno != EINPROGRESS)
    complain(std::strerror(errno), "a connection");
}

void Client::upgrade() {
  send_all("GET / HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(options_->port) +
           "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: bG9hZC1jbGllbnQtLS0tLQ==\r\n"
           "Sec-WebSocket-Version: 13\r\n\r\n");
}

std::size_t Client::read(std::string& buffer, std::size_t budget, std::int64_t now) {
  // MSG_TRUNC: TCP drops what it would copy.
  const bool discards = options_->talk == Talk::discard && stage_ == Stage::subscribed;
  const ssize_t got = ::recv(descriptor_, buffer.data(), std::min(budget, buffer.size()), discards ? MSG_TRUNC : 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return 0;
  if (got <= 0) {
    if (stage_ < Stage::subscribed) complain("the connection ended", "a subscribed client");
    end(kLost);
    return 0;
  }
  const std::string_view bytes(buffer.data(), static_cast<std::size_t>(got));
  counts_.bytes += bytes.size();
  if (discards) return bytes.size();
  if (timing_ != nullptr) timing_->begin_read();
  if (stage_ != Stage::upgrading) {
    take(bytes, now);
    return bytes.size();
  }
  response_ += bytes;
  const std::size_t head = response_.find("\r\n\r\n");
  if (head == std::string::npos) return bytes.size();
  if (response_.rfind("HTTP/1.1 101", 0) != 0) complain(response_.substr(0, response_.find('\r')), "HTTP/1.1 101");
  const std::string rest = response_.substr(head + 4);
  response_ = {};
  stage_ = Stage::asking;
  reader_.keep_payloads(true);
  say_next();
  if (options_->talk != Talk::discard) take(rest, now);
  return bytes.size();
}

void Client::take(std::string_view bytes, std::int64_t now) {
  const std::uint64_t before = counts_.messages;
  const bool good = reader_.take(bytes, [this](Opcode opcode, std::string_view payload, std::uint64_t size) {
    switch (opcode) {
      case Opcode::close: {
        const auto byte = [&](std::size_t i) { return static_cast<int>(static_cast<std::uint8_t>(payload[i])); };
        const int code = payload.size() < 2 ? 1005 : byte(0) * 256 + byte(1);
        if (stage_ < Stage::subscribed) complain("close " + std::to_string(code), "an answer");
        end(code);
        break;
      }
      case Opcode::ping:
        send_frame(Opcode::pong, payload);
        break;
      case Opcode::pong:
        break;
      default:
        if (stage_ == Stage::asking) return take_answer(payload);
        ++counts_.messages;
        counts_.payload_bytes += size;
        if (timing_ != nullptr) counts_.age_us += timing_->take(payload);
        if (counts_topics_) count_topic(payload);
    }
  });
  if (!good && stage_ != Stage::over) complain("bytes that are no frame", "unmasked frames without extensions");
  if (counts_.messages == before) return;
  counts_.longest_gap_ns = std::max(counts_.longest_gap_ns, now - counts_.last_ns);
  counts_.last_ns = now;
}

// Market data that comes before the answer belongs to what is subscribed already.
void Client::take_answer(std::string_view text) {
  if (options_->talk == Talk::nats) {
    if (text.find("-ERR") != text.npos) complain(std::string(text), "PONG");
    if (text.find("PONG") != text.npos) say_next();
    return;
  }
  if (text.rfind(R"({"type":"market_data")", 0) == 0) return;
  if (text.rfind(R"({"type":"authentication")", 0) != 0 && text.rfind(R"({"type":"subscription")", 0) != 0)
    complain(std::string(text.substr(0, 200)), "the answer to an authentication or a subscription");
  if (text.find(R"("status":"error")") != text.npos || text.find(R"("status":"partial")") != text.npos)
    complain(std::string(text.substr(0, 200)), "success");
  say_next();
}

void Client::say_next() {
  if (messages_ == nullptr || said_ == messages_->size()) {
    stage_ = Stage::subscribed;
    reader_.keep_payloads(timing_ != nullptr || counts_topics_);
    return;
  }
  if (options_->talk != Talk::nats) {
    if (!options_->at_once && said_ > 0 && said_ + 1 == messages_->size() && stage_ != Stage::waiting) {
      stage_ = Stage::waiting;
      return;
    }
    stage_ = Stage::asking;
    return send_frame(Opcode::text, (*messages_)[said_++]);
  }
  std::string all;
  for (; said_ < messages_->size(); ++said_) all += (*messages_)[said_] + "\r\n";
  send_frame(Opcode::binary, all + "PING\r\n");
}

void Client::say_last() { say_next(); }

void Client::send_frame(Opcode opcode, std::string_view payload) {
  std::string frame(1, static_cast<char>(0x80U | static_cast<unsigned>(opcode)));
  if (payload.size() < 126) {
    frame += static_cast<char>(0x80U | payload.size());
  } else {
    const bool wide = payload.size() > 0xffff;
    frame += static_cast<char>(wide ? 0xff : 0xfe);
    for (int shift = wide ? 56 : 8; shift >= 0; shift -= 8) frame += static_cast<char>(payload.size() >> shift & 0xffU);
  }
  frame += kMask;
  for (std::size_t i = 0; i < payload.size(); ++i) frame += static_cast<char>(payload[i] ^ kMask[i % 4]);
  send_all(frame);
}

// Requests are few and small: a socket that does not take one at once is not read by its server.
void Client::send_all(std::string_view bytes) {
  const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (sent == static_cast<ssize_t>(bytes.size())) return;
  if (stage_ < Stage::subscribed) complain(sent < 0 ? std::strerror(errno) : "a full socket", "a server that reads");
  end(kLost);
}

void Client::end(int code) {
  if (stage_ == Stage::over) return;
  stage_ = Stage::over;
  close_code_ = code;
}

void Client::count_topic(std::string_view payload) {
  constexpr std::string_view kKey = "\"topic\":\"";
  const std::size_t key = payload.find(kKey);
  if (key == payload.npos) return;
  const std::string_view rest = payload.substr(key + kKey.size());
  const std::string_view topic = rest.substr(0, rest.find('"'));
  const auto known = topics_.find(topic);
  ++(known == topics_.end() ? topics_[std::string(topic)] : known->second);
}

void Client::begin_counting(std::int64_t now) {
  topics_.clear();
  counts_ = {};
  counts_.last_ns = now;
}

void Client::end_counting(std::int64_t now) {
  counts_.longest_gap_ns = std::max(counts_.longest_gap_ns, now - counts_.last_ns);
}

}  // namespace bench
