/* Both sides of the handshake, and the bound on how many a server begins. */
#include "shim.h"

sv2_status sv2_certificate_verify(const sv2_certificate *certificate, const sv2_public_key *server,
                                  const sv2_policy *policy, uint64_t now) {
    sv2_policy p = SV2_POLICY_INIT;
    if (certificate == NULL || server == NULL || policy == NULL) {
        return SV2_ERR_NULL;
    }
    sv2_status status = sv2p_config(&p, sizeof p, policy);
    if (status == SV2_OK && certificate->reserved != 0) {
        status = SV2_ERR_ARGUMENT;
    }
    if (status == SV2_OK) {
        status = sv2p_enter();
    }
    return status != SV2_OK ? status : sv2i_certificate_verify(certificate, server, &p, now);
}

sv2_status sv2_initiator_new(const sv2_policy *policy, const uint8_t *random, size_t random_len,
                             sv2_initiator *out, sv2_act1 *act1) {
    sv2_policy p = SV2_POLICY_INIT;
    if (policy == NULL || out == NULL || act1 == NULL) {
        return SV2_ERR_NULL;
    }
    out->sv2_priv_initiator = 0;
    memset(act1, 0, sizeof *act1);
    sv2_status status = sv2p_config(&p, sizeof p, policy);
    if (status == SV2_OK) {
        status = sv2p_input(random, random_len);
    }
    if (status == SV2_OK) {
        status = sv2p_enter();
    }
    return status != SV2_OK
               ? status
               : sv2i_initiator_new(&p, random, random_len, &out->sv2_priv_initiator, act1);
}

sv2_status sv2_initiator_finish(sv2_initiator initiator, const sv2_act2 *act2, uint64_t now,
                                sv2_transport *out) {
    if (act2 == NULL || out == NULL) {
        return SV2_ERR_NULL;
    }
    out->sv2_priv_transport = 0;
    const sv2_status status = sv2p_enter();
    return status != SV2_OK ? status
                            : sv2i_initiator_finish(initiator.sv2_priv_initiator, act2, now,
                                                    &out->sv2_priv_transport);
}

sv2_status sv2_initiator_server(sv2_initiator initiator, sv2_public_key *server,
                                sv2_certificate *certificate) {
    if (server == NULL || certificate == NULL) {
        return SV2_ERR_NULL;
    }
    memset(server, 0, sizeof *server);
    memset(certificate, 0, sizeof *certificate);
    const sv2_status status = sv2p_enter();
    return status != SV2_OK
               ? status
               : sv2i_initiator_server(initiator.sv2_priv_initiator, server, certificate);
}

sv2_status sv2_initiator_free(sv2_initiator *initiator) {
    return sv2p_free(initiator == NULL ? NULL : &initiator->sv2_priv_initiator,
                     sv2i_initiator_free);
}

sv2_status sv2_identity_new(sv2_secret_key key, const sv2_certificate *certificate,
                            const uint8_t *random, size_t random_len, sv2_identity *out) {
    if (certificate == NULL || out == NULL) {
        return SV2_ERR_NULL;
    }
    out->sv2_priv_identity = 0;
    sv2_status status =
        certificate->reserved != 0 ? SV2_ERR_ARGUMENT : sv2p_input(random, random_len);
    if (status == SV2_OK) {
        status = sv2p_enter();
    }
    return status != SV2_OK ? status
                            : sv2i_identity_new(key.sv2_priv_secret_key, certificate, random,
                                                random_len, &out->sv2_priv_identity);
}

sv2_status sv2_identity_set_certificate(sv2_identity identity, const sv2_certificate *certificate) {
    if (certificate == NULL) {
        return SV2_ERR_NULL;
    }
    if (certificate->reserved != 0) {
        return SV2_ERR_ARGUMENT;
    }
    const sv2_status status = sv2p_enter();
    return status != SV2_OK
               ? status
               : sv2i_identity_set_certificate(identity.sv2_priv_identity, certificate);
}

sv2_status sv2_identity_server(sv2_identity identity, sv2_public_key *server,
                               sv2_certificate *certificate) {
    if (server == NULL || certificate == NULL) {
        return SV2_ERR_NULL;
    }
    memset(server, 0, sizeof *server);
    memset(certificate, 0, sizeof *certificate);
    const sv2_status status = sv2p_enter();
    return status != SV2_OK ? status
                            : sv2i_identity_server(identity.sv2_priv_identity, server, certificate);
}

sv2_status sv2_identity_respond(sv2_identity identity, const uint8_t *random, size_t random_len,
                                const sv2_act1 *act1, sv2_act2 *act2, sv2_transport *out) {
    if (act1 == NULL || act2 == NULL || out == NULL) {
        return SV2_ERR_NULL;
    }
    const sv2_act1 received = *act1; /* act2 may be the same memory */
    out->sv2_priv_transport = 0;
    memset(act2, 0, sizeof *act2);
    sv2_status status = sv2p_input(random, random_len);
    if (status == SV2_OK) {
        status = sv2p_enter();
    }
    return status != SV2_OK ? status
                            : sv2i_identity_respond(identity.sv2_priv_identity, random, random_len,
                                                    &received, act2, &out->sv2_priv_transport);
}

sv2_status sv2_identity_free(sv2_identity *identity) {
    return sv2p_free(identity == NULL ? NULL : &identity->sv2_priv_identity, sv2i_identity_free);
}

sv2_status sv2_admission_new(uint32_t rate, uint32_t burst, sv2_admission *out) {
    if (out == NULL) {
        return SV2_ERR_NULL;
    }
    out->sv2_priv_admission = 0;
    const sv2_status status = sv2p_enter();
    return status != SV2_OK ? status : sv2i_admission_new(rate, burst, &out->sv2_priv_admission);
}

sv2_status sv2_admission_take(sv2_admission admission, uint64_t now) {
    const sv2_status status = sv2p_enter();
    return status != SV2_OK ? status : sv2i_admission_take(admission.sv2_priv_admission, now);
}

sv2_status sv2_admission_free(sv2_admission *admission) {
    return sv2p_free(admission == NULL ? NULL : &admission->sv2_priv_admission,
                     sv2i_admission_free);
}
