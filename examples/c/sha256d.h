// SPDX-License-Identifier: MIT
// SHA-256 applied twice: Bitcoin's hash of transactions, Merkle nodes and headers.
#ifndef MINER_SHA256D_H
#define MINER_SHA256D_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HASH_SIZE 32u

struct evp_md_ctx_st;

struct sha256d {
    struct evp_md_ctx_st *context;
    // Sticky, so that a search does not have to look after every hash. Must be looked at before a
    // hash is acted upon.
    bool failed;
};

bool sha256d_init(struct sha256d *hasher);
void sha256d_free(struct sha256d *hasher);

// Allocates nothing. out may overlap data.
void sha256d_hash(struct sha256d *hasher, const uint8_t *data, size_t size, uint8_t out[HASH_SIZE]);

#endif
