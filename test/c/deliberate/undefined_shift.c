/* Deliberately wrong: undefined behaviour of C. UndefinedBehaviorSanitizer must report it;
 * scripts/check_sanitizers.sh fails when it does not. */
#include "sv2.h"

int main(void) {
    volatile int distance = 33;
    volatile int value = (int)sv2_version();
    return (value << distance) == 1 ? 1 : 0;
}
