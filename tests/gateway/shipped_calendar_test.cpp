// What the calendar that is shipped and the plugins that are shipped say of the same exchanges.
#include <algorithm>

#include <gtest/gtest.h>

#include "core/config/calendar_file.hpp"
#include "core/plugin_host/library.hpp"

namespace gw {
namespace {

// An exchange that it does not have counts as open at night and on weekends.
TEST(ShippedCalendar, HasEachExchangeOfEachBundledPlugin) {
  const config::LoadedCalendar loaded = config::load_calendar_text(config::shipped_calendar(), "shipped");
  for (const char* plugin : {"angel", "mock", "zerodha"}) {
    const auto library = plugin_host::load_library(std::string(GW_PLUGINS "/") + plugin + ".so");
    ASSERT_TRUE(library) << library.error().message;
    const bgw_plugin_descriptor& descriptor = library->front()->descriptor();
    for (std::uint32_t i = 0; i < descriptor.capability_count; ++i) {
      const std::string exchange = descriptor.capabilities[i].exchange;
      EXPECT_TRUE(std::any_of(loaded.calendar.exchanges.begin(), loaded.calendar.exchanges.end(),
                              [&exchange](const calendar::Exchange& e) { return e.name == exchange; }))
          << exchange << " of " << plugin;
    }
  }
}

}  // namespace
}  // namespace gw
