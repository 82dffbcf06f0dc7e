// SPDX-License-Identifier: MIT
#include "endpoint.h"

#include <stdio.h>
#include <string.h>

static bool parse_port(const char *text, uint16_t *out) {
    uint32_t port = 0;
    if (*text == '\0') {
        return false;
    }
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9') {
            return false;
        }
        port = port * 10 + (uint32_t)(*text - '0');
        if (port > UINT16_MAX) {
            return false;
        }
    }
    *out = (uint16_t)port;
    return port != 0;
}

static bool set_host(struct endpoint *endpoint, const char *host, size_t size) {
    if (size == 0 || size > HOST_SIZE_MAX) {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        if (host[i] <= ' ' || host[i] > '~') {
            return false;
        }
    }
    memcpy(endpoint->host, host, size);
    endpoint->host[size] = '\0';
    return true;
}

bool endpoint_parse(const char *text, struct endpoint *out) {
    const char *colon = strrchr(text, ':');
    if (colon == NULL || !parse_port(colon + 1, &out->port)) {
        return false;
    }
    size_t size = (size_t)(colon - text);
    if (size >= 2 && text[0] == '[' && text[size - 1] == ']') {
        return set_host(out, text + 1, size - 2);
    }
    // Without brackets it would be open which colon is in front of the port.
    return memchr(text, ':', size) == NULL && set_host(out, text, size);
}

bool endpoint_redirect(struct endpoint *endpoint, const sv2_reconnect *message) {
    if (message->new_host.len > 0 &&
        !set_host(endpoint, (const char *)message->new_host.data, message->new_host.len)) {
        return false;
    }
    if (message->new_port != 0) {
        endpoint->port = message->new_port;
    }
    return true;
}

void endpoint_to_text(const struct endpoint *endpoint, char out[ENDPOINT_TEXT_SIZE]) {
    const bool is_ipv6 = strchr(endpoint->host, ':') != NULL;
    (void)snprintf(out, ENDPOINT_TEXT_SIZE, is_ipv6 ? "[%s]:%u" : "%s:%u", endpoint->host,
                   (unsigned)endpoint->port);
}
