// SPDX-License-Identifier: MIT
#include "options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool usage(void) {
    fprintf(stderr,
            "usage: pool_threads --pool stratum2+tcp://HOST:PORT/KEY [--pool ...] [--failover]\n"
            "         [--user NAME] [--interval MS] [--shares N] [--silence MS] [--retry MS]\n"
            "         [--probe MS] [--no-clock]\n"
            "  --failover   use one pool, the first that works; otherwise all are kept connected\n"
            "  --user       user_identity of the channel; its workers are NAME.0 and NAME.1\n"
            "  --interval   between the shares that the pretended ASIC finds; 1000\n"
            "  --shares     end after so many answered shares\n"
            "  --silence    a pool that says nothing for so long is lost; 90000\n"
            "  --retry      first wait after a failure; 1000\n"
            "  --probe      between probes of a better pool, with --failover; 60000\n"
            "  --no-clock   this board does not know the time: accept expired certificates\n");
    return false;
}

static bool parse_number(const char *name, const char *text, uint32_t *out) {
    char *end = NULL;
    errno = 0;
    const unsigned long value = strtoul(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || value == 0 ||
        value > 1000000000ul) {
        fprintf(stderr, "%s: %s is not a number from 1 to 1000000000\n", name, text);
        return false;
    }
    *out = (uint32_t)value;
    return true;
}

static bool add_pool(struct options *options, const char *text) {
    if (options->endpoint_count == POOLS_MAX) {
        fprintf(stderr, "at most %d pools\n", POOLS_MAX);
        return false;
    }
    const sv2_status status =
        sv2_endpoint_parse(text, strlen(text), 0, &options->endpoints[options->endpoint_count]);
    if (status != SV2_OK) {
        fprintf(stderr, "%s: %s\n", text, sv2_status_text(status));
        return false;
    }
    options->endpoint_count++;
    return true;
}

bool options_parse(int argc, char **argv, struct options *out) {
    uint32_t shares = 0;
    memset(out, 0, sizeof *out);
    out->interval = 1000;
    out->settings.user_identity = "example";
    out->settings.has_clock = true;
    struct {
        const char *name;
        uint32_t *number;
    } numbers[] = {{"--interval", &out->interval},
                   {"--shares", &shares},
                   {"--silence", &out->settings.silence},
                   {"--retry", &out->settings.retry},
                   {"--probe", &out->settings.probe}};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--failover") == 0) {
            out->failover = true;
            continue;
        }
        if (strcmp(argv[i], "--no-clock") == 0) {
            out->settings.has_clock = false;
            continue;
        }
        if (i + 1 == argc) {
            return usage();
        }
        const char *name = argv[i++];
        bool known = true;
        if (strcmp(name, "--pool") == 0) {
            if (!add_pool(out, argv[i])) {
                return false;
            }
        } else if (strcmp(name, "--user") == 0) {
            out->settings.user_identity = argv[i];
        } else {
            known = false;
            for (size_t n = 0; n < sizeof numbers / sizeof numbers[0]; n++) {
                if (strcmp(name, numbers[n].name) == 0) {
                    known = true;
                    if (!parse_number(name, argv[i], numbers[n].number)) {
                        return false;
                    }
                }
            }
        }
        if (!known) {
            return usage();
        }
    }
    out->share_goal = shares;
    return out->endpoint_count > 0 || usage();
}
