// SPDX-License-Identifier: MIT
#include "sha256d.h"

#include <openssl/evp.h>
#include <string.h>

bool sha256d_init(struct sha256d *hasher) {
    hasher->failed = false;
    hasher->context = EVP_MD_CTX_new();
    if (hasher->context == NULL) {
        return false;
    }
    // Chooses the algorithm once: later calls of EVP_DigestInit_ex name none, and need not look it
    // up again.
    if (EVP_DigestInit_ex(hasher->context, EVP_sha256(), NULL) != 1) {
        sha256d_free(hasher);
        return false;
    }
    return true;
}

void sha256d_free(struct sha256d *hasher) {
    EVP_MD_CTX_free(hasher->context);
    hasher->context = NULL;
}

static bool hash_once(EVP_MD_CTX *context, const uint8_t *data, size_t size,
                      uint8_t out[HASH_SIZE]) {
    return EVP_DigestInit_ex(context, NULL, NULL) == 1 &&
           EVP_DigestUpdate(context, data, size) == 1 &&
           EVP_DigestFinal_ex(context, out, NULL) == 1;
}

void sha256d_hash(struct sha256d *hasher, const uint8_t *data, size_t size,
                  uint8_t out[HASH_SIZE]) {
    if (!hash_once(hasher->context, data, size, out) ||
        !hash_once(hasher->context, out, HASH_SIZE, out)) {
        hasher->failed = true;
        memset(out, 0xff, HASH_SIZE);
    }
}
