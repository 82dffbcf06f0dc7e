/* Uses of handles that must not compile. The test script builds this file once as it is, which must
 * work, and once for each REFUSED from 1 to REFUSED_CASES, which must not. */
#include "sv2.h"

/* REFUSED_CASES 10 */

sv2_status wrong_use(sv2_buf buf, sv2_decoder decoder, sv2_session_profile profile,
                     uint64_t number);

sv2_status wrong_use(sv2_buf buf, sv2_decoder decoder, sv2_session_profile profile,
                     uint64_t number) {
    sv2_status status = sv2_buf_append_u16(buf, (uint16_t)number);
#if REFUSED == 1
    status = sv2_buf_append_u16(decoder, 1); /* another kind */
#elif REFUSED == 2
    status = sv2_decoder_commit(buf, 1);
#elif REFUSED == 3
    status = sv2_buf_append_u16(number, 1); /* a number */
#elif REFUSED == 4
    status = sv2_buf_free(&decoder); /* a pointer to another kind */
#elif REFUSED == 5
    status = sv2_buf_append_u16(&buf, 1); /* a pointer for a value */
#elif REFUSED == 6
    status = sv2_decoder_free(decoder); /* a value for a pointer */
#elif REFUSED == 7
    status = sv2_buf_append_u16(NULL, 1);
#elif REFUSED == 8
    sv2_buf_append_u16(buf, 1); /* a status that nobody looks at */
#elif REFUSED == 9
    status = sv2_session_close(profile);
#elif REFUSED == 10
    status = sv2_session_free(&profile);
#endif
    status = status < 0 ? status : sv2_session_profile_free(&profile);
    return status < 0 ? status : sv2_decoder_free(&decoder);
}
