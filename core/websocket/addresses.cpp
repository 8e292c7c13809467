#include "core/websocket/addresses.hpp"

#include <algorithm>

namespace gw::websocket {

namespace asio = boost::asio;
using Endpoint = AddressMemory::Endpoint;

std::shared_ptr<AddressMemory> make_address_memory() { return std::make_shared<AddressMemory>(); }

void AddressMemory::answered(const std::string& host, const Endpoint& at) {
  Known& known = hosts_[host];
  known.good = at;
  std::erase(known.failed, at);
}

void AddressMemory::failed(const std::string& host, const Endpoint& at) {
  Known& known = hosts_[host];
  if (known.good == at) known.good.reset();
  std::erase(known.failed, at);
  if (known.failed.size() == kMaxFailed) known.failed.erase(known.failed.begin());
  known.failed.push_back(at);
}

std::vector<Endpoint> AddressMemory::order(const std::string& host, const std::vector<Endpoint>& found) const {
  const auto seen = hosts_.find(host);
  const Known known = seen == hosts_.end() ? Known{} : seen->second;
  std::vector<Endpoint> rest = found;
  std::vector<Endpoint> out;
  std::vector<Endpoint> last;
  if (known.good && std::erase(rest, *known.good) != 0) out.push_back(*known.good);
  for (const Endpoint& failed : known.failed)
    if (std::erase(rest, failed) != 0) last.push_back(failed);
  if (out.empty() && !rest.empty()) {
    out.push_back(rest.front());
    rest.erase(rest.begin());
  }
  while (!rest.empty()) {
    const bool last_was_v6 = out.back().address().is_v6();
    auto next =
        std::find_if(rest.begin(), rest.end(), [&](const Endpoint& e) { return e.address().is_v6() != last_was_v6; });
    if (next == rest.end()) next = rest.begin();
    out.push_back(*next);
    rest.erase(next);
  }
  out.insert(out.end(), last.begin(), last.end());
  return out;
}

std::vector<Endpoint> allowed(std::vector<Endpoint> found, const Outgoing& outgoing) {
  boost::system::error_code none;
  const asio::ip::address from = asio::ip::make_address(outgoing.bind_address, none);
  std::erase_if(found, [&](const Endpoint& e) {
    const bool v6 = e.address().is_v6();
    if (outgoing.family != AddressFamily::any && v6 != (outgoing.family == AddressFamily::ipv6)) return true;
    return !none && v6 != from.is_v6();
  });
  std::vector<Endpoint> once;
  for (const Endpoint& e : found)
    if (std::find(once.begin(), once.end(), e) == once.end()) once.push_back(e);
  return once;
}

std::string text_of(const Endpoint& endpoint) {
  const std::string address = endpoint.address().to_string();
  return (endpoint.address().is_v6() ? '[' + address + ']' : address) + ':' + std::to_string(endpoint.port());
}

std::string named(const std::string& host, const Endpoint& endpoint) {
  boost::system::error_code is_name;
  asio::ip::make_address(host, is_name);
  return is_name ? host + " (" + text_of(endpoint) + ')' : text_of(endpoint);
}

}  // namespace gw::websocket
