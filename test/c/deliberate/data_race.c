/* Deliberate fault: two threads write one variable without a lock, in a program that uses the
 * library. */
#include <pthread.h>
#include <stdio.h>

#include "sv2.h"

static uint64_t unguarded;

static void *count(void *argument) {
    sv2_admission admission;
    (void)argument;
    if (sv2_admission_new(1, 1, &admission) != SV2_OK) {
        return NULL;
    }
    for (uint64_t i = 0; i < 1000; i++) {
        unguarded += sv2_admission_take(admission, i) == SV2_OK;
    }
    sv2_admission_free(&admission);
    return NULL;
}

int main(void) {
    pthread_t threads[2];
    if (pthread_create(&threads[0], NULL, count, NULL) != 0 ||
        pthread_create(&threads[1], NULL, count, NULL) != 0) {
        return 2;
    }
    pthread_join(threads[0], NULL);
    pthread_join(threads[1], NULL);
    printf("%llu\n", (unsigned long long)unguarded);
    return 0;
}
