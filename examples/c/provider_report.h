// SPDX-License-Identifier: MIT
// What the user is told of connections.
#ifndef MINER_PROVIDER_REPORT_H
#define MINER_PROVIDER_REPORT_H

#include "connection.h"
#include "link_security.h"
#include "report.h"

#include <sv2.h>

// Where a connection goes, and how it is protected.
void report_connected(const struct report *report, const struct connection *connection,
                      const struct link_security *security);

// That the provider sent Reconnect.
void report_redirected(const struct report *report, const sv2_endpoint *from,
                       const sv2_reconnect *message);

// That a provider which is better than the one in use could be used.
void report_probe(const struct report *report, const struct connection *connection);

// Why there is no connection, or no longer one. detail: in words; NULL if there is no more to say
// than what the status means.
void report_end(const struct report *report, const struct connection *connection, sv2_status status,
                const char *detail);

#endif
