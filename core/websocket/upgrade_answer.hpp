// What a server answers to the request for an upgrade. Its status line decides, and its headers say more; the beginning
// of a refusal's body is kept too. Lines may end with LF alone. Thread: the connection's.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/websocket/connection.hpp"

namespace gw::websocket {

class UpgradeAnswer {
 public:
  static constexpr std::size_t kMaxHead = 64 * 1024;
  static constexpr std::size_t kMaxBody = 4096;

  enum class State {
    incomplete,  // the headers have not all come
    accepted,    // 101
    refused,     // any other status; the body may still come
    complete,    // refused, and nothing more is worth waiting for
    unusable     // no answer that makes sense: see problem()
  };

  // The next bytes from the server.
  State add(std::string_view bytes);
  // Nothing more comes: the connection has ended, or the time is up. Headers that are cut off then end here.
  State end();
  State state() const { return state_; }
  int status() const { return status_; }
  const std::vector<Header>& headers() const { return headers_; }
  // The value of a header, or nothing. Names compare without case.
  std::string_view header(std::string_view name) const;
  // The values of all headers of this name, separated by commas.
  std::string all(std::string_view name) const;
  const std::string& body() const { return body_; }  // without the framing of chunks
  const std::string& problem() const { return problem_; }
  // An accepted answer with the headers of the handshake only, and the frames that came behind it.
  std::string essence() const;

 private:
  std::size_t head_size();
  bool take_head();
  bool take_cut_head();
  bool take_status(std::string_view line);
  void take_headers(std::string_view lines);
  void decide();
  void take_body();
  void take_chunks();
  bool take_chunk_size();
  void fail(std::string problem);

  State state_ = State::incomplete;
  std::string bytes_;         // not yet taken
  std::size_t searched_ = 0;  // before this position no end of the head was found
  int status_ = 0;
  std::vector<Header> headers_;
  bool is_chunked_ = false;
  std::size_t chunk_left_ = 0;
  std::size_t body_left_ = kMaxBody;
  std::string body_;
  std::string problem_;
};

}  // namespace gw::websocket
