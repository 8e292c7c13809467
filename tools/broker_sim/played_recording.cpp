#include "tools/broker_sim/played_recording.hpp"

#include <fstream>
#include <string_view>

#include "bgw/testing/recording.hpp"

namespace sim {
namespace {

using bgw::testing::Record;
using bgw::testing::RecordFields;
using bgw::testing::RecordKind;

class Collector {
 public:
  void take(const Record& record) {
    RecordFields in(record.payload);
    switch (record.kind) {
      case RecordKind::plugin: {
        static_cast<void>(in.text());
        out.plugin = in.text();
        out.plugin += ' ';
        out.plugin += in.text();
        return;
      }
      case RecordKind::websocket_open:
        asked_ = path_of(in.text());
        return;
      case RecordKind::http_request: {
        asked_ = in.text();
        asked_ += ' ';
        asked_ += path_of(in.text());
        asks_web_ = true;
        return;
      }
      case RecordKind::told_done:
        return done(in);
      case RecordKind::on_open:
        if (PlayedSocket* socket = find(in.number<std::uint32_t>())) socket->opened_ns = record.time_ns;
        return;
      case RecordKind::on_frame:
      case RecordKind::websocket_send:
        return step(record, in);
      case RecordKind::on_close:
        if (PlayedSocket* socket = find(in.number<std::uint32_t>()))
          socket->steps.push_back({PlayedStep::Kind::close, record.time_ns, 0, {}, in.number<std::int32_t>()});
        return;
      case RecordKind::on_http:
        return answer(in);
      default:
        return;
    }
  }

  PlayedRecording out;

 private:
  void done(RecordFields& in) {
    const bool is_good = in.number<std::int32_t>() == 0;
    const auto number = in.number<std::uint32_t>();
    if (asked_.empty()) return;
    if (is_good && asks_web_) requests_[number] = asked_;
    if (is_good && !asks_web_) {
      places_[number] = out.sockets.size();
      out.sockets.emplace_back().path = asked_;
    }
    asked_.clear();
    asks_web_ = false;
  }
  PlayedSocket* find(std::uint32_t connection) {
    const auto found = places_.find(connection);
    return found == places_.end() ? nullptr : &out.sockets[found->second];
  }
  void step(const Record& record, RecordFields& in) {
    PlayedSocket* socket = find(in.number<std::uint32_t>());
    if (socket == nullptr) return;
    const bool is_frame = record.kind == RecordKind::on_frame;
    const auto opcode = in.number<std::uint32_t>();
    socket->frames += is_frame ? 1 : 0;
    socket->steps.push_back(
        {is_frame ? PlayedStep::Kind::frame : PlayedStep::Kind::heard, record.time_ns, opcode, std::string(in.rest())});
  }
  void answer(RecordFields& in) {
    const auto request = requests_.find(in.number<std::uint32_t>());
    if (request == requests_.end()) return;
    PlayedAnswer answer;
    answer.status = in.number<std::int32_t>();
    const auto texts = in.number<std::uint32_t>();  // its headers
    for (std::uint32_t i = 0; i < texts && in.left() != 0; ++i) static_cast<void>(in.text());
    answer.body = in.text();
    if (answer.status != 0) out.answers[request->second].push_back(std::move(answer));
  }

  std::string asked_;  // the request whose end comes next
  bool asks_web_ = false;
  std::map<std::uint32_t, std::size_t> places_;  // of sockets, by connection
  std::map<std::uint32_t, std::string> requests_;
};

}  // namespace

std::string path_of(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
  const std::size_t slash = url.find_first_of("/?#");
  if (slash == std::string_view::npos || url[slash] != '/') return "/";
  url.remove_prefix(slash);
  return std::string(url.substr(0, url.find_first_of("?#")));
}

gw::Result<PlayedRecording> read_recording(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return gw::Error{path + ": cannot be read"};
  bgw::testing::RecordingReader reader(in);
  Collector all;
  while (const auto record = reader.next()) all.take(*record);
  if (reader.whole() == 0) return gw::Error{path + ": " + (reader.problem().empty() ? "is empty" : reader.problem())};
  if (all.out.sockets.empty())
    return gw::Error{path + ": found a recording of " + all.out.plugin +
                     ", which had no socket, expected one of a broker's feed; a test of the plugin can replay it"};
  all.out.problem = reader.problem();
  return std::move(all.out);
}

}  // namespace sim
