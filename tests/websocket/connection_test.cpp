#include "core/websocket/connection.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/websocket/fixture.hpp"

namespace gw::websocket {
namespace {

using testing::ElementsAre;
using testing::StartsWith;

class Connections : public PairTest {};

TEST_F(Connections, TextAndBinaryTravelBothWaysWithTheirKind) {
  open();
  const std::string bytes("\0\xff\x80 binary", 10);
  ASSERT_TRUE(client_.connection->send(Opcode::text, "hello"));
  ASSERT_TRUE(client_.connection->send(Opcode::binary, bytes));
  client_.connection->flush();
  ASSERT_TRUE(run_until([&] { return peer().heard.messages.size() == 2; }));
  EXPECT_THAT(peer().heard.messages, ElementsAre("hello", bytes));
  EXPECT_THAT(peer().heard.opcodes, ElementsAre(Opcode::text, Opcode::binary));
  ASSERT_TRUE(peer().connection->send(Opcode::binary, ""));
  ASSERT_TRUE(peer().connection->send(Opcode::text, "h\xc3\xa9"));
  peer().connection->flush();
  ASSERT_TRUE(run_until([&] { return client_.heard.messages.size() == 2; }));
  EXPECT_THAT(client_.heard.messages, ElementsAre("", "h\xc3\xa9"));
  EXPECT_THAT(client_.heard.opcodes, ElementsAre(Opcode::binary, Opcode::text));
}

TEST_F(Connections, EveryHeaderFormCarriesItsMessage) {
  open();
  const std::size_t sizes[] = {0, 125, 126, 65535, 65536, 700'000};
  for (const std::size_t size : sizes) {
    ASSERT_TRUE(client_.connection->send(Opcode::binary, std::string(size, 'c')));
    client_.connection->flush();
    ASSERT_TRUE(peer().connection->send(Opcode::binary, std::string(size, 's')));
    peer().connection->flush();
    ASSERT_TRUE(run_until([&] { return client_.heard.messages.size() + peer().heard.messages.size() == 2; })) << size;
    EXPECT_EQ(peer().heard.messages.at(0), std::string(size, 'c'));
    EXPECT_EQ(client_.heard.messages.at(0), std::string(size, 's'));
    client_.heard.messages.clear();
    peer().heard.messages.clear();
  }
}

TEST_F(Connections, FinishedFramesAreSentAsTheyAre) {
  open();
  std::string frames;
  for (const std::string_view text : {"one", "two", "three"}) {
    char header[10];
    frames.append(header, frame_header(header, Opcode::text, text.size()));
    frames += text;
  }
  ASSERT_TRUE(peer().connection->append_frames(frames));
  EXPECT_EQ(peer().connection->backlog(), frames.size());
  peer().connection->flush();
  EXPECT_EQ(peer().connection->backlog(), 0U);
  ASSERT_TRUE(run_until([&] { return client_.heard.messages.size() == 3; }));
  EXPECT_THAT(client_.heard.messages, ElementsAre("one", "two", "three"));
}

TEST_F(Connections, TheTargetWithItsQueryAndTheHeadersReachTheServer) {
  std::string target;
  std::vector<std::string> keys;
  server_.options.on_upgrade = [&](const HttpRequest& request, std::vector<Header>&) {
    target = request.target;
    for (const Header& h : request.headers)
      if (h.name == "X-Key") keys.push_back(h.value);
    return HttpAnswer{0, {}, {}};
  };
  ClientOptions options = support::to(server_.url("/feed?api_key=k&x=1"));
  options.headers = {{"X-Key", "secret"}};
  open(std::move(options));
  EXPECT_EQ(target, "/feed?api_key=k&x=1");
  EXPECT_THAT(keys, ElementsAre("secret"));
}

TEST_F(Connections, APingIsAnsweredAndBothSidesHearOfIt) {
  open();
  client_.connection->ping({});
  ASSERT_TRUE(run_until([&] { return peer().heard.control_frames == 1 && client_.heard.control_frames == 1; }));
  peer().connection->ping({});
  ASSERT_TRUE(run_until([&] { return peer().heard.control_frames == 2 && client_.heard.control_frames == 2; }));
}

TEST_F(Connections, PingsAndMessagesNeverMix) {
  open();
  for (int i = 0; i < 200; ++i) {
    ASSERT_TRUE(peer().connection->send(Opcode::text, std::to_string(i)));
    peer().connection->ping({});
    client_.connection->ping({});
    peer().connection->flush();
    io_.restart();
    io_.poll_one();
  }
  ASSERT_TRUE(run_until([&] { return client_.heard.messages.size() == 200 || client_.heard.closes; }));
  EXPECT_EQ(client_.heard.closes, 0);
  for (std::size_t i = 0; i < 200; ++i) EXPECT_EQ(client_.heard.messages[i], std::to_string(i));
}

TEST_F(Connections, ThePeersAddressIsKnown) {
  open();
  EXPECT_THAT(peer().connection->remote_address(), StartsWith("127.0.0.1:"));
  EXPECT_EQ(client_.connection->remote_address(), "127.0.0.1:" + std::to_string(server_.port()));
}

TEST_F(Connections, ASendBeforeItIsOpenIsRefused) {
  connect();
  EXPECT_FALSE(client_.connection->is_open());
  EXPECT_FALSE(client_.connection->send(Opcode::text, "early"));
  client_.connection->flush();
  EXPECT_EQ(client_.connection->backlog(), 0U);
}

TEST_F(Connections, WhilePausedNothingIsReadAndNothingIsLost) {
  open();
  peer().connection->pause_reading(true);
  ASSERT_TRUE(client_.connection->send(Opcode::text, "first"));
  client_.connection->flush();
  ASSERT_TRUE(run_until([&] { return peer().heard.messages.size() == 1; }))
      << "the read that was under way still comes";
  ASSERT_TRUE(client_.connection->send(Opcode::text, "second"));
  client_.connection->flush();
  peer().connection->ping({});  // a round trip of the other direction passes meanwhile
  ASSERT_TRUE(run_until([&] { return client_.heard.control_frames == 1; }));
  EXPECT_EQ(peer().heard.messages.size(), 1U);
  peer().connection->pause_reading(false);
  ASSERT_TRUE(run_until([&] { return peer().heard.messages.size() == 2; }));
}

// A read that was under way when reading was paused still brings a small message.
TEST_F(Connections, AMessageWhoseHandlerLetsReadingGoOnIsFollowedByTheNextOne) {
  open();
  peer().heard.when_message = [this](std::string_view) { peer().connection->pause_reading(false); };
  const std::string first = "small enough for one read";
  const std::string second(200, 'b');
  for (int i = 0; i < 3; ++i) {
    peer().connection->pause_reading(true);
    for (const std::string& text : {first, second}) {
      client_.connection->send(Opcode::text, text);
      client_.connection->flush();
    }
    const std::size_t messages = 2 * (static_cast<std::size_t>(i) + 1);
    ASSERT_TRUE(run_until([&] { return peer().heard.messages.size() == messages; }));
    EXPECT_EQ(peer().heard.messages[messages - 2], first);
    EXPECT_EQ(peer().heard.messages[messages - 1], second);
  }
}

TEST_F(Connections, ManyClientsOfOneServerAreKeptApart) {
  std::vector<std::unique_ptr<support::End>> clients;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(std::make_unique<support::End>());
    support::End& c = *clients.back();
    c.heard.when_open = [&c, i] {
      c.connection->send(Opcode::text, std::to_string(i));
      c.connection->flush();
    };
    c.connection = Connection::connect(io_, support::to(server_.url()), c.heard);
  }
  server_.when_accepted = [](support::End& end) {
    end.heard.when_message = [&end](std::string_view text) {
      end.connection->send(Opcode::text, "echo " + std::string(text));
      end.connection->flush();
    };
  };
  for (std::size_t i = 0; i < clients.size(); ++i) {
    ASSERT_TRUE(run_until([&] { return clients[i]->heard.messages.size() == 1; }));
    EXPECT_EQ(clients[i]->heard.messages[0], "echo " + std::to_string(i));
  }
}

}  // namespace
}  // namespace gw::websocket
