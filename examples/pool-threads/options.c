// SPDX-License-Identifier: MIT
#include "options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { USER_SIZE_MAX = 255 }; // OpenExtendedMiningChannel.user_identity is a STR0_255

static enum options_result usage(void) {
    fprintf(
        stderr,
        "usage: pool_threads [--pool stratum2+tcp://HOST:PORT/KEY]... [--failover]\n"
        "         [--user NAME] [--interval MS] [--shares N] [--silence MS] [--retry MS]\n"
        "         [--probe MS] [--no-clock]\n"
        "  --pool       without it, the pool is the one in the environment's " POOL_VARIABLE "\n"
        "  --failover   use one pool, the first that works; otherwise all are kept connected\n"
        "  --user       user_identity of the channel; its workers are NAME.0 and NAME.1\n"
        "  --interval   between the shares that the pretended ASIC finds; 1000\n"
        "  --shares     end after so many answered shares\n"
        "  --silence    a pool that says nothing for so long is lost; 90000\n"
        "  --retry      first wait after a failure; 1000\n"
        "  --probe      between probes of a better pool, with --failover; 60000\n"
        "  --no-clock   this board does not know the time: accept expired certificates\n"
        "Exit status: 0 ended by a signal or --shares, 1 every pool was given up, 2 the command\n"
        "line is wrong, 3 a pool is one of Stratum V1, which another program has to speak.\n");
    return OPTIONS_WRONG;
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

static enum options_result add_pool(struct options *options, const char *text) {
    if (options->endpoint_count == POOLS_MAX) {
        fprintf(stderr, "at most %d pools\n", POOLS_MAX);
        return OPTIONS_WRONG;
    }
    const sv2_status status =
        sv2_endpoint_parse(text, strlen(text), 0, &options->endpoints[options->endpoint_count]);
    if (status != SV2_OK) {
        fprintf(stderr, "%s: %s\n", text, sv2_status_text(status));
        return status == SV2_ERR_ENDPOINT_V1 ? OPTIONS_STRATUM_V1 : OPTIONS_WRONG;
    }
    options->endpoint_count++;
    return OPTIONS_RUN;
}

static bool set_user(struct options *options, const char *text) {
    if (strlen(text) > USER_SIZE_MAX) {
        fprintf(stderr, "--user: more than %d bytes\n", USER_SIZE_MAX);
        return false;
    }
    options->settings.user_identity = text;
    return true;
}

enum options_result options_parse(int argc, char **argv, const char *environment_pool,
                                  struct options *out) {
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
            const enum options_result added = add_pool(out, argv[i]);
            if (added != OPTIONS_RUN) {
                return added;
            }
        } else if (strcmp(name, "--user") == 0) {
            if (!set_user(out, argv[i])) {
                return OPTIONS_WRONG;
            }
        } else {
            known = false;
            for (size_t n = 0; n < sizeof numbers / sizeof numbers[0]; n++) {
                if (strcmp(name, numbers[n].name) == 0) {
                    known = true;
                    if (!parse_number(name, argv[i], numbers[n].number)) {
                        return OPTIONS_WRONG;
                    }
                }
            }
        }
        if (!known) {
            return usage();
        }
    }
    out->share_goal = shares;
    if (out->endpoint_count > 0) {
        return OPTIONS_RUN;
    }
    // Set to nothing is as good as not set.
    return environment_pool != NULL && environment_pool[0] != '\0' ? add_pool(out, environment_pool)
                                                                   : usage();
}
