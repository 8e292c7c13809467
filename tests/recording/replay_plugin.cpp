// replay-plugin PLUGIN.so RECORDING: replays the recording with the plugin, and prints what became of it as one line of
// JSON. Exit status 0: there is no difference.
#include <cstdio>
#include <string>

#include <dlfcn.h>

#include "bgw/testing/replay.hpp"

namespace {

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return out + '"';
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return std::fprintf(stderr, "replay-plugin PLUGIN.so RECORDING\n"), 2;
  void* library = ::dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return std::fprintf(stderr, "%s\n", ::dlerror()), 2;
  const auto entry = reinterpret_cast<bgw_plugin_entry_fn>(::dlsym(library, BGW_PLUGIN_ENTRY_NAME));
  if (entry == nullptr) return std::fprintf(stderr, "%s\n", ::dlerror()), 2;
  const bgw::testing::Replayed played = bgw::testing::replay(argv[2], entry, bgw::testing::Keep::nothing);
  std::printf("{\"records\":%llu,\"published\":%llu,\"difference\":%s,\"cut\":%s}\n",
              static_cast<unsigned long long>(played.records), static_cast<unsigned long long>(played.published),
              quoted(played.difference).c_str(), quoted(played.cut).c_str());
  return played.difference.empty() ? 0 : 1;
}
