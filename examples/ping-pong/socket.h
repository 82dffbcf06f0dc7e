// TCP with blocking sockets, for both programs. None of this is libsv2's.
#ifndef SOCKET_H
#define SOCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DEFAULT_ADDRESS "127.0.0.1:34254"

// Waits at HOST:PORT for one connection, and prints where; port 0 takes any free one. Returns a
// socket, or -1 after saying why.
int socket_accept(const char *address);

// Connects to HOST:PORT. Returns a socket, or -1 after saying why.
int socket_connect(const char *address);

// Sends all of the bytes.
bool socket_send(int socket, const uint8_t *bytes, size_t size);

// Receives exactly so many bytes.
bool socket_receive(int socket, uint8_t *bytes, size_t size);

// Receives at most so many bytes, at least one. 0 when the peer has closed, -1 on failure.
long socket_receive_some(int socket, uint8_t *bytes, size_t size);

void socket_close(int socket);

#endif
