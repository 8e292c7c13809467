// Makes the market_data frames of dialect `json`, one per update and variant, for routing. [routing]
#pragma once

#include "core/routing/names.hpp"
#include "core/websocket/deflater.hpp"

namespace gw::protocol {

class JsonEncoder final : public routing::Encoder {
 public:
  // Payloads from this size on are compressed.
  void set_threshold(std::size_t bytes) { threshold_ = bytes; }
  void prepare(routing::TopicInfo& info) const override;
  void encode(const routing::TopicInfo& info, const routing::TopicUpdate& update, routing::Variant variant,
              routing::FrameBuffer& out) const override;
  bool deflate(const routing::FrameBuffer& frame, routing::FrameBuffer& out) const override;

 private:
  std::size_t threshold_ = 1024;
  mutable websocket::Deflater deflater_;  // one thread encodes
};

}  // namespace gw::protocol
