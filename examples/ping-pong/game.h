// What is said: the client sends pings, the server answers each with a pong. It knows nothing of
// encryption: bytes go out and come in through functions of the program.
#ifndef GAME_H
#define GAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sv2.h>

struct peer {
    sv2_decoder decoder; // plain, or opening an encrypted link
    bool is_sealed;      // frames go through link
    sv2_transport link;
    int socket;
};

// Reads the number of pings from the command line. False for what is none.
bool game_read_count(const char *text, uint32_t *out);

// Sends so many pings and takes the pongs. False after saying why.
bool game_play(struct peer *peer, uint32_t count);

// Answers pings until the peer closes. False after saying why.
bool game_answer(struct peer *peer);

// Says what failed; always returns false.
bool game_failed(const char *what, sv2_status status);

#endif
