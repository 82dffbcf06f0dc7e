/* Calling the hooks of a program. Go keeps them as numbers and holds no lock when they are called.
 */
#ifndef SV2_SHIM_SESSION_H
#define SV2_SHIM_SESSION_H

#include "../exports.h"

/* SV2_OK when out was filled; else what is there is to be wiped all the same. */
sv2_status sv2p_hook_random(const sv2i_hooks *hooks, uint8_t *out, size_t out_len);

/* The caller's time, or that of the hook, or of the system. */
void sv2p_hook_time(const sv2i_hooks *hooks, const sv2_time *now, sv2_time *out);

/* Nothing when hooks->log is 0. text ends with a NUL. */
void sv2p_hook_log(const sv2i_hooks *hooks, const uint8_t *text, size_t text_len);

#endif
