// Families of metrics as they are filled, one after the other; prometheus-cpp writes them. [monitor]
#pragma once

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include <prometheus/metric_family.h>

#include "core/base/duration_histogram.hpp"

namespace gw::app {

using Labels = std::initializer_list<std::pair<const char*, std::string>>;

class MetricFamilies {
 public:
  // Begins a family, which the values added from now on belong to. One without values is left out of no page: its name
  // and its help are always there.
  void counter(const char* name, const char* help) { begin(name, help, prometheus::MetricType::Counter); }
  void gauge(const char* name, const char* help) { begin(name, help, prometheus::MetricType::Gauge); }
  void histogram(const char* name, const char* help) { begin(name, help, prometheus::MetricType::Histogram); }

  template <class Number>
  void add(Labels labels, Number value) {
    put(labels, static_cast<double>(value));
  }
  void add(Labels labels, const DurationHistogram& durations);

  const std::vector<prometheus::MetricFamily>& all() const { return all_; }

 private:
  void begin(const char* name, const char* help, prometheus::MetricType type) {
    all_.push_back({name, help, type, {}});
  }
  prometheus::ClientMetric& put(Labels labels, double value);

  std::vector<prometheus::MetricFamily> all_;
};

}  // namespace gw::app
