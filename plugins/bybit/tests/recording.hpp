// The recorded frames of Bybit's feed beside the project, read line by line.
#pragma once

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace bybit {

struct Recording {
  std::vector<std::string> lists;   // answers over HTTP: linear, spot
  std::vector<std::string> frames;  // received on the socket of linear
};

inline std::filesystem::path recording_path() {
  return std::filesystem::path(GW_SOURCE_DIR).parent_path() / "shared" / "captures" / "bybit_2026-08-09.jsonl.zst";
}

// Empty: there is none.
inline Recording read_recording() {
  Recording out;
  if (!std::filesystem::exists(recording_path())) return out;
  const std::string command = "zstdcat '" + recording_path().string() + "'";
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), ::pclose);
  std::string text;
  char buffer[65536];
  while (const std::size_t n = std::fread(buffer, 1, sizeof buffer, pipe.get())) text.append(buffer, n);
  for (std::size_t at = 0, end = 0; (end = text.find('\n', at)) != text.npos; at = end + 1) {
    const auto line = nlohmann::json::parse(text.substr(at, end - at));
    if (line["t"] == "http") out.lists.push_back(line["data"]);
    if (line["t"] == "recv") out.frames.push_back(line["data"]);
  }
  return out;
}

}  // namespace bybit
