// Ids of sessions: an index is used again, an id never.
#include "core/session/session_table.hpp"

#include <gtest/gtest.h>

#include "core/session/client_session.hpp"

namespace gw::session {
namespace {

TEST(SessionTable, AnIndexThatIsUsedAgainHasAnotherId) {
  SessionTable sessions(3);
  const routing::SessionId first = sessions.take_id();
  EXPECT_EQ(routing::shard_of(first), 3U);
  sessions.remove(first);
  const routing::SessionId second = sessions.take_id();
  EXPECT_EQ(routing::index_of(second), routing::index_of(first));
  EXPECT_EQ(routing::shard_of(second), 3U);
  EXPECT_NE(second, first);
  EXPECT_EQ(sessions.session_count(), 1U);
}

}  // namespace
}  // namespace gw::session
