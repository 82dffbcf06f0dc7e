// SPDX-License-Identifier: MIT
#include "client_session.h"

// The largest message to come is RequestTransactionData.Success: template_id, excess_data, and the
// transactions of a block with their lengths. A block has at most 4,000,000 bytes (BIP141).
#define PAYLOAD_SIZE_MAX (8u + (2u + 65535u) + 2u + 3u * 65535u + 4000000u)

// The largest that goes out is SubmitSolution with 64 KiB. Several fit, should the peer be slow.
#define OUTPUT_SIZE_MAX (4u * 65700u)

// Template Distribution defines no flags, so any in SetupConnection.Success is a demand that cannot
// be met (section 3.6.2).
#define ALL_FLAGS 0xffffffffu

static sv2_status set_security(sv2_client_config *config, sv2_policy *policy,
                               const sv2_endpoint *endpoint, const struct link_security *security) {
    if (security->is_plain) {
        config->security = SV2_SECURITY_PLAIN;
        return SV2_OK;
    }
    const sv2_status status = sv2_endpoint_policy(endpoint, policy);
    policy->clock = security->has_no_clock ? SV2_CLOCK_NONE : SV2_CLOCK_REQUIRED;
    config->security = SV2_SECURITY_NOISE;
    config->policy = policy;
    return status;
}

sv2_status client_session_start(const sv2_endpoint *endpoint, const struct link_security *security,
                                sv2_session *out) {
    sv2_client_config config = SV2_CLIENT_CONFIG_INIT;
    sv2_policy policy = SV2_POLICY_INIT;
    sv2_status status = set_security(&config, &policy, endpoint, security);
    if (status != SV2_OK) {
        return status;
    }
    config.setup.protocol = SV2_PROTOCOL_TEMPLATE_DISTRIBUTION;
    config.setup.endpoint_host = sv2_string(endpoint->host);
    config.setup.endpoint_port = endpoint->port;
    config.setup.vendor = sv2_string("libsv2");
    config.setup.hardware_version = sv2_string("CPU");
    config.setup.firmware = sv2_string("libsv2 example miner");
    // device_id stays empty: nobody asked for telemetry (section 3.6.1).
    config.refuse_flags = ALL_FLAGS;
    config.limits.payload = PAYLOAD_SIZE_MAX;
    config.limits.output = OUTPUT_SIZE_MAX;
    // Template Distribution has no use for an extension. A client of the Mining Protocol asks for
    // its own here, and SV2_EVENT_ESTABLISHED tells which it got:
    //     static const uint16_t wanted[] = {SV2_EXTENSION_WORKER_SPECIFIC_HASHRATE_TRACKING};
    //     config.request.types = wanted;
    //     config.request.count = 1;
    //     config.user_identity = sv2_string("account.worker");

    // The endpoint is part of SetupConnection, so each connection has a profile of its own; a
    // session keeps what it needs of it.
    sv2_session_profile profile = {0};
    status = sv2_session_profile_new_client(&config, NULL, &profile, NULL);
    if (status == SV2_OK) {
        status = sv2_session_start(profile, NULL, 0, NULL, out);
    }
    (void)sv2_session_profile_free(&profile);
    return status;
}
