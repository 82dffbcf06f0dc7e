// SPDX-License-Identifier: MIT
#include "options.h"

#include "hexadecimal.h"

#include <stdio.h>
#include <string.h>

static const char help[] =
    "miner --connect HOST:PORT --authority KEY [options]\n"
    "miner --pool stratum2+tcp://HOST:PORT/KEY [--pool URL]... [options]\n"
    "\n"
    "Mines on the CPU with templates of a Stratum V2 template provider.\n"
    "\n"
    "  --pool URL            a provider and the public key of the authority that signs its\n"
    "                        certificate, as its operator publishes it. With several the first is\n"
    "                        the best: the others are used while it cannot be\n"
    "  --connect HOST:PORT   the same in two parts, the key in --authority KEY; an IPv6 address "
    "as\n"
    "  --authority KEY       [ADDRESS]:PORT. `sv2-key show` prints the key. It is the best, if "
    "there\n"
    "                        is a --pool too\n"
    "  --no-clock            accept an expired certificate: for boards that do not know the time\n"
    "  --trust-any           allow providers without a key: encrypt, but do not check who is "
    "there;\n"
    "                        any machine on the way can be the provider\n"
    "  --insecure            instead of keys: plain TCP, which anyone on the way can read and "
    "change\n"
    "  --probe SECONDS       how often a better provider is tried while another one is in use\n"
    "                        (default 60); three or more that succeed lead back\n"
    "  --blocks N            end when N found blocks have become the chain's tip\n"
    "  --payout-script HEX   script of the output that gets the block's value, up to 520 bytes\n"
    "                        (without it anyone may spend the value: for test chains only)\n"
    "  --tag TEXT            text in the coinbase, up to 67 bytes (default /libsv2 miner/)\n"
    "  --no-reconnect        end when the connection does\n"
    "  --quiet               only results and problems\n"
    "  --json                one JSON object per event on standard output\n"
    "  --help                print this\n"
    "\n"
    "A found block is a line with \"block HASH\"; when the provider's tip is that block, a line\n"
    "\"accepted HASH\" follows, when it is another, a line \"lost race HASH\". A connection that\n"
    "ends is made again after some time, up to a minute, or one to the next --pool is. When it "
    "ends\n"
    "before the tip has moved, the whole SubmitSolution frame is printed, so that no found block "
    "is\n"
    "lost.\n"
    "\n"
    "Exit status\n"
    "  0  N found blocks were accepted; without --blocks, SIGINT or SIGTERM\n"
    "  1  the system or a library failed\n"
    "  2  the command line is wrong\n"
    "  3  the provider refused the connection's setup, or demands what this miner cannot do. It "
    "is\n"
    "     not tried again\n"
    "  4  with --no-reconnect: no connection, or it ended\n"
    "  5  with --no-reconnect: the provider broke the protocol\n"
    "  6  SIGINT or SIGTERM before N blocks were accepted\n"
    "  7  the provider did not prove who it is: a certificate of another authority, altered, "
    "expired\n"
    "     or not valid yet by this machine's clock, or no handshake at all. It is not tried again\n"
    "With several providers, 3 and 7 are said of the best one when none is left to try.\n";

static bool parse_count(const char *text, uint64_t *out) {
    uint64_t value = 0;
    if (*text == '\0' || strlen(text) > 9) {
        return false;
    }
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9') {
            return false;
        }
        value = value * 10 + (uint64_t)(*text - '0');
    }
    *out = value;
    return value > 0;
}

static bool parse_connect(const char *value, struct options *options) {
    options->connect = value;
    return *value != '\0';
}

static bool parse_authority(const char *value, struct options *options) {
    options->authority = value; // read once the library runs, see endpoint_list.h
    return *value != '\0';
}

static bool parse_pool(const char *value, struct options *options) {
    if (options->pool_count == sizeof options->pools / sizeof options->pools[0]) {
        return false;
    }
    options->pools[options->pool_count++] = value;
    return *value != '\0';
}

static bool parse_probe(const char *value, struct options *options) {
    return parse_count(value, &options->probe_seconds) && options->probe_seconds <= 86400;
}

static bool parse_blocks(const char *value, struct options *options) {
    return parse_count(value, &options->blocks);
}

static bool parse_payout_script(const char *value, struct options *options) {
    struct payout *payout = &options->content.payout;
    options->has_payout_script = true;
    return bytes_from_hexadecimal(value, payout->script, sizeof payout->script,
                                  &payout->script_size) &&
           payout->script_size > 0;
}

static bool parse_tag(const char *value, struct options *options) {
    const size_t size = strlen(value);
    if (size > sizeof options->content.tag) {
        return false;
    }
    memcpy(options->content.tag, value, size);
    options->content.tag_size = size;
    return true;
}

static const struct {
    const char *name;
    bool (*parse)(const char *value, struct options *options);
} valued_options[] = {
    {"--connect", parse_connect},
    {"--authority", parse_authority},
    {"--pool", parse_pool},
    {"--blocks", parse_blocks},
    {"--probe", parse_probe},
    {"--tag", parse_tag},
    {"--payout-script", parse_payout_script},
};

#define VALUED_OPTION_COUNT (sizeof valued_options / sizeof valued_options[0])

static bool parse_switch(const char *argument, struct options *options) {
    const struct {
        const char *name;
        bool *value;
    } switches[] = {
        {"--insecure", &options->security.is_plain},
        {"--trust-any", &options->security.trusts_any},
        {"--no-clock", &options->security.has_no_clock},
        {"--no-reconnect", &options->no_reconnect},
        {"--quiet", &options->quiet},
        {"--json", &options->json},
    };
    for (size_t i = 0; i < sizeof switches / sizeof switches[0]; i++) {
        if (strcmp(argument, switches[i].name) == 0) {
            *switches[i].value = true;
            return true;
        }
    }
    return false;
}

// Parses --name VALUE or --name=VALUE at *index and moves it to the last argument taken.
// Returns: true if the argument has one of these names.
static bool parse_valued(char **arguments, int *index, struct options *options, bool *is_good) {
    const char *argument = arguments[*index];
    for (size_t i = 0; i < VALUED_OPTION_COUNT; i++) {
        const size_t name_size = strlen(valued_options[i].name);
        if (strncmp(argument, valued_options[i].name, name_size) != 0) {
            continue;
        }
        const char *value = NULL;
        if (argument[name_size] == '=') {
            value = argument + name_size + 1;
        } else if (argument[name_size] == '\0') {
            value = arguments[*index + 1]; // NULL behind the last one
            *index += value != NULL;
        } else {
            continue;
        }
        *is_good = value != NULL && valued_options[i].parse(value, options);
        if (!*is_good) {
            (void)fprintf(stderr, "miner: %s %s\n", valued_options[i].name,
                          value == NULL ? "needs a value" : "has a value that it cannot have");
        }
        return true;
    }
    return false;
}

static void set_defaults(struct options *out) {
    static const uint8_t op_true[] = {0x51};
    memset(out, 0, sizeof *out);
    memcpy(out->content.payout.script, op_true, sizeof op_true);
    out->content.payout.script_size = sizeof op_true;
    (void)parse_tag("/libsv2 miner/", out);
}

enum options_result options_parse(int argument_count, char **arguments, struct options *out) {
    set_defaults(out);
    for (int i = 1; i < argument_count; i++) {
        bool is_good = true;
        if (strcmp(arguments[i], "--help") == 0) {
            (void)fputs(help, stdout);
            return OPTIONS_HELP;
        }
        if (parse_valued(arguments, &i, out, &is_good)) {
            if (!is_good) {
                return OPTIONS_WRONG;
            }
        } else if (!parse_switch(arguments[i], out)) {
            (void)fprintf(stderr, "miner: unknown argument %s; see --help\n", arguments[i]);
            return OPTIONS_WRONG;
        }
    }
    return OPTIONS_RUN;
}
