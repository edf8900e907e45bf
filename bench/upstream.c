/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A model that costs next to nothing: answers every POST with one file, or, when the body asks for
 * a stream, with tokens at a steady pace. One thread and one epoll, so that behind a proxy under
 * test it is never what is waited for.
 *
 *     upstream PORT ANSWER_FILE TOKENS TOKENS_PER_SECOND
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PEERS_MAX = 16384, REQUEST_BYTES_MAX = 128 * 1024, ANSWER_BYTES_MAX = 1 << 20 };

/* One connection of the proxy's. While `tokens_left` > 0 it stands in the queue of what is due. */
struct peer {
    char *request;
    size_t n;
    uint32_t tokens_left;
    uint64_t due_ns;
    int next; /* in the queue: descriptor of the peer due after it; -1: none */
    bool open, queued;
};

static struct peer peers[PEERS_MAX];
static int queue_first = -1, queue_last = -1;
static char answer[ANSWER_BYTES_MAX];
static size_t answer_n;
static uint32_t tokens;
static uint64_t pace_ns;

static const char stream_head[] = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                                  "Transfer-Encoding: chunked\r\n\r\n";
static const char *const words[] = { " the",  " boots", " left", " on", " Friday", ",",     " and",
                                     " will", " take",  " 3",    " to", " 6",      " days", "." };

static uint64_t now_ns(void)
{
    struct timespec at;
    (void)clock_gettime(CLOCK_MONOTONIC, &at);
    return (uint64_t)at.tv_sec * 1000000000u + (uint64_t)at.tv_nsec;
}

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static void drop(int fd)
{
    struct peer *peer = &peers[fd];
    peer->open = false;
    peer->n = 0;
    peer->tokens_left = 0;
    (void)close(fd);
}

/* What a socket's buffer does not take is given up: nobody here is slower than the pace. */
static void say(int fd, const char *at, size_t n)
{
    if (write(fd, at, n) != (ssize_t)n) {
        drop(fd);
    }
}

/* ---- streams ---- */

static void enqueue(int fd)
{
    struct peer *peer = &peers[fd];
    peer->next = -1;
    peer->queued = true;
    if (queue_last >= 0) {
        peers[queue_last].next = fd;
    } else {
        queue_first = fd;
    }
    queue_last = fd;
}

static int write_token(char *out, size_t n, uint32_t left)
{
    static const char event[] = "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\","
                                "\"created\":1795385663,\"model\":\"bench\",\"choices\":[{"
                                "\"index\":0,\"delta\":{%s%s%s},\"finish_reason\":%s}]}\n\n";
    char body[512];
    bool last = left == 0;
    int body_n = snprintf(body, sizeof body, event, last ? "" : "\"content\":\"",
                          last ? "" : words[left % (sizeof words / sizeof words[0])],
                          last ? "" : "\"", last ? "\"stop\"" : "null");
    return snprintf(out, n, "%x\r\n%s\r\n", body_n, body);
}

static void send_token(int fd, const char *before, size_t before_n)
{
    char out[2048];
    struct peer *peer = &peers[fd];
    memcpy(out, before, before_n);
    int n = (int)before_n;
    peer->tokens_left--;
    n += write_token(out + n, sizeof out - (size_t)n, peer->tokens_left);
    if (peer->tokens_left == 0) {
        n += snprintf(out + n, sizeof out - (size_t)n, "e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n");
    }
    say(fd, out, (size_t)n);
    if (peer->tokens_left > 0) {
        peer->due_ns += pace_ns;
        enqueue(fd);
    }
}

/* Sends what is due; milliseconds until the next is. */
static int send_due(void)
{
    while (queue_first >= 0) {
        int fd = queue_first;
        struct peer *peer = &peers[fd];
        uint64_t now = now_ns();
        if (peer->tokens_left > 0 && peer->due_ns > now) {
            return (int)((peer->due_ns - now) / 1000000u) + 1;
        }
        queue_first = peer->next;
        queue_last = queue_first < 0 ? -1 : queue_last;
        peer->queued = false;
        if (peer->open && peer->tokens_left > 0) {
            send_token(fd, "", 0);
        }
    }
    return -1;
}

/* ---- requests ---- */

static size_t content_length(const char *head, const char *end)
{
    for (const char *at = head; at < end;) {
        if (strncasecmp(at, "content-length:", 15) == 0) {
            return (size_t)strtoul(at + 15, NULL, 10);
        }
        at = memchr(at, '\n', (size_t)(end - at));
        if (at == NULL) {
            break;
        }
        at++;
    }
    return 0;
}

static void serve(int fd, const char *body, size_t n)
{
    bool streams =
        memmem(body, n, "\"stream\": true", 14) || memmem(body, n, "\"stream\":true", 13);
    struct peer *peer = &peers[fd];
    if (!streams) {
        say(fd, answer, answer_n);
        return;
    }
    if (peer->queued) {
        drop(fd); /* a stream's request came before the one before it had ended */
        return;
    }
    peer->tokens_left = tokens;
    peer->due_ns = now_ns();
    send_token(fd, stream_head, sizeof stream_head - 1);
}

static void take(int fd)
{
    struct peer *peer = &peers[fd];
    ssize_t got = read(fd, peer->request + peer->n, REQUEST_BYTES_MAX - peer->n);
    if (got <= 0) {
        drop(fd);
        return;
    }
    peer->n += (size_t)got;
    while (peer->open && peer->n > 0) {
        char *head_end = memmem(peer->request, peer->n, "\r\n\r\n", 4);
        if (head_end == NULL) {
            return;
        }
        size_t head_n = (size_t)(head_end - peer->request) + 4;
        size_t whole = head_n + content_length(peer->request, head_end);
        if (peer->n < whole) {
            return;
        }
        serve(fd, peer->request + head_n, whole - head_n);
        memmove(peer->request, peer->request + whole, peer->open ? peer->n - whole : 0);
        peer->n -= peer->open ? whole : 0;
    }
}

/* ---- sockets ---- */

static int listen_at(int port)
{
    int one = 1;
    struct sockaddr_in at = { .sin_family = AF_INET,
                              .sin_port = htons((uint16_t)port),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) != 0 ||
        bind(fd, (struct sockaddr *)&at, sizeof at) != 0 || listen(fd, 4096) != 0) {
        die("listen");
    }
    return fd;
}

static void accept_all(int poll, int listener)
{
    for (;;) {
        int one = 1;
        int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) {
            return;
        }
        if (fd >= PEERS_MAX) {
            (void)close(fd);
            continue;
        }
        struct peer *peer = &peers[fd];
        peer->request = peer->request ? peer->request : malloc(REQUEST_BYTES_MAX);
        peer->open = peer->request != NULL;
        peer->n = 0;
        (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };
        if (!peer->open || epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event) != 0) {
            die("accept");
        }
    }
}

static void read_answer(const char *path)
{
    static char body[ANSWER_BYTES_MAX - 256];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, body, sizeof body) : -1;
    if (n < 0) {
        die(path);
    }
    (void)close(fd);
    int head_n = snprintf(answer, sizeof answer,
                          "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                          "Content-Length: %zd\r\n\r\n",
                          n);
    memcpy(answer + head_n, body, (size_t)n);
    answer_n = (size_t)head_n + (size_t)n;
}

int main(int n, char **arg)
{
    if (n != 5) {
        (void)fprintf(stderr, "upstream PORT ANSWER_FILE TOKENS TOKENS_PER_SECOND\n");
        return 2;
    }
    int listener = listen_at(atoi(arg[1]));
    int poll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = { .events = EPOLLIN, .data.fd = listener };
    read_answer(arg[2]);
    tokens = (uint32_t)atoi(arg[3]);
    pace_ns = 1000000000u / (uint64_t)atoi(arg[4]);
    if (poll < 0 || epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event) != 0) {
        die("epoll");
    }
    for (;;) {
        struct epoll_event ready[256];
        int got = epoll_wait(poll, ready, 256, send_due());
        for (int i = 0; i < got; i++) {
            if (ready[i].data.fd == listener) {
                accept_all(poll, listener);
            } else if (peers[ready[i].data.fd].open) {
                take(ready[i].data.fd);
            }
        }
    }
}
