/* What the victims of test/hostile that are written in C have in common: arguments, sockets,
 * threads, keys.
 *
 *     VICTIM server [--key FILE --certificate FILE]
 *     VICTIM client --connect PORT [--authority KEY]
 *
 * Everything is on 127.0.0.1. The end of each connection is a line "ended PEER-PORT STATUS". A
 * server serves until its standard input ends, and then wants no handle of the library left.
 */
#ifndef PROGRAM_H
#define PROGRAM_H

#include <sv2.h>

/* One end of all connections. */
struct end {
    int is_client;
    int is_encrypted;
    sv2_identity identity; /* of a server that encrypts */
    sv2_policy policy;     /* of a client that encrypts */
};

/* --- What each victim has --- */

/* Called before the first connection and after the last one. */
void prepare(const struct end *end);
void finish(void);

/* Serves one connection from its beginning to its end, and says how that was. The socket is closed
 * by the caller. Connections of a server have a thread each. */
sv2_status serve(int socket, const struct end *end);

/* --- What it can use --- */

/* Ends the program with the text of errno unless the condition holds. */
void require(int condition, const char *what);

#endif
