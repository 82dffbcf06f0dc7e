// SPDX-License-Identifier: MIT
#include "log.hpp"

#include <cstdio>
#include <ctime>

namespace mining_server {

void log(std::string_view who, std::string_view what) {
    char clock[16] = "";
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    if (gmtime_r(&now, &parts) != nullptr)
        std::strftime(clock, sizeof clock, "%H:%M:%S", &parts);
    std::printf("%s %.*s: %.*s\n", clock, static_cast<int>(who.size()), who.data(),
                static_cast<int>(what.size()), what.data());
    std::fflush(stdout);
}

} // namespace mining_server
