#include "core/session/conflation_queue.hpp"

#include <gtest/gtest.h>

namespace gw::session {
namespace {

TEST(ConflationQueue, NoTopicIsStarvedByABusierOne) {
  ConflationQueue queue;
  for (int i = 0; i < 5; ++i) queue.add(1);
  queue.add(2);
  EXPECT_EQ(queue.updates(), 6U);
  const ConflationQueue::Entry first = queue.take_next();
  EXPECT_EQ(first.topic, 1U);
  EXPECT_EQ(first.updates, 5U);
  queue.add(1);
  EXPECT_EQ(queue.take_next().topic, 2U);
  EXPECT_EQ(queue.take_next().topic, 1U);
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.updates(), 0U);
}

TEST(ConflationQueue, WhatIsTakenOutOfTurnIsGone) {
  ConflationQueue queue;
  for (const routing::TopicId topic : {1U, 2U, 2U, 3U}) queue.add(topic);
  EXPECT_EQ(queue.take(2), 2U);
  queue.add(2);
  EXPECT_EQ(queue.take_next().topic, 1U);
  EXPECT_EQ(queue.updates(), 2U);
}

TEST(ConflationQueue, ARequestedFrameStandsForWhatComesUntilItIsThere) {
  ConflationQueue queue;
  for (const routing::TopicId topic : {1U, 2U}) queue.add(topic);
  EXPECT_EQ(queue.request_next(), 1U);
  queue.add(1, 3);
  EXPECT_TRUE(queue.has_requested());
  EXPECT_TRUE(queue.has_unrequested());
  EXPECT_EQ(queue.take_requested(2), 0U) << "not requested";
  EXPECT_EQ(queue.take_requested(1), 4U);
  EXPECT_EQ(queue.take_requested(1), 0U) << "taken already";
  EXPECT_FALSE(queue.has_requested());
  EXPECT_EQ(queue.updates(), 1U);
}

TEST(ConflationQueue, ATopicThatWasRequestedAndGivenUpCanBeRequestedAnew) {
  ConflationQueue queue;
  queue.add(1);
  EXPECT_EQ(queue.request_next(), 1U);
  EXPECT_FALSE(queue.has_unrequested());
  EXPECT_EQ(queue.take(1), 1U);
  EXPECT_TRUE(queue.empty());
  queue.add(2);
  queue.add(1);
  EXPECT_EQ(queue.request_next(), 2U);
  EXPECT_EQ(queue.request_next(), 1U);
  EXPECT_FALSE(queue.has_unrequested());
}

}  // namespace
}  // namespace gw::session
