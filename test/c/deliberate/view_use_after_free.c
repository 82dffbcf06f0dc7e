/* Deliberately wrong: reads through a view of a buffer that was freed. The bytes of buffers are C
 * memory, so every sanitizer must report it; scripts/check_sanitizers.sh fails when it does not. */
#include "sv2.h"

int main(void) {
    sv2_buf buf;
    sv2_view view;
    if (sv2_buf_new(1000, &buf) != SV2_OK || sv2_buf_append_u32(buf, 7) != SV2_OK ||
        sv2_buf_data(buf, &view) != SV2_OK || sv2_buf_free(&buf) != SV2_OK ||
        sv2_view_check(&view) != SV2_ERR_STALE_VIEW) {
        return 3;
    }
    return *(const volatile uint8_t *)view.data == 99;
}
