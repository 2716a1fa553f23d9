/* The generator's shared vocabulary: templates, counting, process accounts, connections.
 *
 * One thread, one epoll set, Linux, loopback addresses only. It knows WebSocket framing (RFC 6455) and nothing about any
 * chat protocol: what is said comes from templates, what counts as a delivery is a marker found wherever it stands. */
#ifndef LOAD_H
#define LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NS_PER_S 1000000000ull
#define PARTS_MAX 32
#define STEPS_MAX 16
#define MESSAGE_BYTES_MAX 65536
#define RECEIVE_BYTES_MAX (1u << 20)

uint64_t now_ns(void);
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
void *grow(void *memory, size_t bytes);

/* text.c ------------------------------------------------------------------------------------------------------------ */

enum part_kind { PART_BYTES, PART_INDEX, PART_LINE, PART_ROOM, PART_SEQ, PART_NUMBER, PART_SEEN, PART_TEXT };

struct part {
    enum part_kind kind;
    char *bytes;
    size_t length;
};

/* A text with holes: {i} {line} {room} {seq} {n} {seen} {text}, and \xNN for any byte. */
struct template {
    struct part parts[PARTS_MAX];
    int count;
};

struct lines {
    char **items;
    int count;
};

/* What fills the holes, for one connection and one message. */
struct values {
    int index;
    int room;
    uint32_t seq;
    uint64_t seen;
    const struct lines *lines;
};

extern size_t text_bytes;   /* how long {text} is, marker included */
extern struct lines rooms;  /* what {room} stands for; without a file it is room0, room1, ... */

struct template template_parse(const char *source);
size_t template_fill(const struct template *t, const struct values *v, char *out, size_t out_max);
struct lines lines_load(const char *path);

/* The marker inside {text}: Zq<8 hex digits>qZ, twelve bytes that no codec escapes. */
#define MARKER_BYTES 12
bool marker_read(const unsigned char *at, uint32_t *seq);

/* count.c ----------------------------------------------------------------------------------------------------------- */

struct counts {
    uint64_t sent;        /* messages */
    uint64_t complete;    /* messages that reached everyone of their room */
    uint64_t deliveries;  /* (message, connection) pairs, each counted once */
    uint64_t duplicates;  /* the same message again on the same connection */
    uint64_t strays;      /* a message on a connection outside its room, or one that was never sent */
};

struct summary {
    double p50_ms, p95_ms, p99_ms, max_ms, mean_ms;
    uint64_t samples;
};

extern struct counts counts;
extern bool recording;  /* whether arrivals go into the histogram */

void count_open(int listeners, int room_size);
uint32_t count_next_seq(void);
void count_sent(int room, uint64_t intended_ns);
void count_arrival(int connection, uint32_t seq, uint64_t at_ns);
void histogram_clear(void);
void histogram_add(uint64_t value_ns);
struct summary histogram_summary(void);

/* proc.c ------------------------------------------------------------------------------------------------------------ */

#define ACCOUNTS_MAX 8
#define ROOT_PIDS_MAX 16

/* A named set of process trees whose CPU time and memory are read from /proc. */
struct account {
    char name[32];
    int pids[ROOT_PIDS_MAX];
    int pid_count;
};

struct usage {
    double cpu_s;
    double rss_kib;
};

struct account account_parse(const char *name_and_pids);
struct usage account_read(const struct account *a);
double own_cpu_s(void);
double machine_idle_s(void);

/* socket.c ---------------------------------------------------------------------------------------------------------- */

enum step_kind { STEP_EXPECT, STEP_SEND, STEP_SEND_BINARY };

struct step {
    enum step_kind kind;
    struct template text;
};

/* Where a connection goes and what it says until it counts as live. */
struct target {
    char host[64];
    int port;
    uint32_t address;
    struct template path;
    struct step steps[STEPS_MAX];
    int step_count;
    struct lines lines;
};

enum state { IDLE, CONNECTING, UPGRADING, SCRIPTED, LIVE, DEAD };

struct connection {
    int fd;
    int index;
    int room;
    enum state state;
    bool listener;
    int step;
    int close_code;
    const struct target *target;
    unsigned char *in, *out;
    size_t in_length, in_max, out_length, out_max;
    uint64_t seen;
    uint64_t died_ns;
    uint32_t asked; /* with wire.ack: the message that waits for its acknowledgement here */
    bool waiting;
};

struct wire {
    const char *subprotocol;
    const char *headers[16];
    int header_count;
    const char *ping, *pong;       /* a whole text frame and its whole answer, for protocols with pings of their own */
    const char *count_in;          /* only frames with this text are looked at for markers */
    const char *ack;               /* a frame with this text acknowledges the connection's own message: that is its delivery */
    const char *capture;           /* remember the number behind this text, for {seen} */
    const struct target *resume;   /* where a listener goes when its connection is lost; NULL: it stays dead */
};

struct pool {
    int connecting, live, dead;
    uint64_t frames, bytes, reads;
    uint64_t last_arrival_ns;
};

extern struct wire wire;
extern struct pool pool;

void target_parse(struct target *t, const char *url);
void step_add(struct target *t, const char *source);
void sockets_open(void);
void connection_start(struct connection *c);
void connection_say(struct connection *c, bool binary, const char *text, size_t length);
void sockets_poll(int timeout_ms);
void clock_start(double per_s);
void clock_stop(void);

#endif
