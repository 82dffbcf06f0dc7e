// The same pings and pongs over an encrypted link (chapter 4), whose server has a certificate.
//
//     encrypted server [--listen HOST:PORT] [--key FILE --certificate FILE]
//     encrypted client [--connect HOST:PORT] [--count N] --authority KEY
//     encrypted client [--connect HOST:PORT] [--count N] --insecure
//
// The files are those that sv2-key writes. Without them the server makes keys for this one run and
// prints the authority's, for the client's command line.
#include "game.h"
#include "socket.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { DAY = 24 * 60 * 60, BACKDATE = 60 * 60 };

struct options {
    const char *address, *key, *certificate, *authority;
    uint32_t count;
    bool insecure;
};

static int usage(void) {
    fprintf(stderr, "usage: encrypted server [--listen HOST:PORT] [--key FILE --certificate FILE]\n"
                    "       encrypted client [--connect HOST:PORT] [--count N] "
                    "(--authority KEY | --insecure)\n");
    return 2;
}

// --- The server ---

// The bytes of a file, without the white space behind them when it is a text. 0 after saying why.
static size_t read_file(const char *path, char *out, size_t capacity, bool text) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        perror(path);
        return 0;
    }
    (void)setvbuf(file, NULL, _IONBF, 0); // no copy of a secret in a buffer of the C library
    size_t size = fread(out, 1, capacity, file);
    (void)fclose(file);
    while (text && size > 0 && strchr(" \t\r\n", out[size - 1]) != NULL) {
        size--;
    }
    if (size == 0) {
        fprintf(stderr, "%s: empty\n", path);
    }
    return size;
}

static bool load_key(const char *path, sv2_secret_key *out) {
    char text[SV2_KEY_TEXT_SIZE];
    const size_t size = read_file(path, text, sizeof text, true);
    const sv2_status status = sv2_secret_key_parse(text, size, out);
    sv2_wipe(text, sizeof text);
    return status == SV2_OK || game_failed(path, status);
}

static int digit(char c) {
    const char *digits = "0123456789abcdef";
    const char *found = c == '\0' ? NULL : strchr(digits, c);
    return found == NULL ? -1 : (int)(found - digits);
}

// A certificate with its two keys, in hexadecimal.
static bool load_certificate(const char *path, sv2_certificate *out) {
    char text[2 * SV2_FULL_CERTIFICATE_SIZE + 2];
    uint8_t bytes[SV2_FULL_CERTIFICATE_SIZE + 1];
    const size_t size = read_file(path, text, sizeof text, true) / 2;
    for (size_t i = 0; i < size; i++) {
        const int high = digit(text[2 * i]);
        const int low = digit(text[2 * i + 1]);
        if (high < 0 || low < 0) {
            fprintf(stderr, "%s: not hexadecimal\n", path);
            return false;
        }
        bytes[i] = (uint8_t)(high << 4 | low);
    }
    const sv2_status status = sv2_certificate_decode(bytes, size, out, NULL, NULL);
    return status == SV2_OK || game_failed(path, status);
}

static bool print_authority(const sv2_public_key *key) {
    char text[SV2_KEY_TEXT_SIZE];
    size_t size = 0;
    const sv2_status status = sv2_public_key_text(key, text, sizeof text, &size);
    if (status != SV2_OK) {
        return game_failed("cannot print the key", status);
    }
    printf("authority %s\n", text);
    return true;
}

// Keys for one run. A real authority's secret is on another machine and signs for months.
static bool make_keys(sv2_secret_key *key, sv2_certificate *certificate) {
    sv2_secret_key authority = {0};
    sv2_public_key server;
    sv2_public_key public;
    const uint32_t now = (uint32_t)time(NULL);
    sv2_status status = sv2_secret_key_generate(&authority);
    if (status == SV2_OK) {
        status = sv2_secret_key_generate(key);
    }
    if (status == SV2_OK) {
        status = sv2_secret_key_public(*key, &server);
    }
    if (status == SV2_OK) {
        status = sv2_secret_key_public(authority, &public);
    }
    if (status == SV2_OK) {
        status = sv2_certificate_sign(authority, &server, now - BACKDATE, now + DAY, certificate);
    }
    (void)sv2_secret_key_free(&authority);
    return status == SV2_OK ? print_authority(&public) : game_failed("cannot make keys", status);
}

static bool respond(const struct options *options, sv2_identity identity, struct peer *peer) {
    peer->socket = socket_accept(options->address);
    sv2_act1 act1;
    sv2_act2 act2;
    if (peer->socket < 0 || !socket_receive(peer->socket, act1.bytes, sizeof act1.bytes)) {
        return false;
    }
    const sv2_status status = sv2_identity_respond(identity, NULL, 0, &act1, &act2, &peer->link);
    if (status != SV2_OK) {
        return game_failed("no handshake", status);
    }
    return socket_send(peer->socket, act2.bytes, sizeof act2.bytes);
}

static bool serve(const struct options *options, struct peer *peer) {
    sv2_secret_key key = {0};
    sv2_identity identity = {0};
    sv2_certificate certificate;
    bool done = options->key != NULL ? load_key(options->key, &key) &&
                                           load_certificate(options->certificate, &certificate)
                                     : make_keys(&key, &certificate);
    if (done) {
        const sv2_status status = sv2_identity_new(key, &certificate, NULL, 0, &identity);
        done = status == SV2_OK || game_failed("cannot use the certificate", status);
    }
    done = done && respond(options, identity, peer);
    (void)sv2_identity_free(&identity);
    (void)sv2_secret_key_free(&key);
    return done;
}

// --- The client ---

static void print_time(const char *what, uint32_t seconds) {
    char text[32];
    const time_t t = (time_t)seconds;
    struct tm parts;
    if (gmtime_r(&t, &parts) == NULL ||
        strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &parts) == 0) {
        text[0] = '\0';
    }
    printf("  %-12s %" PRIu32 "  %s\n", what, seconds, text);
}

static bool print_server(sv2_initiator initiator, bool insecure) {
    sv2_public_key server;
    sv2_certificate certificate;
    const sv2_status status = sv2_initiator_server(initiator, &server, &certificate);
    if (status != SV2_OK) {
        return game_failed("no certificate", status);
    }
    printf("certificate, %s\n  %-12s ", insecure ? "NOT CHECKED" : "signed by the authority",
           "server key");
    for (size_t i = 0; i < sizeof server.bytes; i++) {
        printf("%02x", server.bytes[i]);
    }
    printf("\n");
    print_time("valid from", certificate.valid_from);
    print_time("valid until", certificate.not_valid_after);
    return true;
}

static bool initiate(const struct options *options, struct peer *peer) {
    sv2_policy policy = SV2_POLICY_INIT;
    policy.authentication = SV2_AUTHENTICATION_INSECURE;
    if (!options->insecure) {
        policy.authentication = SV2_AUTHENTICATION_AUTHORITY;
        const sv2_status status =
            sv2_public_key_parse(options->authority, strlen(options->authority), &policy.authority);
        if (status != SV2_OK) {
            return game_failed("--authority", status);
        }
    }
    sv2_initiator initiator = {0};
    sv2_act1 act1;
    sv2_act2 act2;
    peer->socket = socket_connect(options->address);
    if (peer->socket < 0) {
        return false;
    }
    sv2_status status = sv2_initiator_new(&policy, NULL, 0, &initiator, &act1);
    bool done = status == SV2_OK || game_failed("no handshake", status);
    done = done && socket_send(peer->socket, act1.bytes, sizeof act1.bytes) &&
           socket_receive(peer->socket, act2.bytes, sizeof act2.bytes);
    if (done) {
        // Nothing that matters has been said before this returns SV2_OK.
        status = sv2_initiator_finish(initiator, &act2, (uint64_t)time(NULL), &peer->link);
        done = status == SV2_OK || game_failed("no handshake", status);
    }
    done = done && print_server(initiator, options->insecure);
    (void)sv2_initiator_free(&initiator);
    return done;
}

int main(int argc, char **argv) {
    const bool server = argc > 1 && strcmp(argv[1], "server") == 0;
    const bool client = argc > 1 && strcmp(argv[1], "client") == 0;
    struct options options = {DEFAULT_ADDRESS, NULL, NULL, NULL, 3, false};
    for (int i = 2; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : NULL;
        const char **text = NULL;
        if (client && strcmp(argv[i], "--insecure") == 0) {
            options.insecure = true;
            continue;
        }
        if (strcmp(argv[i], server ? "--listen" : "--connect") == 0) {
            text = &options.address;
        } else if (server && strcmp(argv[i], "--key") == 0) {
            text = &options.key;
        } else if (server && strcmp(argv[i], "--certificate") == 0) {
            text = &options.certificate;
        } else if (client && strcmp(argv[i], "--authority") == 0) {
            text = &options.authority;
        } else if (!client || strcmp(argv[i], "--count") != 0) {
            return usage();
        }
        if (value == NULL) {
            return usage();
        }
        if (text != NULL) {
            *text = value;
        } else if (!game_read_count(value, &options.count)) {
            return usage();
        }
        i++;
    }
    if (server ? (options.key == NULL) != (options.certificate == NULL)
               : !client || (options.authority == NULL) != options.insecure) {
        return usage();
    }

    struct peer peer = {{0}, true, {0}, -1};
    bool done = server ? serve(&options, &peer) : initiate(&options, &peer);
    if (done) {
        const sv2_status status = sv2_decoder_new_sealed(NULL, peer.link, &peer.decoder);
        done = status == SV2_OK || game_failed("cannot begin", status);
    }
    done = done && (server ? game_answer(&peer) : game_play(&peer, options.count));
    (void)sv2_decoder_free(&peer.decoder);
    (void)sv2_transport_free(&peer.link);
    socket_close(peer.socket);
    return done ? 0 : 1;
}
