// SPDX-License-Identifier: MIT
#include "log.hpp"

#include <chrono>
#include <cstdio>
#include <ctime>

#include <nlohmann/json.hpp>

namespace template_provider {

namespace {

std::string utc_time(const char *format) {
    using std::chrono::system_clock;
    const auto now = system_clock::now();
    const std::time_t seconds = system_clock::to_time_t(now);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    char text[64];
    const std::size_t size = std::strftime(text, sizeof text, format, &parts);
    return std::string(text, size);
}

} // namespace

void Log::event(const char *name, const std::string &text) {
    event(name, text, nlohmann::json::object());
}

void Log::event(const char *name, const std::string &text, const nlohmann::json &fields) {
    std::string line;
    if (format_ == LogFormat::json) {
        nlohmann::json object = {
            {"time", utc_time("%Y-%m-%dT%H:%M:%SZ")}, {"event", name}, {"text", text}};
        object.update(fields);
        // Clients may send what is not UTF-8.
        line = object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    } else {
        line = utc_time("%H:%M:%S ") + printable(text);
    }
    line += '\n';
    const std::lock_guard<std::mutex> lock(mutex_);
    std::fwrite(line.data(), 1, line.size(), stdout);
    std::fflush(stdout);
}

std::string printable(const std::string &text) {
    constexpr char digits[] = "0123456789abcdef";
    std::string escaped;
    escaped.reserve(text.size());
    for (const char character : text) {
        if (character >= ' ' && character <= '~') {
            escaped += character;
            continue;
        }
        const auto byte = static_cast<unsigned char>(character);
        escaped += "\\x";
        escaped += digits[byte >> 4];
        escaped += digits[byte & 15];
    }
    return escaped;
}

} // namespace template_provider
