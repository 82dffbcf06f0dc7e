// SPDX-License-Identifier: MIT
#include "client_session.h"

#include "log.h"
#include "pool.h"

enum { SILENCE_DEFAULT_MS = 90000 };

static void on_log(void *context, uint32_t level, const char *text, size_t text_len) {
    const struct connection *connection = context;
    (void)level;
    (void)text_len;
    log_line(connection->name, "%s", text);
}

sv2_status client_session_start(struct connection *connection, sv2_session *out) {
    static const uint16_t worker_identity[] = {SV2_EXTENSION_WORKER_SPECIFIC_HASHRATE_TRACKING};
    const struct pool_settings *settings = connection->pool->settings;
    const sv2_endpoint *endpoint = &connection->decision.endpoint;
    sv2_policy policy = SV2_POLICY_INIT;
    sv2_status status = sv2_endpoint_policy(endpoint, &policy);
    if (status < 0) {
        return status;
    }
    policy.clock = settings->has_clock ? SV2_CLOCK_REQUIRED : SV2_CLOCK_NONE;

    sv2_client_config config = SV2_CLIENT_CONFIG_INIT;
    config.security = SV2_SECURITY_NOISE;
    config.policy = &policy;
    config.setup.protocol = SV2_PROTOCOL_MINING;
    config.setup.flags = SV2_SETUP_REQUIRES_VERSION_ROLLING;
    config.refuse_flags = ~SV2_SETUP_SUCCESS_REQUIRES_EXTENDED_CHANNELS; // others are unknown here
    config.setup.endpoint_host = sv2_string(endpoint->host);
    config.setup.endpoint_port = endpoint->port;
    config.setup.vendor = sv2_string("libsv2 example");
    config.setup.hardware_version = sv2_string("pretended");
    config.setup.firmware = sv2_string("pool-threads 1");
    config.request.types = worker_identity;
    config.request.count = sizeof worker_identity / sizeof worker_identity[0];
    config.timeouts.inactivity = settings->silence != 0 ? settings->silence : SILENCE_DEFAULT_MS;

    sv2_hooks hooks = SV2_HOOKS_INIT;
    hooks.log_level = SV2_LOG_INFO;
    hooks.context = connection;
    hooks.log = on_log;

    // A profile for each connection: the policy is the endpoint's, and the log names it.
    sv2_session_profile profile = {0};
    status = sv2_session_profile_new_client(&config, &hooks, &profile, NULL);
    if (status == SV2_OK) {
        status = sv2_session_start(profile, NULL, 0, NULL, out);
    }
    (void)sv2_session_profile_free(&profile);
    return status;
}
