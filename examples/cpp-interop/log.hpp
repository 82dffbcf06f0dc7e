// SPDX-License-Identifier: MIT
// One line per event on standard output, for people or for programs.
#pragma once

#include <mutex>
#include <string>

#include <nlohmann/json_fwd.hpp>

namespace template_provider {

enum class LogFormat {
    text, // the time of day and a sentence
    json, // an object with "time", "event", "text" and the fields of the event
};

// May be used from any thread.
class Log {
  public:
    explicit Log(LogFormat format) : format_(format) {}

    void event(const char *name, const std::string &text);
    void event(const char *name, const std::string &text, const nlohmann::json &fields);

  private:
    const LogFormat format_;
    std::mutex mutex_; // keeps lines whole
};

// Text from outside, safe to print: everything but printable ASCII becomes \xNN.
std::string printable(const std::string &text);

} // namespace template_provider
