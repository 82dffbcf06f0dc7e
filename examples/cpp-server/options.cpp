// SPDX-License-Identifier: MIT
#include "options.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "sv2.h"

namespace mining_server {

namespace {

constexpr const char *usage =
    "usage: mining_server [--listen HOST:PORT] [--key FILE --certificate FILE]\n"
    "         [--require-worker-identity] [--job-interval MS] [--clients N] [--unestablished N]\n"
    "         [--handshakes N] [--output BYTES] [--inactivity MS] [--log LEVEL]\n"
    "         [--sessions-report MS] [--move-to PORT]\n"
    "  --listen          127.0.0.1:34255; port 0 takes a free one\n"
    "  --key             and --certificate: files of sv2-key; without them, keys for this run\n"
    "  --require-worker-identity  refuse clients without extension 0x0002\n"
    "  --job-interval    30000; every fourth job is of a new tip\n"
    "  --clients         at once, 10000; more are closed when they come\n"
    "  --unestablished   clients that are still shaking hands, 2000; more wait to be accepted\n"
    "  --handshakes      a second, 1000; more wait\n"
    "  --output          bytes that may wait for one client, 65536; who needs more is cut\n"
    "  --inactivity      a client that says nothing for so long is closed, 600000\n"
    "  --log             0 nothing, 1 errors, 2 warnings, 3 how sessions come and go, 4 every "
    "event\n"
    "  --sessions-report how many sessions there are and what they cost, so often\n"
    "  --move-to         when it stops, send clients to this port, of a server of the same "
    "authority\n";

bool parse_number(const char *name, const char *text, std::uint32_t largest, std::uint32_t &out) {
    char *end = nullptr;
    const unsigned long value = std::strtoul(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || std::strlen(text) > 10 ||
        value > largest) {
        std::fprintf(stderr, "%s: %s is not a number up to %u\n", name, text, largest);
        return false;
    }
    out = static_cast<std::uint32_t>(value);
    return true;
}

} // namespace

bool parse_options(int argc, char **argv, Options &options) {
    constexpr std::uint32_t most = 1000000000;
    const struct {
        const char *name;
        std::uint32_t *number;
        std::uint32_t largest;
    } numbers[] = {{"--job-interval", &options.job_interval, most},
                   {"--clients", &options.clients_max, 1000000},
                   {"--unestablished", &options.unestablished_max, 1000000},
                   {"--handshakes", &options.handshakes, 1000000},
                   {"--output", &options.output_max, most},
                   {"--inactivity", &options.inactivity, most},
                   {"--log", &options.log_level, SV2_LOG_DEBUG},
                   {"--sessions-report", &options.sessions_report, most},
                   {"--move-to", &options.move_to, 65535}};
    const struct {
        const char *name;
        std::string *text;
    } texts[] = {{"--listen", &options.listen},
                 {"--key", &options.key},
                 {"--certificate", &options.certificate}};
    for (int i = 1; i < argc; i++) {
        const std::string name = argv[i];
        if (name == "--require-worker-identity") {
            options.require_worker_identity = true;
            continue;
        }
        const char *value = i + 1 < argc ? argv[++i] : nullptr;
        bool known = false;
        for (const auto &text : texts)
            if (value != nullptr && name == text.name) {
                *text.text = value;
                known = true;
            }
        for (const auto &number : numbers)
            if (value != nullptr && name == number.name) {
                if (!parse_number(number.name, value, number.largest, *number.number))
                    return false;
                known = true;
            }
        if (!known) {
            std::fputs(usage, stderr);
            return false;
        }
    }
    if (options.key.empty() != options.certificate.empty() || options.job_interval == 0) {
        std::fputs(usage, stderr);
        return false;
    }
    return true;
}

} // namespace mining_server
