#include "core/websocket/upgrade_answer.hpp"

#include <algorithm>
#include <charconv>

#include "core/base/text.hpp"

namespace gw::websocket {
namespace {

constexpr std::string_view kBegin = "HTTP/1.";

// Cuts the next line off, without its end: CR LF, or LF alone as RFC 9112, 2.2 lets a recipient read it.
std::string_view next_line(std::string_view& rest) {
  const std::size_t end = std::min(rest.find('\n'), rest.size());
  std::string_view line = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// The size of an empty line at the beginning of `rest`, which is only its end; 0: there is none.
std::size_t line_end_at(std::string_view rest) {
  if (rest.starts_with('\n')) return 1;
  return rest.starts_with("\r\n") ? 2 : 0;
}

}  // namespace

UpgradeAnswer::State UpgradeAnswer::add(std::string_view bytes) {
  if (state_ == State::complete || state_ == State::unusable) return state_;
  bytes_ += bytes;
  while (state_ == State::incomplete && take_head()) {
  }
  if (state_ == State::refused) take_body();
  return state_;
}

std::string_view UpgradeAnswer::header(std::string_view name) const {
  const std::string wanted = lower(name);
  for (const Header& h : headers_)
    if (lower(h.name) == wanted) return h.value;
  return {};
}

std::string UpgradeAnswer::all(std::string_view name) const {
  const std::string wanted = lower(name);
  std::string values;
  for (const Header& h : headers_)
    if (lower(h.name) == wanted && !h.value.empty()) values += (values.empty() ? "" : ", ") + h.value;
  return values;
}

UpgradeAnswer::State UpgradeAnswer::end() {
  if (state_ == State::incomplete) take_cut_head();
  return state_;
}

// The size of the head with the empty line behind it; 0: that has not come yet.
std::size_t UpgradeAnswer::head_size() {
  const std::string_view text = bytes_;
  std::size_t end = text.find('\n', searched_);
  searched_ = std::min(end, text.size());
  for (; end != text.npos; end = text.find('\n', end + 1)) {
    if (const std::size_t n = line_end_at(text.substr(end + 1)); n != 0) return end + 1 + n;
    searched_ = end;  // the bytes behind it may not have come yet
  }
  return 0;
}

// False: there is nothing more to take yet.
bool UpgradeAnswer::take_head() {
  std::string_view text = bytes_;
  if (text.substr(0, kBegin.size()) != kBegin.substr(0, text.size())) {
    fail("found no HTTP in the answer to the upgrade, expected HTTP/1.1");
    return false;
  }
  const std::size_t size = head_size();
  if ((size != 0 ? size : bytes_.size()) > kMaxHead) {
    if (take_cut_head()) return false;
    const std::string said = take_status(next_line(text)) ? " (HTTP " + std::to_string(status_) + ")" : "";
    fail("found more than 64 KiB of headers in the answer to the upgrade" + said + ", expected fewer");
    return false;
  }
  if (size == 0) return false;
  searched_ = 0;
  text = text.substr(0, size);
  if (!take_status(next_line(text))) {
    fail("found no status in the answer to the upgrade, expected one like HTTP/1.1 101");
    return false;
  }
  headers_.clear();
  take_headers(text);
  bytes_.erase(0, size);
  decide();
  return true;
}

// The status line decides even where the headers do not end: a status that refuses is a refusal. Only whole lines count
// as headers, and there is no body.
bool UpgradeAnswer::take_cut_head() {
  std::string_view text = std::string_view(bytes_).substr(0, kMaxHead);
  if (!text.starts_with(kBegin) || !take_status(next_line(text)) || status_ < 200) return false;
  headers_.clear();
  take_headers(text.substr(0, text.rfind('\n') + 1));
  bytes_.clear();
  state_ = State::complete;
  return true;
}

bool UpgradeAnswer::take_status(std::string_view line) {
  constexpr std::size_t kVersion = 8;  // "HTTP/1.1"
  if (line.size() < kVersion + 4 || line[kVersion] != ' ') return false;
  const std::string_view digits = line.substr(kVersion + 1, 3);
  if (digits.find_first_not_of("0123456789") != std::string_view::npos || digits[0] == '0') return false;
  if (line.size() > kVersion + 4 && line[kVersion + 4] != ' ') return false;
  std::from_chars(digits.data(), digits.data() + digits.size(), status_);
  return true;
}

// Lenient: a line that is no header is passed over, for the status is what counts.
void UpgradeAnswer::take_headers(std::string_view lines) {
  while (!lines.empty()) {
    const std::string_view line = next_line(lines);
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0) continue;
    headers_.push_back({std::string(trimmed(line.substr(0, colon))), std::string(trimmed(line.substr(colon + 1)))});
  }
}

void UpgradeAnswer::decide() {
  if (status_ < 200 && status_ != 101) return;  // an interim answer: the real one follows
  if (status_ == 101) {
    state_ = State::accepted;
    return;
  }
  state_ = State::refused;
  is_chunked_ = lower(header("Transfer-Encoding")).find("chunked") != std::string::npos;
  const std::string_view length = header("Content-Length");
  std::size_t said = 0;
  const auto [end, error] = std::from_chars(length.data(), length.data() + length.size(), said);
  if (!is_chunked_ && !length.empty() && error == std::errc{} && end == length.data() + length.size())
    body_left_ = std::min(body_left_, said);
  if (status_ == 204 || status_ == 304) body_left_ = 0;
}

void UpgradeAnswer::take_body() {
  if (is_chunked_) {
    take_chunks();
  } else {
    const std::size_t n = std::min(body_left_, bytes_.size());
    body_.append(bytes_, 0, n);
    bytes_.clear();
    body_left_ -= n;
  }
  if (body_left_ == 0) state_ = State::complete;
}

// body_left_ becomes 0 with the last chunk, or where a chunk's size cannot be read.
void UpgradeAnswer::take_chunks() {
  while (body_left_ != 0) {
    if (chunk_left_ == 0 && !take_chunk_size()) return;
    const std::size_t n = std::min({chunk_left_, body_left_, bytes_.size()});
    if (n == 0) return;
    body_.append(bytes_, 0, n);
    bytes_.erase(0, n);
    chunk_left_ -= n;
    body_left_ -= n;
  }
}

// False: the size has not come yet, cannot be read, or is that of the last chunk, 0.
bool UpgradeAnswer::take_chunk_size() {
  constexpr std::size_t kMaxLine = 1024;
  std::string_view rest = bytes_;
  if (!body_.empty()) {  // the end of the chunk before
    if (rest.empty() || rest == "\r") return false;
    rest.remove_prefix(line_end_at(rest));
  }
  if (rest.find('\n') == rest.npos) {
    if (bytes_.size() > kMaxLine) body_left_ = 0;
    return false;
  }
  const std::string_view line = next_line(rest);
  const auto read = std::from_chars(line.data(), line.data() + line.size(), chunk_left_, 16);
  if (read.ec != std::errc{} || chunk_left_ == 0) body_left_ = 0;
  bytes_.erase(0, bytes_.size() - rest.size());
  return body_left_ != 0;
}

std::string UpgradeAnswer::essence() const {
  std::string out = "HTTP/1.1 101 Switching Protocols\r\n";
  for (const Header& h : headers_) {
    const std::string name = lower(h.name);
    if (name == "upgrade" || name == "connection" || name.starts_with("sec-websocket-"))
      out += h.name + ": " + h.value + "\r\n";
  }
  return out + "\r\n" + bytes_;
}

void UpgradeAnswer::fail(std::string problem) {
  problem_ = std::move(problem);
  state_ = State::unusable;
}

}  // namespace gw::websocket
