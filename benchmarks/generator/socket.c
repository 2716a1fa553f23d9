/* WebSocket connections over one epoll set: handshake, script, frames in and out. Counts what arrives, judges nothing.
 *
 * Edge-triggered: a read shorter than the buffer has emptied the socket, so one recv serves everything that waits on a
 * connection, however many frames were joined in it. */
#define _GNU_SOURCE
#include "load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

enum { CONTINUED = 0, TEXT = 1, BINARY = 2, CLOSE = 8, PING = 9, PONG = 10 };

/* The sample key of RFC 6455 and the answer it must get: the generator checks that it talks to a WebSocket server. */
#define KEY "dGhlIHNhbXBsZSBub25jZQ=="
#define ACCEPTED "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

struct wire wire;
struct pool pool;

static int set = -1, timer = -1;
static unsigned char arrived[RECEIVE_BYTES_MAX];
static char filled[MESSAGE_BYTES_MAX];

void target_parse(struct target *t, const char *url) {
    char address[32];
    int used = 0;
    struct in_addr in;
    if (sscanf(url, "ws://%31[0-9.]:%d%n", address, &t->port, &used) != 2 || (url[used] && url[used] != '/'))
        fail("expected ws://127.x.x.x:PORT/PATH: %s", url);
    if (inet_pton(AF_INET, address, &in) != 1 || ntohl(in.s_addr) >> 24 != 127)
        fail("only loopback addresses are loaded: %s", url);
    t->address = in.s_addr;
    snprintf(t->host, sizeof t->host, "%s:%d", address, t->port);
    t->path = template_parse(url[used] ? url + used : "/");
}

void step_add(struct target *t, const char *source) {
    static const char *const NAMES[] = {[STEP_EXPECT] = "expect:", [STEP_SEND] = "send:", [STEP_SEND_BINARY] = "sendbin:"};
    if (t->step_count == STEPS_MAX) fail("more than %d steps", STEPS_MAX);
    for (int kind = STEP_EXPECT; kind <= STEP_SEND_BINARY; kind++) {
        size_t length = strlen(NAMES[kind]);
        if (strncmp(source, NAMES[kind], length)) continue;
        t->steps[t->step_count++] = (struct step){.kind = (enum step_kind)kind, .text = template_parse(source + length)};
        return;
    }
    fail("a step starts with expect:, send: or sendbin:, not %s", source);
}

void sockets_open(void) {
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
    set = epoll_create1(0);
    timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    if (set < 0 || timer < 0 || epoll_ctl(set, EPOLL_CTL_ADD, timer, &event) < 0) fail("epoll: %s", strerror(errno));
}

static void connection_lost(struct connection *c, const char *why) {
    static int told;
    if (c->state == DEAD || c->state == IDLE) return;
    if (c->state == LIVE) pool.live--;
    else pool.connecting--;
    if ((c->state != LIVE || !wire.resume) && told++ < 5)
        fprintf(stderr, "connection %d lost: %s (close code %d)\n", c->index, why, c->close_code);
    close(c->fd);
    c->in_length = c->out_length = 0;
    c->state = DEAD;
    c->died_ns = now_ns();
    pool.dead++;
}

static void flush(struct connection *c) {
    while (c->out_length) {
        ssize_t n = send(c->fd, c->out, c->out_length, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno == EAGAIN) return;
        if (n < 0) {
            connection_lost(c, strerror(errno));
            return;
        }
        memmove(c->out, c->out + n, c->out_length - (size_t)n);
        c->out_length -= (size_t)n;
    }
}

static void write_bytes(struct connection *c, const void *bytes, size_t length) {
    if (c->out_length + length > c->out_max) {
        c->out_max = c->out_length + length + 1024;
        c->out = grow(c->out, c->out_max);
    }
    memcpy(c->out + c->out_length, bytes, length);
    c->out_length += length;
    flush(c);
}

static uint32_t next_mask(void) {
    static uint32_t state = 0x9e3779b9;
    state ^= state << 13;
    state ^= state >> 17;
    return state ^= state << 5;
}

static void write_frame(struct connection *c, int opcode, const void *payload, size_t length) {
    static unsigned char frame[MESSAGE_BYTES_MAX + 16];
    const unsigned char *from = payload;
    unsigned char mask[4];
    size_t head = 2;
    if (length > MESSAGE_BYTES_MAX) fail("a frame of %zu bytes is too long", length);
    frame[0] = (unsigned char)(0x80 | opcode);
    if (length < 126) {
        frame[1] = (unsigned char)(0x80 | length);
    } else {
        frame[1] = 0x80 | 126;
        frame[2] = (unsigned char)(length >> 8);
        frame[3] = (unsigned char)length;
        head = 4;
    }
    uint32_t word = next_mask();
    memcpy(mask, &word, 4);
    memcpy(frame + head, mask, 4);
    head += 4;
    for (size_t i = 0; i < length; i++) frame[head + i] = from[i] ^ mask[i & 3];
    write_bytes(c, frame, head + length);
}

void connection_say(struct connection *c, bool binary, const char *text, size_t length) {
    write_frame(c, binary ? BINARY : TEXT, text, length);
}

static struct values values_of(const struct connection *c) {
    return (struct values){.index = c->index, .room = c->room, .seen = c->seen, .lines = &c->target->lines};
}

/* Says everything up to the next text it has to wait for. */
static void run_script(struct connection *c) {
    while (c->state == SCRIPTED && c->step < c->target->step_count) {
        const struct step *step = &c->target->steps[c->step];
        struct values v = values_of(c);
        if (step->kind == STEP_EXPECT) return;
        c->step++;
        connection_say(c, step->kind == STEP_SEND_BINARY, filled, template_fill(&step->text, &v, filled, sizeof filled));
    }
    if (c->state != SCRIPTED) return;
    c->state = LIVE;
    pool.connecting--;
    pool.live++;
}

static void follow_script(struct connection *c, const unsigned char *payload, size_t length) {
    const struct template *expected = &c->target->steps[c->step].text;
    struct values v = values_of(c);
    size_t wanted = template_fill(expected, &v, filled, sizeof filled);
    if (!memmem(payload, length, filled, wanted)) return;
    c->step++;
    run_script(c);
}

static void capture_number(struct connection *c, const unsigned char *payload, size_t length) {
    size_t key = strlen(wire.capture);
    const unsigned char *end = payload + length, *at = memmem(payload, length, wire.capture, key);
    uint64_t number = 0;
    if (!at) return;
    for (at += key; at < end && *at >= '0' && *at <= '9'; at++) number = number * 10 + (uint64_t)(*at - '0');
    c->seen = number;
}

/* A message may stand in a frame twice (as a document and as a preview): next to itself it counts once. */
static void count_markers(struct connection *c, const unsigned char *payload, size_t length, uint64_t at_ns) {
    const unsigned char *at = payload, *end = payload + length;
    uint32_t seq, last = 0;
    bool found = false;
    while (end - at >= MARKER_BYTES && (at = memchr(at, 'Z', (size_t)(end - at) - MARKER_BYTES + 1))) {
        if (!marker_read(at, &seq)) {
            at++;
            continue;
        }
        if (!found || seq != last) count_arrival(c->index, seq, at_ns);
        found = true;
        last = seq;
        at += MARKER_BYTES;
    }
    if (found) pool.last_arrival_ns = at_ns;
}

static void count_ack(struct connection *c, const unsigned char *payload, size_t length, uint64_t at_ns) {
    if (!c->waiting || !memmem(payload, length, wire.ack, strlen(wire.ack))) return;
    c->waiting = false;
    pool.last_arrival_ns = at_ns;
    count_arrival(c->index, c->asked, at_ns);
}

static void take_payload(struct connection *c, const unsigned char *payload, size_t length, uint64_t at_ns) {
    pool.frames++;
    if (wire.ping && length == strlen(wire.ping) && !memcmp(payload, wire.ping, length)) {
        write_frame(c, TEXT, wire.pong, strlen(wire.pong));
        return;
    }
    if (c->state == SCRIPTED) follow_script(c, payload, length);
    if (!c->listener || c->state == DEAD) return;
    if (wire.count_in && !memmem(payload, length, wire.count_in, strlen(wire.count_in))) return;
    if (wire.ack) {
        count_ack(c, payload, length, at_ns);
        return;
    }
    if (wire.capture) capture_number(c, payload, length);
    count_markers(c, payload, length, at_ns);
}

static void take_frame(struct connection *c, int opcode, const unsigned char *payload, size_t length, uint64_t at_ns) {
    if (opcode == PING) {
        write_frame(c, PONG, payload, length);
    } else if (opcode == CLOSE) {
        c->close_code = length >= 2 ? payload[0] << 8 | payload[1] : 1005;
        connection_lost(c, "closed by the server");
    } else if (opcode <= BINARY) {
        take_payload(c, payload, length, at_ns);
    }
}

/* The length of the frame's head, 0 when it is not all there yet. */
static size_t read_head(const unsigned char *b, size_t left, uint64_t *length) {
    if (left < 2) return 0;
    size_t extra = (b[1] & 127) == 126 ? 2 : (b[1] & 127) == 127 ? 8 : 0;
    if (left < 2 + extra) return 0;
    *length = extra ? 0 : b[1] & 127;
    for (size_t i = 0; i < extra; i++) *length = *length << 8 | b[2 + i];
    return 2 + extra;
}

static size_t take_frames(struct connection *c, const unsigned char *b, size_t length, uint64_t at_ns) {
    size_t used = 0;
    uint64_t payload;
    while (c->state == SCRIPTED || c->state == LIVE) {
        size_t head = read_head(b + used, length - used, &payload);
        if (!head) break;
        if (b[used] & 0x70 || b[used + 1] & 0x80 || payload > RECEIVE_BYTES_MAX / 2) {
            connection_lost(c, "not a frame a server may send here");
            break;
        }
        if (length - used - head < payload) break;
        take_frame(c, b[used] & 15, b + used + head, payload, at_ns);
        used += head + payload;
    }
    return used;
}

static size_t take_upgrade(struct connection *c, const unsigned char *b, size_t length) {
    const unsigned char *end = memmem(b, length, "\r\n\r\n", 4);
    if (!end) return 0;
    size_t head = (size_t)(end - b) + 4;
    if (memcmp(b, "HTTP/1.1 101", 12) || !memmem(b, head, ACCEPTED, strlen(ACCEPTED)) ||
        (wire.subprotocol && !memmem(b, head, wire.subprotocol, strlen(wire.subprotocol)))) {
        fprintf(stderr, "%.*s\n", (int)(head < 300 ? head : 300), b);
        connection_lost(c, "the upgrade was refused");
        return 0;
    }
    c->state = SCRIPTED;
    run_script(c);
    return head;
}

static void keep(struct connection *c, const unsigned char *rest, size_t length) {
    if (c->state == DEAD) return;
    if (length > c->in_max) {
        c->in_max = length + 512;
        c->in = grow(c->in, c->in_max);
    }
    if (length) memcpy(c->in, rest, length);
    c->in_length = length;
}

static void receive(struct connection *c) {
    bool full = true;
    while (full && c->state != DEAD) {
        size_t kept = c->in_length, used = 0;
        if (kept) memcpy(arrived, c->in, kept);
        ssize_t n = recv(c->fd, arrived + kept, sizeof arrived - kept, MSG_DONTWAIT);
        if (n < 0 && errno == EAGAIN) return;
        if (n <= 0) {
            connection_lost(c, n ? strerror(errno) : "end of stream");
            return;
        }
        uint64_t at_ns = now_ns();
        size_t length = kept + (size_t)n;
        full = length == sizeof arrived;
        pool.reads++;
        pool.bytes += (uint64_t)n;
        if (c->state == UPGRADING) used = take_upgrade(c, arrived, length);
        if (c->state == SCRIPTED || c->state == LIVE) used += take_frames(c, arrived + used, length - used, at_ns);
        keep(c, arrived + used, length - used);
    }
}

static void send_upgrade(struct connection *c) {
    struct values v = values_of(c);
    char head[8192];
    size_t path = template_fill(&c->target->path, &v, filled, sizeof filled);
    int n = snprintf(head, sizeof head,
                     "GET %.*s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                     "Sec-WebSocket-Key: " KEY "\r\nSec-WebSocket-Version: 13\r\n", (int)path, filled, c->target->host);
    if (wire.subprotocol) n += snprintf(head + n, sizeof head - (size_t)n, "Sec-WebSocket-Protocol: %s\r\n", wire.subprotocol);
    for (int i = 0; i < wire.header_count && n < 7000; i++)
        n += snprintf(head + n, sizeof head - (size_t)n, "%.900s\r\n", wire.headers[i]);
    n += snprintf(head + n, sizeof head - (size_t)n, "\r\n");
    c->state = UPGRADING;
    write_bytes(c, head, (size_t)n);
}

void connection_start(struct connection *c) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)c->target->port), .sin_addr.s_addr = c->target->address};
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = c};
    struct linger reset = {.l_onoff = 1}; /* no port is left waiting when a run ends */
    int on = 1;
    if (c->state == DEAD) pool.dead--;
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (c->fd < 0) fail("socket %d: %s (raise the limit with ulimit -n)", c->index, strerror(errno));
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    c->state = CONNECTING;
    c->step = c->close_code = 0;
    pool.connecting++;
    if (connect(c->fd, (struct sockaddr *)&to, sizeof to) < 0 && errno != EINPROGRESS) connection_lost(c, strerror(errno));
    else if (epoll_ctl(set, EPOLL_CTL_ADD, c->fd, &event) < 0) fail("epoll: %s", strerror(errno));
}

static void connection_ready(struct connection *c, uint32_t events) {
    if (c->state == CONNECTING) {
        int error = 0;
        socklen_t length = sizeof error;
        getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &length);
        if (error) connection_lost(c, strerror(error));
        else if (events & EPOLLOUT) send_upgrade(c);
        return;
    }
    if (events & EPOLLOUT) flush(c);
    if (c->state != DEAD && events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) receive(c);
}

void sockets_poll(int timeout_ms) {
    struct epoll_event events[512];
    int n = epoll_wait(set, events, 512, timeout_ms);
    if (n < 0 && errno != EINTR) fail("epoll: %s", strerror(errno));
    for (int i = 0; i < n; i++) {
        struct connection *c = events[i].data.ptr;
        uint64_t ticks;
        if (c && c->state != DEAD) connection_ready(c, events[i].events);
        else if (!c && read(timer, &ticks, sizeof ticks) < 0 && errno != EAGAIN) fail("timer: %s", strerror(errno));
    }
}

/* Wakes sockets_poll in time for messages that are due at a fixed rate. */
void clock_start(double per_s) {
    uint64_t ns = (uint64_t)(1e9 / per_s);
    if (ns < 50000) ns = 50000; /* several are due per tick then */
    struct timespec tick = {.tv_sec = (time_t)(ns / NS_PER_S), .tv_nsec = (long)(ns % NS_PER_S)};
    struct itimerspec spec = {.it_interval = tick, .it_value = tick};
    if (timerfd_settime(timer, 0, &spec, NULL) < 0) fail("timer: %s", strerror(errno));
}

void clock_stop(void) {
    struct itimerspec never = {0};
    if (timerfd_settime(timer, 0, &never, NULL) < 0) fail("timer: %s", strerror(errno));
}
