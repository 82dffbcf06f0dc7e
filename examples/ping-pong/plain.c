// Pings and pongs as plain Stratum V2 frames: what is allowed inside of a local network (chapter
// 4).
//
//     plain server [--listen HOST:PORT]
//     plain client [--connect HOST:PORT] [--count N]
#include "game.h"
#include "socket.h"

#include <stdio.h>
#include <string.h>

static int usage(void) {
    fprintf(stderr, "usage: plain server [--listen HOST:PORT]\n"
                    "       plain client [--connect HOST:PORT] [--count N]\n");
    return 2;
}

int main(int argc, char **argv) {
    const bool server = argc > 1 && strcmp(argv[1], "server") == 0;
    const bool client = argc > 1 && strcmp(argv[1], "client") == 0;
    const char *address = DEFAULT_ADDRESS;
    uint32_t count = 3;
    if ((!server && !client) || argc % 2 != 0) {
        return usage();
    }
    for (int i = 2; i < argc; i += 2) {
        if (strcmp(argv[i], server ? "--listen" : "--connect") == 0) {
            address = argv[i + 1];
        } else if (!client || strcmp(argv[i], "--count") != 0 ||
                   !game_read_count(argv[i + 1], &count)) {
            return usage();
        }
    }

    struct peer peer = {{0}, false, {0}, -1};
    peer.socket = server ? socket_accept(address) : socket_connect(address);
    bool done = peer.socket >= 0;
    if (done) {
        const sv2_status status = sv2_decoder_new(NULL, &peer.decoder);
        done = status == SV2_OK || game_failed("cannot begin", status);
    }
    done = done && (server ? game_answer(&peer) : game_play(&peer, count));
    (void)sv2_decoder_free(&peer.decoder);
    socket_close(peer.socket);
    return done ? 0 : 1;
}
