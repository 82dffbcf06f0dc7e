// SPDX-License-Identifier: MIT
#include "descriptor.h"

#include <fcntl.h>

bool descriptor_set_up(int descriptor) {
    const int flags = fcntl(descriptor, F_GETFL);
    return flags >= 0 && fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) == 0 &&
           fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0;
}
