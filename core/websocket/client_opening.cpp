#include "core/websocket/client_opening.hpp"

#include <utility>
#include <vector>

#include <boost/asio/error.hpp>

#include "core/base/text.hpp"
#include "core/websocket/deflate_offer.hpp"

namespace gw::websocket {
namespace {

using boost::system::error_code;

// How long the body of a refusal is waited for.
constexpr std::chrono::milliseconds kBodyTimeout{250};

}  // namespace

ClientOpening::ClientOpening(OpeningHost& host, boost::asio::io_context& io, ClientOptions options)
    : host_(host), io_(io), options_(std::move(options)), resolver_(io) {
  if (options_.addresses == nullptr) options_.addresses = std::make_shared<AddressMemory>();
}

void ClientOpening::start() {
  host_.set_timeout(options_.open_timeout);
  const auto url = parse_address(options_.url);
  if (!url) return host_.finish_later({1006, 0, {}, "not a ws:// or wss:// address"});
  url_ = *url;
  resolver_.async_resolve(url_.host, url_.port,
                          [this, host = host_.shared()](error_code ec, const tcp::resolver::results_type& found) {
                            if (!host->has_owner()) return;
                            if (ec)
                              return host->finish({1006, 0, {}, "cannot resolve " + url_.host + ": " + ec.message()});
                            connect_to(found);
                          });
}

void ClientOpening::cancel() {
  resolver_.cancel();
  if (dialer_) dialer_->cancel();
}

void ClientOpening::connect_to(const tcp::resolver::results_type& found) {
  std::vector<tcp::endpoint> all;
  for (const auto& entry : found) all.push_back(entry.endpoint());
  all = options_.addresses->order(url_.authority, allowed(std::move(all), options_.outgoing));
  if (all.empty())
    return host_.finish({1006,
                         0,
                         {},
                         "cannot connect to " + url_.host +
                             ": found no address that address_family and bind_address allow, expected one"});
  is_one_of_several_ = all.size() > 1;
  dialer_ = std::make_shared<Dialer>(io_, url_.host, options_.outgoing,
                                     [this, host = host_.shared()](const std::string& problem, tcp::socket&& socket) {
                                       if (!host->has_owner()) return;
                                       if (!problem.empty())
                                         return host->finish({1006, 0, {}, "cannot connect to " + problem});
                                       connected(std::move(socket));
                                     });
  dialer_->start(std::move(all));
}

void ClientOpening::connected(tcp::socket&& socket) {
  error_code ec;
  at_ = socket.remote_endpoint(ec);
  if (ec) return host_.finish({1006, 0, {}, "cannot connect to " + url_.host + ": " + ec.message()});
  is_connected_ = true;
  try {
    host_.use_stream(std::move(socket), [this](tcp::socket&& s, std::weak_ptr<void> life, StreamOwner& owner) {
      return url_.tls ? make_tls_stream(std::move(s), std::move(life), owner, url_.host, options_.ca_file)
                      : make_plain_stream(std::move(s), std::move(life), owner);
    });
  } catch (const std::exception& e) {
    host_.finish({1006, 0, {}, e.what()});
  }
}

void ClientOpening::on_ready(error_code ec) {
  if (ec) {
    const std::string problem = host_.stream().certificate_problem();
    return fail("TLS with " + peer() + " failed: " + (problem.empty() ? ec.message() : problem));
  }
  // The answer is read here first, because Beast reads a refusal to the end of its body, and takes few headers only.
  host_.layer().pause(true);
  host_.ask_for_upgrade(options_, url_.authority, url_.target);
  read_answer();
}

void ClientOpening::on_handshake(error_code ec) {
  if (ec) return fail(peer() + ": " + ec.message());
  options_.addresses->answered(url_.authority, at_);
  host_.opened();
}

void ClientOpening::read_answer() { host_.stream().read_some(bytes_.data(), bytes_.size()); }

void ClientOpening::on_read(error_code ec, std::size_t n) {
  const UpgradeAnswer::State before = answer_.state();
  if (ec && (before == UpgradeAnswer::State::refused || answer_.end() == UpgradeAnswer::State::complete))
    return refused();
  if (ec)
    return fail(peer() + ": " +
                (ec == boost::asio::error::eof ? "closed before the upgrade was answered" : ec.message()));
  switch (answer_.add({bytes_.data(), n})) {
    case UpgradeAnswer::State::unusable:
      return fail(peer() + ": " + answer_.problem());
    case UpgradeAnswer::State::complete:
      return refused();
    case UpgradeAnswer::State::accepted:
      return accepted();
    case UpgradeAnswer::State::refused:
      // The body of a refusal may say more, but only if it comes soon.
      if (before != UpgradeAnswer::State::refused) host_.set_timeout(kBodyTimeout);
      return read_answer();
    case UpgradeAnswer::State::incomplete:
      return read_answer();
  }
}

void ClientOpening::accepted() {
  std::string essence = answer_.essence();
  // A server may use only what was offered (RFC 6455, 4.1); Beast takes anything.
  if (const std::string extensions = answer_.all("Sec-WebSocket-Extensions"); !extensions.empty()) {
    const auto agreed = options_.offer_deflate ? agreed_deflate(extensions) : std::nullopt;
    if (!agreed)
      return fail(peer() + ": found the extension " + std::string(cut(extensions)) +
                  " in the answer to the upgrade, expected " +
                  (options_.offer_deflate ? "permessage-deflate as it was offered" : "none"));
    host_.expect_compressed(agreed->keeps_window, std::span(essence).subspan(essence.find("\r\n\r\n") + 4));
  }
  is_decided_ = true;
  host_.layer().feed(std::move(essence));
  host_.layer().pause(false);
}

void ClientOpening::refused() {
  const std::string status = std::to_string(answer_.status());
  // An error of the server is this address's. Any other refusal is the account's, and every address would repeat it.
  if (answer_.status() >= 500) options_.addresses->failed(url_.authority, at_);
  host_.finish({1006, answer_.status(), answer_.headers(), "the upgrade was refused with HTTP " + status,
                answer_.body(), is_one_of_several_ ? peer() : std::string()});
}

void ClientOpening::fail(std::string why) {
  if (is_connected_) options_.addresses->failed(url_.authority, at_);
  host_.finish({1006, 0, {}, std::move(why)});
}

void ClientOpening::on_timeout() {
  if (answer_.state() == UpgradeAnswer::State::refused || answer_.end() == UpgradeAnswer::State::complete)
    return refused();
  fail(too_late());
}

// Says what has not happened in time.
std::string ClientOpening::too_late() const {
  if (is_connected_) return peer() + ": no answer to the upgrade in time";
  return dialer_ != nullptr ? "cannot connect to " + dialer_->so_far() : "cannot resolve " + url_.host + ": timed out";
}

}  // namespace gw::websocket
