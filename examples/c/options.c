// SPDX-License-Identifier: MIT
#include "options.h"

#include "hexadecimal.h"

#include <stdio.h>
#include <string.h>

static const char help[] =
    "miner --connect HOST:PORT --authority KEY [options]\n"
    "\n"
    "Mines on the CPU with templates of a Stratum V2 template provider.\n"
    "\n"
    "  --connect HOST:PORT   the provider; an IPv6 address as [ADDRESS]:PORT\n"
    "  --authority KEY       public key of the authority that signs the provider's certificate,\n"
    "                        as its operator publishes it and `sv2-key show` prints it\n"
    "  --no-clock            accept an expired certificate: for boards that do not know the time\n"
    "  --trust-any           instead of --authority: encrypt, but do not check who is there; any\n"
    "                        machine on the way can be the provider\n"
    "  --insecure            instead of --authority: plain TCP, which anyone on the way can read\n"
    "                        and change\n"
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
    "ends is made again after 1 s, then 2, 4, 8, 16 and 30 s. When it ends before the tip has\n"
    "moved, the whole SubmitSolution frame is printed, so that no found block is lost.\n"
    "\n"
    "Exit status\n"
    "  0  N found blocks were accepted; without --blocks, SIGINT or SIGTERM\n"
    "  1  the system or a library failed\n"
    "  2  the command line is wrong\n"
    "  3  the provider refused the connection's setup, or answered it with what was not offered\n"
    "  4  with --no-reconnect: no connection, or it ended\n"
    "  5  with --no-reconnect: the provider broke the protocol\n"
    "  6  SIGINT or SIGTERM before N blocks were accepted\n"
    "  7  the provider's certificate is not to be trusted: another authority, altered, expired or\n"
    "     not valid yet by this machine's clock. It is not tried again.\n";

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
    return endpoint_parse(value, &options->endpoint);
}

static bool parse_authority(const char *value, struct options *options) {
    options->authority = value; // main's arguments stay; the key is read once the library runs
    return *value != '\0';
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
    {"--connect", parse_connect}, {"--authority", parse_authority},
    {"--blocks", parse_blocks},   {"--payout-script", parse_payout_script},
    {"--tag", parse_tag},
};

#define VALUED_OPTION_COUNT (sizeof valued_options / sizeof valued_options[0])

// What was asked for instead of --authority.
struct weakening {
    bool is_insecure;
    bool trusts_any;
};

static bool choose_protection(struct options *options, const struct weakening *weakening) {
    const int chosen =
        (options->authority != NULL) + weakening->is_insecure + weakening->trusts_any;
    if (chosen == 0) {
        (void)fputs("miner: --authority KEY is missing; --trust-any or --insecure instead do "
                    "without it\n",
                    stderr);
        return false;
    }
    if (chosen > 1 || (options->no_clock && options->authority == NULL)) {
        (void)fputs(chosen > 1
                        ? "miner: --authority, --trust-any and --insecure exclude each other\n"
                        : "miner: --no-clock needs --authority: nothing else looks at the clock\n",
                    stderr);
        return false;
    }
    options->protection = LINK_AUTHENTICATED;
    if (options->authority == NULL) {
        options->protection = weakening->is_insecure ? LINK_PLAIN : LINK_TO_ANYONE;
    }
    return true;
}

static bool parse_switch(const char *argument, struct options *options,
                         struct weakening *weakening) {
    if (strcmp(argument, "--insecure") == 0) {
        weakening->is_insecure = true;
    } else if (strcmp(argument, "--trust-any") == 0) {
        weakening->trusts_any = true;
    } else if (strcmp(argument, "--no-clock") == 0) {
        options->no_clock = true;
    } else if (strcmp(argument, "--no-reconnect") == 0) {
        options->no_reconnect = true;
    } else if (strcmp(argument, "--quiet") == 0) {
        options->quiet = true;
    } else if (strcmp(argument, "--json") == 0) {
        options->json = true;
    } else {
        return false;
    }
    return true;
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
    struct weakening weakening = {false, false};
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
        } else if (!parse_switch(arguments[i], out, &weakening)) {
            (void)fprintf(stderr, "miner: unknown argument %s; see --help\n", arguments[i]);
            return OPTIONS_WRONG;
        }
    }
    if (out->endpoint.port == 0) {
        (void)fputs("miner: --connect HOST:PORT is missing; see --help\n", stderr);
        return OPTIONS_WRONG;
    }
    return choose_protection(out, &weakening) ? OPTIONS_RUN : OPTIONS_WRONG;
}
