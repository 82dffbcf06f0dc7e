// SPDX-License-Identifier: MIT
#include "endpoint_list.h"

#include <stdio.h>
#include <string.h>

static bool read_one(const char *text, const struct link_security *security, sv2_endpoint *out) {
    // Without a key only if the user has said so.
    const bool needs_key = !security->is_plain && !security->trusts_any;
    const sv2_status status = needs_key ? sv2_endpoint_parse(text, strlen(text), 0, out)
                                        : sv2_endpoint_parse_insecure(text, strlen(text), 0, out);
    const bool has_key = out->authentication == SV2_AUTHENTICATION_AUTHORITY;
    const char *wrong = NULL;
    if (status == SV2_ERR_ENDPOINT_KEY_MISSING) {
        wrong = "--authority KEY is missing, or the key in --pool stratum2+tcp://HOST:PORT/KEY; "
                "--trust-any or --insecure do without it";
    } else if (status != SV2_OK) {
        wrong = sv2_status_text(status);
    } else if (security->is_plain && has_key) {
        wrong = "an authority's key and --insecure exclude each other";
    } else if (security->has_no_clock && !has_key) {
        wrong = "--no-clock needs an authority's key: nothing else looks at the clock";
    }
    if (wrong != NULL) {
        (void)fprintf(stderr, "miner: %s: %s\n", text, wrong);
    }
    return wrong == NULL;
}

// Lets the library read HOST:PORT and the key as the URL that they belong in.
static bool read_parts(const struct options *options, sv2_endpoint *out) {
    if (options->security.trusts_any && options->authority != NULL) {
        (void)fputs("miner: --authority and --trust-any exclude each other\n", stderr);
        return false;
    }
    char url[2u * SV2_ENDPOINT_TEXT_SIZE]; // what is longer is no endpoint, even if it is cut
    (void)snprintf(url, sizeof url, "stratum2+tcp://%s%s%s", options->connect,
                   options->authority != NULL ? "/" : "",
                   options->authority != NULL ? options->authority : "");
    return read_one(url, &options->security, out);
}

size_t endpoint_list_read(const struct options *options, sv2_endpoint out[ENDPOINT_LIST_MAX]) {
    size_t count = 0;
    if (options->security.is_plain && options->security.trusts_any) {
        (void)fputs("miner: --trust-any and --insecure exclude each other\n", stderr);
        return 0;
    }
    if ((options->connect == NULL && options->authority != NULL) ||
        (options->connect == NULL && options->pool_count == 0)) {
        (void)fputs("miner: --pool URL or --connect HOST:PORT is missing; see --help\n", stderr);
        return 0;
    }
    if (options->connect != NULL && !read_parts(options, &out[count++])) {
        return 0;
    }
    for (size_t i = 0; i < options->pool_count; i++) {
        if (!read_one(options->pools[i], &options->security, &out[count++])) {
            return 0;
        }
    }
    return count;
}
