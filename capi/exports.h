/* The hidden functions that the Go side exports and the C shim calls. The Go files include this
 * header, so a prototype that differs from its Go export does not compile. Arguments are checked by
 * the shim before: pointers are not NULL unless the comment says so, lengths are at most
 * SV2_INPUT_SIZE_MAX, outputs are zeroed. */
#ifndef SV2_EXPORTS_H
#define SV2_EXPORTS_H

#include "sv2.h"

/* cgo has no const: exports take these for pointers to const. */
typedef const uint8_t sv2i_byte;
typedef const char sv2i_char;
typedef const sv2_public_key sv2i_public_key;
typedef const sv2_certificate sv2i_certificate;
typedef const sv2_policy sv2i_policy;
typedef const sv2_act1 sv2i_act1;
typedef const sv2_act2 sv2i_act2;
typedef const sv2_frame sv2i_frame;
typedef const sv2_tlv sv2i_tlv;
typedef const sv2_error sv2i_error;
typedef const sv2_client_config sv2i_client_config;
typedef const sv2_server_config sv2i_server_config;
typedef const sv2_submit_shares_extended sv2i_submit_shares_extended;

/* The hooks of a profile. To Go they are numbers, which it keeps and gives back. random is 0 for
 * profiles that need none. */
typedef struct sv2i_hooks {
    uint32_t log_level;
    uint32_t needs_random;
    uintptr_t context, log, clock, random;
} sv2i_hooks;

typedef const sv2i_hooks sv2i_const_hooks;
typedef const sv2_time sv2i_time;
typedef const sv2_endpoint sv2i_endpoint;
typedef const sv2_backoff_config sv2i_backoff_config;
typedef const sv2_failover_config sv2i_failover_config;

/* Does nothing: binds the calling thread to the runtime. */
extern void sv2i_bind_thread(void);

extern sv2_status sv2i_error_text(sv2i_error *error, uint8_t *out, size_t out_cap, size_t *len);
extern sv2_status sv2i_live_handles(uint32_t kind, size_t *count);

extern sv2_status sv2i_buf_new(size_t max_size, uint64_t *out);
extern sv2_status sv2i_buf_free(uint64_t buf);
extern sv2_status sv2i_buf_writable(uint64_t buf, size_t size, uintptr_t *out, size_t *capacity);
extern sv2_status sv2i_buf_commit(uint64_t buf, size_t size);
extern sv2_status sv2i_buf_append(uint64_t buf, sv2i_byte *prefix, size_t prefix_len,
                                  sv2i_byte *data, size_t data_len);
extern sv2_status sv2i_buf_consume(uint64_t buf, size_t size);
extern sv2_status sv2i_buf_view(uint64_t buf, uint32_t lease, uintptr_t *data, size_t *len,
                                uint64_t *epoch);
extern sv2_status sv2i_buf_unlock(uint64_t buf);
extern sv2_status sv2i_view_check(uint64_t buf, uint64_t epoch);

/* missing and error may be NULL in all of these. */
extern sv2_status sv2i_frame_decode_batch(sv2i_byte *in, size_t in_len, uint32_t max_payload_size,
                                          sv2_frame *out, size_t out_cap, size_t *count,
                                          size_t *consumed, size_t *missing, sv2_error *error);
extern sv2_status sv2i_frame_encode(sv2i_frame *frame, uint8_t *out, size_t out_cap, size_t *len,
                                    sv2_error *error);
extern sv2_status sv2i_frame_check(sv2i_frame *frame, uint32_t protocol, uint32_t from,
                                   uint32_t strict);

extern sv2_status sv2i_decoder_new(uint32_t max_payload_size, uint64_t *out);
extern sv2_status sv2i_decoder_new_sealed(uint32_t max_payload_size, uint64_t transport,
                                          uint64_t *out);
extern sv2_status sv2i_decoder_free(uint64_t decoder);
extern sv2_status sv2i_decoder_feed(uint64_t decoder, sv2i_byte *in, size_t in_len,
                                    size_t *consumed);
extern sv2_status sv2i_decoder_writable(uint64_t decoder, uintptr_t *out, size_t *capacity);
extern sv2_status sv2i_decoder_commit(uint64_t decoder, size_t size);
extern sv2_status sv2i_decoder_next_batch(uint64_t decoder, sv2_frame *out, size_t out_cap,
                                          size_t *count, size_t *missing, sv2_error *error);
extern sv2_status sv2i_decoder_buffered(uint64_t decoder, size_t *out);
extern sv2_status sv2i_decoder_error(uint64_t decoder, sv2_error *out);

extern sv2_status sv2i_tlv_decode(sv2i_byte *in, size_t in_len, uint32_t flags, sv2_tlv *out,
                                  size_t *consumed, sv2_error *error);
extern sv2_status sv2i_tlv_find(sv2i_byte *in, size_t in_len, uint32_t flags,
                                uint16_t extension_type, uint8_t field_type, sv2_bytes *value,
                                sv2_error *error);
extern sv2_status sv2i_tlv_encode(sv2i_tlv *tlv, uint8_t *out, size_t out_cap, size_t *len,
                                  sv2_error *error);

extern sv2_status sv2i_public_key_parse(sv2i_char *text, size_t text_len, sv2_public_key *out);
extern sv2_status sv2i_public_key_text(sv2i_public_key *key, uint8_t *out, size_t out_cap,
                                       size_t *len);
extern sv2_status sv2i_secret_key_generate(uint64_t *out);
extern sv2_status sv2i_secret_key_load(sv2i_byte *bytes, size_t bytes_len, uint64_t *out);
extern sv2_status sv2i_secret_key_parse(sv2i_char *text, size_t text_len, uint64_t *out);
extern sv2_status sv2i_secret_key_text(uint64_t key, uint8_t *out, size_t out_cap, size_t *len);
extern sv2_status sv2i_secret_key_public(uint64_t key, sv2_public_key *out);
extern sv2_status sv2i_secret_key_free(uint64_t key);
extern sv2_status sv2i_certificate_sign(uint64_t authority, sv2i_public_key *server,
                                        uint32_t valid_from, uint32_t not_valid_after,
                                        sv2_certificate *out);
extern sv2_status sv2i_certificate_encode(sv2i_certificate *certificate, uint8_t *out,
                                          size_t out_cap, size_t *len);
/* server and authority may be NULL. */
extern sv2_status sv2i_certificate_decode(sv2i_byte *in, size_t in_len, sv2_certificate *out,
                                          sv2_public_key *server, sv2_public_key *authority);

extern sv2_status sv2i_certificate_verify(sv2i_certificate *certificate, sv2i_public_key *server,
                                          sv2i_policy *policy, uint64_t now);
extern sv2_status sv2i_initiator_new(sv2i_policy *policy, sv2i_byte *random, size_t random_len,
                                     uint64_t *out, sv2_act1 *act1);
extern sv2_status sv2i_initiator_finish(uint64_t initiator, sv2i_act2 *act2, uint64_t now,
                                        uint64_t *out);
extern sv2_status sv2i_initiator_server(uint64_t initiator, sv2_public_key *server,
                                        sv2_certificate *certificate);
extern sv2_status sv2i_initiator_free(uint64_t initiator);
extern sv2_status sv2i_identity_new(uint64_t key, sv2i_certificate *certificate, sv2i_byte *random,
                                    size_t random_len, uint64_t *out);
extern sv2_status sv2i_identity_set_certificate(uint64_t identity, sv2i_certificate *certificate);
extern sv2_status sv2i_identity_server(uint64_t identity, sv2_public_key *server,
                                       sv2_certificate *certificate);
extern sv2_status sv2i_identity_respond(uint64_t identity, sv2i_byte *random, size_t random_len,
                                        sv2i_act1 *act1, sv2_act2 *act2, uint64_t *out);
extern sv2_status sv2i_identity_free(uint64_t identity);
extern sv2_status sv2i_admission_new(uint32_t rate, uint32_t burst, uint64_t *out);
extern sv2_status sv2i_admission_take(uint64_t admission, uint64_t now);
extern sv2_status sv2i_admission_free(uint64_t admission);

extern sv2_status sv2i_transport_seal(uint64_t transport, sv2i_byte *frames, size_t frames_len,
                                      uint8_t *out, size_t out_cap, size_t *len);
extern sv2_status sv2i_transport_seal_in_place(uint64_t transport, uint8_t *buffer,
                                               size_t buffer_cap, size_t frame_len, size_t *len);
/* missing may be NULL. */
extern sv2_status sv2i_transport_open_in_place(uint64_t transport, uint8_t *buffer,
                                               size_t buffer_len, uint32_t max_payload_size,
                                               sv2_frame *out, size_t *consumed, size_t *missing);
extern sv2_status sv2i_transport_handshake_hash(uint64_t transport, sv2_u256 *out);
extern sv2_status sv2i_transport_free(uint64_t transport);

extern sv2_status sv2i_endpoint_parse(sv2i_char *text, size_t text_len, uint16_t default_port,
                                      uint32_t insecure, sv2_endpoint *out);
/* authority may be NULL: the endpoint is then insecure. */
extern sv2_status sv2i_endpoint_make(sv2i_char *host, size_t host_len, uint16_t port,
                                     sv2i_public_key *authority, sv2_endpoint *out);
extern sv2_status sv2i_endpoint_check(sv2i_endpoint *endpoint);
extern sv2_status sv2i_endpoint_text(sv2i_endpoint *endpoint, uint8_t *out, size_t out_cap,
                                     size_t *len);
extern sv2_status sv2i_endpoint_redirect(sv2i_endpoint *endpoint, sv2i_byte *new_host,
                                         size_t new_host_len, uint16_t new_port, sv2_endpoint *out);
extern sv2_status sv2i_status_verdict(sv2_status failure, uint32_t established, uint32_t *verdict);
extern sv2_status sv2i_backoff_wait(sv2i_backoff_config *config, uint32_t failures,
                                    sv2i_byte *random, size_t random_len, uint32_t *wait);

/* What one of the three reports says; members that it does not have are 0. */
enum { SV2I_ESTABLISHED = 1, SV2I_FAILED, SV2I_REDIRECTED };
typedef const struct sv2i_report {
    uint64_t id, now;
    const uint8_t *new_host;
    size_t new_host_len;
    sv2_status failure;
    uint16_t what, new_port;
} sv2i_report;

/* config has a backoff. */
extern sv2_status sv2i_failover_new(sv2i_failover_config *config, sv2i_endpoint *endpoints,
                                    size_t endpoints_len, uint64_t *out);
extern sv2_status sv2i_failover_free(uint64_t failover);
extern sv2_status sv2i_failover_next(uint64_t failover, uint64_t now, sv2_failover_decision *out);
extern sv2_status sv2i_failover_report(uint64_t failover, sv2i_report *report, sv2i_byte *random,
                                       size_t random_len);
extern sv2_status sv2i_failover_network_restored(uint64_t failover);
extern sv2_status sv2i_failover_readmit(uint64_t failover, uint32_t index);
extern sv2_status sv2i_failover_live(uint64_t failover, uint32_t *index);
extern sv2_status sv2i_failover_all_failed(uint64_t failover, uint32_t *out);
/* stopped and last may be NULL. */
extern sv2_status sv2i_failover_failures(uint64_t failover, uint32_t index, sv2_status *stopped,
                                         sv2_status *last);

/* out is the struct of the message that id names; trailing may be NULL. */
extern sv2_status sv2i_message_decode(uint32_t id, sv2i_frame *frame, void *out,
                                      sv2_bytes *trailing, sv2_error *error);
extern sv2_status sv2i_message_encode(uint32_t id, sv2i_byte *message, sv2i_byte *trailing,
                                      size_t trailing_len, uint8_t *out, size_t out_cap,
                                      size_t *len, sv2_error *error);
extern sv2_status sv2i_message_decode_any(sv2i_frame *frame, sv2_message *out, sv2_error *error);
extern sv2_status sv2i_message_decode_batch(sv2i_byte *in, size_t in_len, uint32_t max_payload_size,
                                            sv2_message *out, size_t out_cap, size_t *count,
                                            size_t *consumed, size_t *missing, sv2_error *error);

extern sv2_status sv2i_session_profile_new_client(sv2i_client_config *config, sv2i_policy *policy,
                                                  sv2i_const_hooks *hooks, uint64_t *out,
                                                  sv2_error *error);
extern sv2_status sv2i_session_profile_new_server(sv2i_server_config *config,
                                                  sv2i_const_hooks *hooks, uint64_t *out,
                                                  sv2_error *error);
extern sv2_status sv2i_session_profile_hooks(uint64_t profile, sv2i_hooks *hooks);
extern sv2_status sv2i_session_profile_memory_bound(uint64_t profile, size_t *out);
extern sv2_status sv2i_session_profile_free(uint64_t profile);
/* random is a seed of SV2_RANDOM_SEED_SIZE bytes, or what is read as it is. */
extern sv2_status sv2i_session_start(uint64_t profile, sv2i_byte *random, size_t random_len,
                                     uint32_t seed, sv2i_time *now, uint64_t *out);
extern sv2_status sv2i_session_hooks(uint64_t session, sv2i_hooks *hooks);
extern sv2_status sv2i_session_free(uint64_t session);
extern sv2_status sv2i_session_feed(uint64_t session, sv2i_byte *in, size_t in_len, sv2i_time *now,
                                    size_t *taken);
extern sv2_status sv2i_session_peer_closed(uint64_t session);
/* text has room for SV2_LOG_TEXT_SIZE bytes; hooks->log is 0 when nothing is to be logged, else
 * hooks->log_level is the level of the line. */
extern sv2_status sv2i_session_next_event(uint64_t session, sv2_session_event *out,
                                          sv2i_hooks *hooks, uint8_t *text, size_t *text_len);
extern sv2_status sv2i_session_output(uint64_t session, uint8_t *out, size_t out_cap, size_t *len);
extern sv2_status sv2i_session_sent(uint64_t session, size_t size);
extern sv2_status sv2i_session_tick(uint64_t session, sv2i_time *now);
extern sv2_status sv2i_session_info_get(uint64_t session, sv2_session_info *out);
extern sv2_status sv2i_session_extensions(uint64_t session, uint16_t *out, size_t out_cap,
                                          size_t *count);
extern sv2_status sv2i_session_server(uint64_t session, sv2_public_key *server,
                                      sv2_certificate *certificate);
extern sv2_status sv2i_session_error_get(uint64_t session, sv2_session_error *out);
extern sv2_status sv2i_session_accept_setup(uint64_t session, uint32_t flags);
extern sv2_status sv2i_session_refuse_setup(uint64_t session, uint32_t flags, sv2i_char *error_code,
                                            size_t error_code_len);
extern sv2_status sv2i_session_send(uint64_t session, uint32_t id, sv2i_byte *message,
                                    sv2i_byte *trailing, size_t trailing_len, sv2_error *error);
extern sv2_status sv2i_session_send_share(uint64_t session, sv2i_submit_shares_extended *message,
                                          sv2i_byte *user_identity, size_t user_identity_len,
                                          sv2_error *error);
extern sv2_status sv2i_session_send_frame(uint64_t session, sv2i_frame *frame, sv2_error *error);
extern sv2_status sv2i_session_forward(uint64_t session, sv2i_frame *frame, sv2_error *error);
extern sv2_status sv2i_session_close(uint64_t session);

#ifdef SV2_DEBUG
extern sv2_status sv2i_debug_panic(uint64_t handle, uint32_t kind);
extern uint64_t sv2i_debug_panic_count(void);
extern uint64_t sv2i_debug_allocations(void);
#endif

#endif
