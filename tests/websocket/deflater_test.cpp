#include "core/websocket/deflater.hpp"

#include <malloc.h>

#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "tests/websocket/inflate.hpp"

namespace gw::websocket {
namespace {

std::string deflated(Deflater& deflater, std::string_view payload) {
  constexpr std::string_view kGuard = "guard";
  const std::size_t bound = deflater.bound(payload.size());
  std::string out = std::string(bound, '\0') + std::string(kGuard);
  const std::size_t size = deflater.deflate(payload, out.data());
  EXPECT_LE(size, bound);
  EXPECT_EQ(out.substr(bound), kGuard);
  out.resize(size);
  return out;
}

std::string depth_json(unsigned seed) {
  std::mt19937 random(seed);
  std::string text =
      R"({"type":"market_data","mode":4,"topic":"RELIANCE.NSE","depth_level":50,"data":{"depth":{"buy":[)";
  for (int i = 0; i < 100; ++i)
    text += (i % 50 == 0 ? "{\"price\":" : ",{\"price\":") + std::to_string(1400 + i) + '.' +
            std::to_string(random() % 100) + ",\"quantity\":" + std::to_string(random() % 100'000) +
            ",\"orders\":" + std::to_string(random() % 100) + '}';
  return text + "]}}}";
}

TEST(Deflating, ComesBackTheSameWhateverItIs) {
  std::mt19937 random(1);
  std::string noise(200'000, '\0');
  for (char& c : noise) c = static_cast<char>(random());
  Deflater deflater;
  Inflater inflate(kDeflateWindowBits);
  for (const std::string& payload :
       {std::string(), std::string("x"), std::string(1'000'000, '\0'), noise, depth_json(1), noise.substr(0, 5000)})
    EXPECT_TRUE(inflate(deflated(deflater, payload)) == payload) << payload.size();
  for (std::size_t size = 0; size < 3000; ++size) {
    const std::string payload = noise.substr(size, size);
    ASSERT_TRUE(inflate(deflated(deflater, payload)) == payload) << size;
  }
}

TEST(Deflating, NeedsNothingOfAnEarlierMessage) {
  Deflater deflater;
  const std::string first = deflated(deflater, depth_json(1));
  const std::string second = deflated(deflater, depth_json(2));
  EXPECT_EQ(Inflater(kDeflateWindowBits)(second), depth_json(2));
  EXPECT_EQ(deflated(deflater, depth_json(1)), first);
}

TEST(Deflating, LeavesAboutAQuarterOfADepth) {
  Deflater deflater;
  const std::string payload = depth_json(3);
  EXPECT_LT(deflated(deflater, payload).size() * 3, payload.size());
}

TEST(Deflating, AnEmptyMessageIsThatOfTheStandard) {
  Deflater deflater;
  EXPECT_EQ(deflated(deflater, ""), std::string(1, '\0'));
}

TEST(Deflating, AllocatesNothingOnceMade) {
  Deflater deflater;
  const std::string payload = depth_json(4);
  std::vector<char> out(deflater.bound(payload.size()));
  const std::size_t before = mallinfo2().uordblks;
  for (int i = 0; i < 100; ++i) deflater.deflate(payload, out.data());
  EXPECT_EQ(mallinfo2().uordblks, before);
}

}  // namespace
}  // namespace gw::websocket
