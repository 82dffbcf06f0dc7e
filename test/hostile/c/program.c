#include "program.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct connection {
    int socket;
    unsigned peer; /* port */
};

static struct end end = {0, 0, {0}, SV2_POLICY_INIT};
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static unsigned running;

void require(int condition, const char *what) {
    if (!condition) {
        fprintf(stderr, "%s: %s\n", what, strerror(errno));
        exit(1);
    }
}

/* One connection and its last line. */
static void run(const struct connection *connection) {
    const sv2_status status = serve(connection->socket, &end);
    printf("ended %u %s\n", connection->peer, sv2_status_name(status));
    (void)fflush(stdout);
    (void)close(connection->socket);
}

static void *serve_client(void *argument) {
    run(argument);
    free(argument);
    (void)pthread_mutex_lock(&mutex);
    running--;
    (void)pthread_cond_signal(&changed);
    (void)pthread_mutex_unlock(&mutex);
    return NULL;
}

static void accept_client(int listener) {
    struct sockaddr_in address;
    socklen_t size = sizeof address;
    struct connection *client = calloc(1, sizeof *client);
    require(client != NULL, "calloc");
    client->socket = accept(listener, (struct sockaddr *)&address, &size);
    if (client->socket < 0) { /* it was reset before */
        free(client);
        return;
    }
    client->peer = ntohs(address.sin_port);
    (void)pthread_mutex_lock(&mutex);
    running++;
    (void)pthread_mutex_unlock(&mutex);
    pthread_attr_t attributes;
    pthread_t thread;
    (void)pthread_attr_init(&attributes);
    (void)pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    require(pthread_create(&thread, &attributes, serve_client, client) == 0, "pthread_create");
    (void)pthread_attr_destroy(&attributes);
}

static void run_server(void) {
    struct sockaddr_in address;
    socklen_t size = sizeof address;
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int listener = socket(AF_INET, SOCK_STREAM, 0);
    require(listener >= 0 && bind(listener, (struct sockaddr *)&address, size) == 0 &&
                listen(listener, 128) == 0 &&
                getsockname(listener, (struct sockaddr *)&address, &size) == 0,
            "listen");
    printf("listening on 127.0.0.1:%u\n", (unsigned)ntohs(address.sin_port));
    (void)fflush(stdout);
    struct pollfd watched[] = {{listener, POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}};
    while (watched[1].revents == 0) {
        if (poll(watched, 2, -1) > 0 && watched[0].revents != 0) {
            accept_client(listener);
        }
    }
    (void)close(listener);
    (void)pthread_mutex_lock(&mutex);
    while (running > 0) {
        (void)pthread_cond_wait(&changed, &mutex);
    }
    (void)pthread_mutex_unlock(&mutex);
}

static void run_client(unsigned port, const char *authority) {
    end.is_client = 1;
    if (authority != NULL) {
        end.is_encrypted = 1;
        end.policy.authentication = SV2_AUTHENTICATION_AUTHORITY;
        require(sv2_public_key_parse(authority, strlen(authority), &end.policy.authority) == SV2_OK,
                "--authority");
    }
    prepare(&end);
    struct sockaddr_in address;
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons((uint16_t)port);
    const struct connection server = {socket(AF_INET, SOCK_STREAM, 0), port};
    require(server.socket >= 0 &&
                connect(server.socket, (struct sockaddr *)&address, sizeof address) == 0,
            "connect");
    run(&server);
}

/* The text of a file, without what is behind its first line. */
static size_t read_line(const char *path, char *line, size_t capacity) {
    FILE *file = fopen(path, "rb");
    require(file != NULL && fgets(line, (int)capacity, file) != NULL, path);
    (void)fclose(file);
    return strcspn(line, "\n");
}

/* Both files are as sv2-key writes them. */
static void load(const char *key_file, const char *certificate_file, sv2_secret_key *key) {
    char line[2 * SV2_FULL_CERTIFICATE_SIZE + 2];
    size_t size = read_line(key_file, line, sizeof line);
    require(sv2_secret_key_parse(line, size, key) == SV2_OK, key_file);
    uint8_t encoded[SV2_FULL_CERTIFICATE_SIZE];
    size = read_line(certificate_file, line, sizeof line);
    for (size_t i = 0; i < sizeof encoded; i++) {
        unsigned byte = 0;
        require(2 * i + 1 < size && sscanf(line + 2 * i, "%2x", &byte) == 1, certificate_file);
        encoded[i] = (uint8_t)byte;
    }
    sv2_certificate certificate;
    require(sv2_certificate_decode(encoded, sizeof encoded, &certificate, NULL, NULL) == SV2_OK,
            certificate_file);
    require(sv2_identity_new(*key, &certificate, NULL, 0, &end.identity) == SV2_OK, "identity");
    end.is_encrypted = 1;
}

int main(int argc, char **argv) {
    sv2_secret_key key = {0};
    const int is_server = argc > 1 && strcmp(argv[1], "server") == 0;
    if (is_server && (argc == 2 || argc == 6)) {
        if (argc == 6) {
            load(argv[3], argv[5], &key);
        }
        prepare(&end);
        run_server();
    } else if (argc == 4 || argc == 6) {
        run_client((unsigned)strtoul(argv[3], NULL, 10), argc == 6 ? argv[5] : NULL);
    } else {
        return 2;
    }
    finish();
    (void)sv2_identity_free(&end.identity);
    (void)sv2_secret_key_free(&key);
    size_t live = 0;
    const sv2_status status = sv2_live_handles(0, &live);
    if (status != SV2_OK || live != 0) {
        printf("%zu handles of libsv2 were not freed\n", live);
        return 1;
    }
    return 0;
}
