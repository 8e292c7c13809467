// Searches by words in rows of a broker's own list: what is found first, at which exchange and under which name.
#include <filesystem>
#include <memory>
#include <ostream>

#include <gmock/gmock.h>

#include "core/instruments/import.hpp"
#include "core/instruments/search.hpp"
#include "plugins/zerodha/zerodha_instruments.hpp"

namespace gw::instruments {
namespace {

struct Sought {
  const char* text;
  const char* first;
};
std::ostream& operator<<(std::ostream& out, const Sought& sought) { return out << '"' << sought.text << '"'; }

class SearchInABrokersList : public testing::TestWithParam<Sought> {
 protected:
  void SetUp() override {
    const auto file = std::filesystem::path(GW_SOURCE_DIR).parent_path() / "shared" / "fixtures" / "zerodha" /
                      "instruments" / "instruments_2026-05-20_sample.csv";
    if (!std::filesystem::exists(file)) GTEST_SKIP() << "no list " << file;
    Import import;
    const auto done = import.read_file(*zerodha::instruments_extension(), file.string(), {});
    ASSERT_TRUE(done) << done.error().message;
    index_ = std::make_shared<const Index>(import.index());
  }
  std::shared_ptr<const Index> index_;
};

TEST_P(SearchInABrokersList, FindsFirstWhatIsMeant) {
  constexpr std::int64_t k20May = 20'593;
  Search search(index_, GetParam().text, "", 5, {{}, k20May * 86'400'000'000'000});
  ASSERT_TRUE(search.look_at(100'000));
  const auto found = search.found();
  ASSERT_FALSE(found.empty());
  EXPECT_EQ(std::string(found.front().symbol) + '.' + std::string(found.front().exchange), GetParam().first);
}

INSTANTIATE_TEST_SUITE_P(
    Words, SearchInABrokersList,
    testing::Values(
        Sought{"nifty 50", "NIFTY.NSE_INDEX"}, Sought{"reliance industries", "RELIANCE.NSE"},
        Sought{"RELIANCE.BSE", "RELIANCE.BSE"}, Sought{"amara raja", "ARE&M.NSE"}, Sought{"are&m", "ARE&M.NSE"},
        Sought{"adani ent", "ADANIENT.NSE"}, Sought{"nifty 24700 pe", "NIFTY23JUN2624700PE.NFO"},
        Sought{"nifty24750pe", "NIFTY23JUN2624750PE.NFO"}, Sought{"NIFTY2662324700PE", "NIFTY23JUN2624700PE.NFO"},
        Sought{"sensex fut", "SENSEX27MAY26FUT.BFO"}, Sought{"bankex 60200 call", "BANKEX27MAY2660200CE.BFO"},
        Sought{"crude oil fut", "CRUDEOIL18JUN26FUT.MCX"}, Sought{"eurinr fut", "EURINR22MAY26FUT.CDS"},
        Sought{"eurinr 29 may", "EURINR29MAY26FUT.CDS"}, Sought{"copper sep", "COPPER30SEP26FUT.MCX"},
        Sought{"633gs2035 dec", "633GS203531DEC26FUT.CDS"}));

}  // namespace
}  // namespace gw::instruments
