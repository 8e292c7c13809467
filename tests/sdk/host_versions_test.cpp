// A plugin of this version on hosts that are one minor version older and newer, and plugins whose tables are shorter
// and longer than this host's. A shortened table ends where a page ends, and the page behind it cannot be read; behind
// a longer one stand bytes that mean nothing.
#include <dlfcn.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>

#include <gmock/gmock.h>

#include "bgw/testing/fake_host.hpp"
#include "core/instruments/import.hpp"
#include "core/plugin_host/library.hpp"
#include "tests/plugin_host/adapter_fixture.hpp"
#include "tests/support/temporary_folder.hpp"

namespace {

namespace fs = std::filesystem;
using bgw::testing::FakeHost;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::size_t kMore = 64;  // bytes that a newer version has appended

// A copy of `table` with another size.
template <class Table>
class Resized {
 public:
  Resized(const Table& table, std::size_t size) : page_(static_cast<std::size_t>(::sysconf(_SC_PAGESIZE))) {
    memory_ =
        static_cast<char*>(::mmap(nullptr, 2 * page_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    if (memory_ == MAP_FAILED) throw std::bad_alloc();
    table_ = reinterpret_cast<Table*>(memory_ + page_ - size);
    std::memset(memory_, 0xA5, page_);
    std::memcpy(static_cast<void*>(table_), &table, std::min(size, sizeof table));
    table_->size = static_cast<std::uint32_t>(size);
    ::mprotect(memory_ + page_, page_, PROT_NONE);
  }
  ~Resized() { ::munmap(memory_, 2 * page_); }
  Resized(const Resized&) = delete;
  Resized& operator=(const Resized&) = delete;

  const Table* get() const { return table_; }

 private:
  std::size_t page_;
  char* memory_;
  Table* table_;
};

// A variable of the environment while this lives.
class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) { ::setenv(name, value.c_str(), 1); }
  ~Variable() { ::unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
};

// A file of its own for each test, so that each has a library of its own.
class PluginFile {
 public:
  PluginFile() {
    fs::copy_file(GW_VERSIONS_PLUGIN, path_);
    fs::permissions(path_, static_cast<fs::perms>(0644));
  }
  const fs::path& path() const { return path_; }

 private:
  gw::support::TemporaryFolder folder_;
  fs::path path_ = folder_.path() / "versions.so";
};

// What a plugin said while it was loaded.
struct Loading {
  std::vector<std::string> errors;
  std::vector<std::string> logs;

  bgw_loader table() {
    return {sizeof(bgw_loader),
            BGW_ABI_MAJOR,
            BGW_ABI_MINOR,
            this,
            [](void* c, const char* text) { static_cast<Loading*>(c)->errors.emplace_back(text); },
            [](void* c, std::int32_t, const char* text, std::size_t n) {
              static_cast<Loading*>(c)->logs.emplace_back(text, n);
            },
            [](void*, const char*) -> const void* { return nullptr; }};
  }
};

class Plugin {
 public:
  Plugin() : library_(::dlopen(file_.path().c_str(), RTLD_NOW | RTLD_LOCAL)) {
    if (library_ == nullptr) throw std::runtime_error(::dlerror());
    entry_ = reinterpret_cast<bgw_plugin_entry_fn>(::dlsym(library_, BGW_PLUGIN_ENTRY_NAME));
  }
  ~Plugin() { ::dlclose(library_); }
  Plugin(const Plugin&) = delete;
  Plugin& operator=(const Plugin&) = delete;

  const bgw_plugin_descriptor* enter(const bgw_loader* loader) const { return entry_(loader); }
  const bgw_adapter_api& api() const {
    const bgw_loader loader = Loading().table();
    const Resized<bgw_loader> short_loader(loader, offsetof(bgw_loader, set_error));
    return *enter(short_loader.get())->api;
  }

 private:
  PluginFile file_;
  void* library_;
  bgw_plugin_entry_fn entry_;
};

// ---- loaders

class LoaderOfSize : public testing::TestWithParam<std::size_t> {};

TEST_P(LoaderOfSize, LoadsThePluginAndIsToldWhyItCannot) {
  const std::size_t size = GetParam();
  const Plugin plugin;
  Loading loading;
  const Resized<bgw_loader> loader(loading.table(), size);
  ASSERT_NE(plugin.enter(loader.get()), nullptr);
  EXPECT_EQ(loading.logs.size(), size >= offsetof(bgw_loader, get_extension) ? 1u : 0u);
  const Variable refuse("GW_VERSIONS_REFUSE", "1");
  EXPECT_EQ(plugin.enter(loader.get()), nullptr);
  if (size >= offsetof(bgw_loader, log))
    EXPECT_THAT(loading.errors, ElementsAre("this machine has no license"));
  else
    EXPECT_TRUE(loading.errors.empty());
}

INSTANTIATE_TEST_SUITE_P(Versions, LoaderOfSize,
                         testing::Values(offsetof(bgw_loader, set_error), offsetof(bgw_loader, log),
                                         offsetof(bgw_loader, get_extension), sizeof(bgw_loader),
                                         sizeof(bgw_loader) + kMore));

TEST(LoaderVersions, APluginLoadsWithoutALoader) { EXPECT_NE(Plugin().enter(nullptr), nullptr); }

// ---- hosts

class HostOfSize : public testing::TestWithParam<std::size_t> {};

TEST_P(HostOfSize, RunsThePluginFromCreateToDestroy) {
  const std::size_t size = GetParam();
  const auto has = [size](std::size_t end) { return size >= end; };
  const bool has_extensions = has(offsetof(bgw_host, dropped));
  const bool has_dropped = has(offsetof(bgw_host, list_announced));
  const bool has_announced = has(offsetof(bgw_host, post));
  const bool has_post = has(offsetof(bgw_host, max_levels));
  const bool has_levels = has(offsetof(bgw_host, reserved));

  const Plugin plugin;
  const bgw_adapter_api& api = plugin.api();
  FakeHost fake;
  fake.table.max_levels = 2000;
  const Resized<bgw_host> host(fake.table, size);
  bgw_error error{};
  void* const self = api.create(host.get(), &error);
  ASSERT_NE(self, nullptr) << error.message;
  ASSERT_EQ(api.initialize(self, &error), BGW_OK) << error.message;
  ASSERT_EQ(api.connect(self, &error), BGW_OK) << error.message;
  ASSERT_EQ(fake.urls.size(), 1u);
  ASSERT_EQ(api.on_open(self, 1, &error), BGW_OK) << error.message;
  EXPECT_EQ(fake.ready, 1);
  bgw_subscription wanted{};
  wanted.instrument = 1;
  wanted.mode = BGW_MODE_LTP;
  wanted.symbol = wanted.exchange = wanted.broker_symbol = wanted.broker_exchange = wanted.token = "T";
  ASSERT_EQ(api.subscribe(self, &wanted, 1, &error), BGW_OK) << error.message;
  EXPECT_EQ(fake.confirmed.size(), 1u);
  ASSERT_EQ(api.on_frame(self, 1, BGW_OPCODE_TEXT, "seven..", 7, &error), BGW_OK) << error.message;
  ASSERT_EQ(fake.published.size(), 1u);
  EXPECT_EQ(fake.published[0].tick.ltp, 7);
  EXPECT_EQ(fake.dropped[BGW_DROP_LAYOUT], has_dropped ? 3u : 0u);
  EXPECT_EQ(fake.etags.size(), has_announced ? 1u : 0u);
  EXPECT_EQ(api.disconnect(self, &error), BGW_OK);
  api.destroy(self);
  EXPECT_THAT(fake.logs, ElementsAre(has_levels ? "levels 2000" : "levels 1000",
                                     has_extensions ? "request 1" : "this gateway has no bgw.http/1",
                                     has_post ? "posted" : "no post"));
}

INSTANTIATE_TEST_SUITE_P(Versions, HostOfSize,
                         testing::Values(offsetof(bgw_host, get_extension), offsetof(bgw_host, dropped),
                                         offsetof(bgw_host, list_announced), offsetof(bgw_host, post),
                                         offsetof(bgw_host, max_levels), sizeof(bgw_host), sizeof(bgw_host) + kMore));

class HttpOfSize : public testing::TestWithParam<std::size_t> {};

TEST_P(HttpOfSize, IsUsedOnlyWhenItIsWhole) {
  FakeHost fake;
  const Resized<bgw_http> http(fake.http, GetParam());
  static const bgw_http* offered;
  offered = http.get();
  fake.table.get_extension = [](void*, const char*) -> const void* { return offered; };
  const Plugin plugin;
  bgw_error error{};
  void* const self = plugin.api().create(&fake.table, &error);
  ASSERT_EQ(plugin.api().initialize(self, &error), BGW_OK);
  ASSERT_EQ(plugin.api().connect(self, &error), BGW_OK) << error.message;
  EXPECT_EQ(fake.requests.size(), GetParam() >= sizeof(bgw_http) ? 1u : 0u);
  plugin.api().destroy(self);
}

INSTANTIATE_TEST_SUITE_P(Versions, HttpOfSize,
                         testing::Values(offsetof(bgw_http, request), offsetof(bgw_http, cancel), sizeof(bgw_http),
                                         sizeof(bgw_http) + kMore));

// ---- what a host hands over

class HandedOver : public testing::Test {
 protected:
  HandedOver() : self_(plugin_.api().create(&fake_.table, &error_)) {}
  ~HandedOver() override { plugin_.api().destroy(self_); }

  Plugin plugin_;
  FakeHost fake_;
  bgw_error error_{};
  void* self_;
};

TEST_F(HandedOver, ACloseOfAnySizeIsRead) {
  constexpr bgw_header kHeaders[] = {{"why", "rules"}};
  const bgw_close whole{sizeof whole, 1006, 403, 1, kHeaders, "refused", "body", 4};
  for (const std::size_t size : {offsetof(bgw_close, body), sizeof whole, sizeof whole + kMore}) {
    const Resized<bgw_close> close(whole, size);
    EXPECT_EQ(plugin_.api().on_close(self_, 1, close.get(), &error_), BGW_E_TRANSIENT);
  }
  EXPECT_THAT(fake_.logs, ElementsAre("closed 1006 'refused' '' rules", "closed 1006 'refused' 'body' rules",
                                      "closed 1006 'refused' 'body' rules"));
}

TEST_F(HandedOver, AnHttpResponseOfAnySizeIsRead) {
  const bgw_http_response whole{sizeof whole, 0, 0, 0, nullptr, "", 0, "no route"};
  for (const std::size_t size : {offsetof(bgw_http_response, error), sizeof whole, sizeof whole + kMore}) {
    const Resized<bgw_http_response> response(whole, size);
    EXPECT_EQ(plugin_.api().on_http(self_, 5, response.get(), &error_), BGW_OK);
  }
  EXPECT_THAT(fake_.logs,
              ElementsAre("response 5 0 '' ''", "response 5 0 '' 'no route'", "response 5 0 '' 'no route'"));
}

TEST(InstrumentsVersions, SinksAndSourcesOfAnySizeAreUsed) {
  struct List {
    std::string rest;
    std::vector<std::string> rows, skips;
  };
  const Plugin plugin;
  const auto* const extension =
      static_cast<const bgw_instruments*>(plugin.enter(nullptr)->get_extension(BGW_EXTENSION_INSTRUMENTS));
  for (const std::size_t more : {std::size_t{0}, kMore})
    for (const std::size_t sink_size : {offsetof(bgw_instrument_sink, skip), sizeof(bgw_instrument_sink) + more}) {
      List list{"NIFTY 1\nbroken\nSENSEX 2\n", {}, {}};
      const Resized<bgw_instrument_source> source({sizeof(bgw_instrument_source), 0, &list,
                                                   [](void* c, void* buffer, std::size_t capacity) {
                                                     std::string& rest = static_cast<List*>(c)->rest;
                                                     const std::size_t n =
                                                         rest.copy(static_cast<char*>(buffer), capacity);
                                                     rest.erase(0, n);
                                                     return n;
                                                   }},
                                                  sizeof(bgw_instrument_source) + more);
      const Resized<bgw_instrument_sink> sink(
          {sizeof(bgw_instrument_sink), 0, &list,
           [](void* c, const bgw_instrument* row) { static_cast<List*>(c)->rows.emplace_back(row->symbol); },
           [](void* c, std::uint64_t, const char* reason) { static_cast<List*>(c)->skips.emplace_back(reason); }},
          sink_size);
      bgw_error error{};
      EXPECT_EQ(extension->parse(source.get(), sink.get(), &error), BGW_OK);
      EXPECT_THAT(list.rows, ElementsAre("NIFTY", "SENSEX"));
      EXPECT_EQ(list.skips.size(), sink_size >= sizeof(bgw_instrument_sink) ? 1u : 0u);
    }
}

// ---- the other direction: plugins of other versions in this host

// What load_library says of the plugin with tables of these sizes.
std::string problem_of(const std::string& sizes) {
  const Variable versions("GW_VERSIONS", sizes);
  const PluginFile file;
  const auto loaded = gw::plugin_host::load_library(file.path().string());
  return loaded ? "" : loaded.error().message;
}

TEST(PluginVersions, LongerTablesAreTaken) {
  EXPECT_EQ(problem_of(""), "");
  EXPECT_EQ(problem_of("descriptor=232"), "");
  EXPECT_EQ(problem_of("api=176"), "");
  EXPECT_EQ(problem_of("limits=128"), "");
  EXPECT_EQ(problem_of("instruments=128"), "");
  EXPECT_EQ(problem_of("credentials=96"), "");
  EXPECT_EQ(problem_of("descriptor=232,api=176,limits=128,instruments=128,credentials=96"), "");
}

TEST(PluginVersions, WhatAPluginMayLeaveOutIsNotMissed) {
  EXPECT_EQ(problem_of("api=96"), "");   // without on_http and get_extension
  EXPECT_EQ(problem_of("api=104"), "");  // without get_extension
}

TEST(PluginVersions, TablesShorterThanInTheFirstContractAreRefused) {
  EXPECT_THAT(problem_of("descriptor=160"), HasSubstr("descriptor size: found 160, expected at least 168. Rebuild it"));
  EXPECT_THAT(problem_of("api=88"), HasSubstr("api: found size 88, expected size 96. Rebuild it"));
  EXPECT_THAT(problem_of("limits=56"), HasSubstr("limits: found size 56, expected at least 64. Rebuild it"));
  EXPECT_EQ(problem_of("instruments=56"), "bgw.instruments/1: found size 56, expected at least 64");
  EXPECT_EQ(problem_of("credentials=24"), "bgw.credentials/1: found size 24, expected at least 32");
}

class OlderPlugin : public gw::plugin_host::AdapterTest {};

TEST_F(OlderPlugin, OneWithoutTheLastFunctionsRuns) {
  const Variable versions("GW_VERSIONS", "api=96");
  const PluginFile file;
  auto loaded = gw::plugin_host::load_library(file.path().string());
  ASSERT_TRUE(loaded) << loaded.error().message;
  make(loaded->front());
  ASSERT_TRUE(link_->prepare());
  link_->start();
  // Nobody listens at the plugin's address: it is connected anew, and its request has an answer that it does not take.
  run_until([this] { return link_->counts().connects.load() >= 3; });
  link_->stop();
  settle();
  link_.reset();
}

// A row of another size: as long as in the first contract, or longer.
std::uint64_t rows_taken(std::size_t size) {
  static const bgw_instrument* offered;
  bgw_instrument whole{};
  whole.symbol = "NIFTY";
  whole.exchange = "NSE_INDEX";
  whole.token = "1";
  const Resized<bgw_instrument> row(whole, size);
  offered = row.get();
  const bgw_instruments extension{sizeof extension,
                                  0,
                                  nullptr,
                                  [](const bgw_instrument_sink* sink, bgw_error*) -> bgw_status {
                                    sink->row(sink->context, offered);
                                    return BGW_OK;
                                  },
                                  nullptr,
                                  nullptr,
                                  nullptr,
                                  nullptr,
                                  nullptr};
  gw::instruments::Import import;
  EXPECT_TRUE(import.read_builtin(extension));
  return import.rows().size();
}

TEST(PluginVersions, RowsAsLongAsInTheFirstContractOrLongerAreTaken) {
  EXPECT_EQ(rows_taken(120), 1u);
  EXPECT_EQ(rows_taken(120 + kMore), 1u);
  EXPECT_EQ(rows_taken(112), 0u);
}

}  // namespace
