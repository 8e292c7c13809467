#include "apps/gateway/monitoring/metric_families.hpp"

#include <limits>

namespace gw::app {

prometheus::ClientMetric& MetricFamilies::put(Labels labels, double value) {
  prometheus::MetricFamily& family = all_.back();
  prometheus::ClientMetric& metric = family.metric.emplace_back();
  for (const auto& [name, text] : labels) metric.label.push_back({name, text});
  if (family.type == prometheus::MetricType::Counter)
    metric.counter.value = value;
  else
    metric.gauge.value = value;
  return metric;
}

void MetricFamilies::add(Labels labels, const DurationHistogram& durations) {
  prometheus::ClientMetric::Histogram& out = put(labels, 0).histogram;
  for (std::size_t i = 0; i < durations.counts().size(); ++i) {
    out.sample_count += durations.counts()[i];
    const bool is_last = i == DurationHistogram::kBounds.size();
    out.bucket.push_back({out.sample_count, is_last ? std::numeric_limits<double>::infinity()
                                                    : static_cast<double>(DurationHistogram::kBounds[i]) / 1e9});
  }
  out.sample_sum = static_cast<double>(durations.sum_ns()) / 1e9;
}

}  // namespace gw::app
