#include "csv_reader.hpp"

namespace zerodha {

bool CsvReader::next() {
  while (read_line()) {
    if (text_.empty()) continue;
    split();
    return true;
  }
  return false;
}

int CsvReader::next_byte() {
  if (at_ == end_) {
    at_ = 0;
    end_ = source_.read(source_.context, buffer_.data(), buffer_.size());
    if (end_ == 0) return -1;
  }
  return static_cast<unsigned char>(buffer_[at_++]);
}

bool CsvReader::read_line() {
  text_.clear();
  problem_ = {};
  int byte = next_byte();
  if (byte < 0) return false;
  ++line_;
  for (; byte >= 0 && byte != '\n'; byte = next_byte()) {
    if (text_.size() < kLongestLine)
      text_ += static_cast<char>(byte);
    else
      problem_ = "line of more than 4096 bytes";
  }
  if (!text_.empty() && text_.back() == '\r') text_.pop_back();
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (line_ == 1 && text_.starts_with(kByteOrderMark)) text_.erase(0, kByteOrderMark.size());
  return true;
}

// RFC 4180, except that a quoted field ends with its line: no row of a broker has a line break in it, and a quote that
// is never closed must not swallow the rest of the file.
void CsvReader::split() {
  std::size_t count = 0;
  const auto field = [&]() -> std::string& {
    if (count == fields_.size()) fields_.emplace_back();
    fields_[count].clear();
    return fields_[count++];
  };
  std::string* out = &field();
  bool quoted = false;
  for (std::size_t i = 0; i < text_.size(); ++i) {
    const char c = text_[i];
    if (quoted) {
      if (c != '"')
        *out += c;
      else if (i + 1 < text_.size() && text_[i + 1] == '"')
        *out += text_[++i];
      else
        quoted = false;
    } else if (c == '"' && out->empty()) {
      quoted = true;
    } else if (c == ',') {
      out = &field();
    } else {
      *out += c;
    }
  }
  if (quoted && problem_.empty()) problem_ = "a quote that is not closed";
  fields_.resize(count);
}

}  // namespace zerodha
