/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many streams at once through one address: how long until the first token, and whether each came
 * whole. Connections are kept; starts are spread over one pace of the model, as callers are.
 *
 *     streams PORT KEY REQUEST_FILE AT_ONCE TOTAL
 *
 * Prints one line: streams, failures, microseconds to the first token (p50, p99, max).
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
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { AT_ONCE_MAX = 4096, TAIL_BYTES = 32, SPREAD_US = 500 };

struct call {
    int fd;
    uint64_t sent_ns;
    bool first_seen, done_seen;
    char tail[TAIL_BYTES]; /* the end of what was read before */
    size_t tail_n;
};

static struct call calls[AT_ONCE_MAX];
static char request[64 * 1024];
static size_t request_n;
static int port, poll_fd;
static uint32_t total, started, ended, failed;
static uint32_t *first_us;
static uint32_t first_n;

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

static void make_request(const char *key, const char *path)
{
    static char body[48 * 1024];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, body, sizeof body) : -1;
    if (n < 0) {
        die(path);
    }
    (void)close(fd);
    int head_n = snprintf(request, sizeof request,
                          "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
                          "Authorization: Bearer %s\r\nContent-Type: application/json\r\n"
                          "Content-Length: %zd\r\n\r\n",
                          port, key, n);
    memcpy(request + head_n, body, (size_t)n);
    request_n = (size_t)head_n + (size_t)n;
}

static void connect_call(struct call *call)
{
    int one = 1;
    struct sockaddr_in at = { .sin_family = AF_INET,
                              .sin_port = htons((uint16_t)port),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    call->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (call->fd < 0 || connect(call->fd, (struct sockaddr *)&at, sizeof at) != 0) {
        die("connect");
    }
    (void)setsockopt(call->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = call };
    if (fcntl(call->fd, F_SETFL, O_NONBLOCK) != 0 ||
        epoll_ctl(poll_fd, EPOLL_CTL_ADD, call->fd, &event) != 0) {
        die("epoll");
    }
}

static void start(struct call *call)
{
    int fd = call->fd;
    *call = (struct call){ .fd = fd };
    if (started == total) {
        return;
    }
    started++;
    call->sent_ns = now_ns();
    if (write(fd, request, request_n) != (ssize_t)request_n) {
        die("write");
    }
}

static bool has(const char *at, size_t n, const char *what)
{
    return memmem(at, n, what, strlen(what)) != NULL;
}

static void finish(struct call *call, bool good, bool reconnect)
{
    ended++;
    failed += good ? 0 : 1;
    if (reconnect) {
        (void)close(call->fd);
        connect_call(call);
    }
    start(call);
}

/* The chunk with what came before it, so that a mark cut in two is seen. */
static void look(struct call *call, char *at, size_t n)
{
    if (!call->first_seen && has(at, n, "data:")) {
        call->first_seen = true;
        first_us[first_n++] = (uint32_t)((now_ns() - call->sent_ns) / 1000u);
    }
    call->done_seen = call->done_seen || has(at, n, "[DONE]");
    if (n >= 5 && memcmp(at + n - 5, "0\r\n\r\n", 5) == 0) {
        finish(call, call->first_seen && call->done_seen, /* reconnect= */ false);
        return;
    }
    call->tail_n = n < TAIL_BYTES ? n : TAIL_BYTES;
    memcpy(call->tail, at + n - call->tail_n, call->tail_n);
}

static void take(struct call *call)
{
    char buffer[TAIL_BYTES + 64 * 1024];
    memcpy(buffer, call->tail, call->tail_n);
    ssize_t n = read(call->fd, buffer + call->tail_n, sizeof buffer - call->tail_n);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }
    if (n <= 0) {
        finish(call, /* good= */ false, /* reconnect= */ true);
        return;
    }
    look(call, buffer, call->tail_n + (size_t)n);
}

static int compare(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    return (left > right) - (left < right);
}

static void print(uint64_t took_ns)
{
    qsort(first_us, first_n, sizeof *first_us, compare);
    uint32_t p50 = first_n > 0 ? first_us[first_n / 2] : 0;
    uint32_t p99 = first_n > 0 ? first_us[(size_t)first_n * 99 / 100] : 0;
    uint32_t max = first_n > 0 ? first_us[first_n - 1] : 0;
    (void)printf("streams %u failed %u p50_us %u p99_us %u max_us %u seconds %.1f\n", ended, failed,
                 p50, p99, max, (double)took_ns / 1e9);
}

int main(int n, char **arg)
{
    if (n != 6) {
        (void)fprintf(stderr, "streams PORT KEY REQUEST_FILE AT_ONCE TOTAL\n");
        return 2;
    }
    port = atoi(arg[1]);
    uint32_t at_once = (uint32_t)atoi(arg[4]);
    total = (uint32_t)atoi(arg[5]);
    at_once = at_once < AT_ONCE_MAX ? at_once : AT_ONCE_MAX;
    first_us = calloc(total + 1, sizeof *first_us);
    poll_fd = epoll_create1(EPOLL_CLOEXEC);
    make_request(arg[2], arg[3]);
    uint64_t begun_ns = now_ns(), next_ns = begun_ns;
    for (uint32_t i = 0; i < at_once; i++) {
        connect_call(&calls[i]);
    }
    for (uint32_t opened = 0; ended < total && first_us != NULL;) {
        struct epoll_event ready[256];
        if (opened < at_once && now_ns() >= next_ns) {
            start(&calls[opened++]);
            next_ns = now_ns() + SPREAD_US * 1000u;
        }
        int got = epoll_wait(poll_fd, ready, 256, opened < at_once ? 1 : 1000);
        for (int i = 0; i < got; i++) {
            take(ready[i].data.ptr);
        }
    }
    print(now_ns() - begun_ns);
    return failed == 0 ? 0 : 1;
}
