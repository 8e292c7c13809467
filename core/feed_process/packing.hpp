// Values as bytes, for messages between two processes of the same executable: plain data as it lies in memory, texts
// and lists with their lengths. [any]
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace gw::feed_process {

class Packer {
 public:
  template <class T>
  requires std::is_trivially_copyable_v<T>
  void put(const T& value) { bytes_.append(reinterpret_cast<const char*>(&value), sizeof value); }
  void put_text(std::string_view text) {
    put(static_cast<std::uint64_t>(text.size()));
    bytes_ += text;
  }
  template <class T, class F>
  void put_list(const std::vector<T>& list, F&& each) {
    put(static_cast<std::uint64_t>(list.size()));
    for (const T& one : list) each(one);
  }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

// Reads what a Packer wrote. What is missing reads as nothing, and is_whole() says so.
class Unpacker {
 public:
  explicit Unpacker(std::string_view bytes) : left_(bytes) {}

  template <class T>
  requires std::is_trivially_copyable_v<T> T take() {
    // The bytes are another process's: any of them but 0 is true.
    if constexpr (std::is_same_v<T, bool>) return take<std::uint8_t>() != 0;
    T value{};
    if (left_.size() < sizeof value) return is_whole_ = false, value;
    std::memcpy(&value, left_.data(), sizeof value);
    left_.remove_prefix(sizeof value);
    return value;
  }
  std::string take_text() {
    const auto size = take<std::uint64_t>();
    if (left_.size() < size) return is_whole_ = false, std::string();
    std::string text(left_.substr(0, size));
    left_.remove_prefix(size);
    return text;
  }
  template <class T, class F>
  std::vector<T> take_list(F&& each) {
    std::vector<T> list;
    for (auto left = take<std::uint64_t>(); left != 0 && is_whole_; --left) list.push_back(each());
    return list;
  }
  bool is_whole() const { return is_whole_; }
  bool is_empty() const { return left_.empty(); }

 private:
  std::string_view left_;
  bool is_whole_ = true;
};

}  // namespace gw::feed_process
