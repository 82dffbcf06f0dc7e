/* A session, and the program that uses it: a client that sends its shares and closes once they are
 * answered, or a server that accepts every share. */
#ifndef INTEROP_SESSION_H
#define INTEROP_SESSION_H

#include "json_reader.h"
#include "sv2.h"

typedef struct program {
    sv2_session session;
    json shares; /* user identities of the shares to send, in hexadecimal */
    json last;   /* the one that was sent last */
    uint32_t sent;
    int server;
} program;

/* Takes the events that there are, reports them and does what is due. */
void act(program *p);

/* One conversation with this configuration; the exit status. */
int run_session(const char *config);

#endif
