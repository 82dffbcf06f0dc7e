// SPDX-License-Identifier: MIT
// Where a template provider listens.
#ifndef MINER_ENDPOINT_H
#define MINER_ENDPOINT_H

#include <stdbool.h>
#include <stdint.h>
#include <sv2.h>

#define HOST_SIZE_MAX 255u // SetupConnection.endpoint_host is STR0_255

struct endpoint {
    char host[HOST_SIZE_MAX + 1]; // without the brackets of an IPv6 address
    uint16_t port;
};

// HOST:PORT or [IPV6]:PORT.
bool endpoint_parse(const char *text, struct endpoint *out);

// Applies a Reconnect message: an empty host and a port of 0 keep what is there (section 3.6.5).
// Returns: false, and changes nothing, if new_host cannot be a host.
bool endpoint_redirect(struct endpoint *endpoint, const sv2_reconnect *message);

// Space for HOST, brackets, colon, port and NUL.
#define ENDPOINT_TEXT_SIZE (HOST_SIZE_MAX + 9u)

void endpoint_to_text(const struct endpoint *endpoint, char out[ENDPOINT_TEXT_SIZE]);

#endif
