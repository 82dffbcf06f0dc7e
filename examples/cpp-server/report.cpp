// SPDX-License-Identifier: MIT
#include "report.hpp"

#include "log.hpp"

#include <cstdio>
#include <string>

#include <unistd.h>

namespace mining_server {

namespace {

std::size_t resident_bytes() {
    unsigned long size = 0, resident = 0;
    if (std::FILE *file = std::fopen("/proc/self/statm", "r")) {
        if (std::fscanf(file, "%lu %lu", &size, &resident) != 2)
            resident = 0;
        std::fclose(file);
    }
    return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

std::string number(std::uint64_t value) {
    return std::to_string(value);
}

} // namespace

Report::Report(std::size_t session_memory_max)
    : session_memory_max_(session_memory_max), resident_before_(resident_bytes()) {}

void Report::tell(std::size_t sessions, std::size_t established, const Counts &counts) {
    // Memory that the process got once it keeps, so what a session takes is told for the most of
    // them.
    const std::size_t resident = resident_bytes();
    if (sessions >= peak_ && resident > resident_before_) {
        peak_ = sessions;
        peak_resident_ = resident - resident_before_;
    }
    log("server", number(sessions) + " sessions, " + number(established) + " established; " +
                      number(counts.connections) + " came, " + number(counts.turned_away) +
                      " turned away, " + number(counts.failed) + " failed, " + number(counts.cut) +
                      " cut; " + number(counts.channels) + " channels, " + number(counts.shares) +
                      " shares, " + number(counts.refused_shares) + " refused");
    if (session_memory_max_ != 0 && peak_ > 0)
        log("server", "memory: " + number(peak_) + " sessions took " +
                          number(peak_resident_ / 1024) + " KiB, " +
                          number(peak_resident_ / peak_) + " bytes each; a session takes at most " +
                          number(session_memory_max_));
}

} // namespace mining_server
