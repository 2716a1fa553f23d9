/* wsload: options, the phases of a run, and one JSON object about them on standard output. See benchmarks/README.md. */
#define _GNU_SOURCE
#include "load.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define PHASES_MAX 16
#define STAGE_S_MAX 58 /* connecting one half, and each phase with its drain, end by themselves in this time */

enum kind { CLOSED, RATE };

struct phase {
    enum kind kind;
    double level; /* messages in flight, or messages per second */
    double window_s, warm_s;
    int kill_pid; /* SIGKILL for this process one second into the window; 0: nobody is killed */
};

/* Everything that is read at both edges of a window. */
struct reading {
    uint64_t at_ns;
    struct counts counts;
    struct pool pool;
    double own_s, idle_s, cpu_s[ACCOUNTS_MAX];
};

static struct {
    struct target listen, send, resume;
    bool has_sender, has_resume, binary;
    struct template message;
    int listeners, senders, room_size, at_once;
    double settle_s, drain_s, connect_s;
    struct account accounts[ACCOUNTS_MAX];
    int account_count;
    struct phase phases[PHASES_MAX];
    int phase_count, kill_pid;
} run = {.senders = 1, .at_once = 64, .settle_s = 1, .drain_s = 4, .connect_s = 50};

static struct connection *connections;
static int connection_count;

uint64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

void fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fputs("wsload: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    exit(2);
}

void *grow(void *memory, size_t bytes) {
    void *grown = realloc(memory, bytes ? bytes : 1);
    if (!grown) fail("out of memory");
    return grown;
}

/* ---- options ----------------------------------------------------------------------------------------------------- */

enum option_id {
    LISTEN = 1, LISTENERS, ROOM_SIZE, STEP, LINES, ROOMS, SENDER_URL, SENDERS, SENDER_STEP, SENDER_LINES, RESUME_URL, RESUME_STEP,
    MESSAGE, BINARY_MESSAGE, TEXT_BYTES, COUNT_IN, ACK, CAPTURE, ANSWER, SUBPROTOCOL, HEADER, PHASE, ACCOUNT, KILL, AT_ONCE,
    SETTLE_S, DRAIN_S, CONNECT_S,
};

static const struct option OPTIONS[] = {
    {"url", 1, 0, LISTEN},              {"listeners", 1, 0, LISTENERS},      {"room-size", 1, 0, ROOM_SIZE},
    {"step", 1, 0, STEP},               {"lines", 1, 0, LINES},              {"rooms", 1, 0, ROOMS},
    {"sender-url", 1, 0, SENDER_URL},   {"senders", 1, 0, SENDERS},          {"sender-step", 1, 0, SENDER_STEP},
    {"sender-lines", 1, 0, SENDER_LINES}, {"resume-url", 1, 0, RESUME_URL},  {"resume-step", 1, 0, RESUME_STEP},
    {"message", 1, 0, MESSAGE},         {"binary", 0, 0, BINARY_MESSAGE},    {"text-bytes", 1, 0, TEXT_BYTES},
    {"count-in", 1, 0, COUNT_IN},       {"ack", 1, 0, ACK},                  {"capture", 1, 0, CAPTURE},          {"answer", 1, 0, ANSWER},
    {"subprotocol", 1, 0, SUBPROTOCOL}, {"header", 1, 0, HEADER},            {"phase", 1, 0, PHASE},
    {"account", 1, 0, ACCOUNT},         {"kill", 1, 0, KILL},                {"at-once", 1, 0, AT_ONCE},
    {"settle-s", 1, 0, SETTLE_S},       {"drain-s", 1, 0, DRAIN_S},          {"connect-s", 1, 0, CONNECT_S},
    {0, 0, 0, 0},
};

static double number(const char *s) {
    char *end;
    double value = strtod(s, &end);
    if (end == s || *end || value < 0) fail("expected a number, got %s", s);
    return value;
}

static void phase_add(const char *s) {
    struct phase p = {.warm_s = 0.5};
    char kind[8];
    if (run.phase_count == PHASES_MAX) fail("more than %d phases", PHASES_MAX);
    if (sscanf(s, "%7[a-z],%lf,%lf,%lf", kind, &p.level, &p.window_s, &p.warm_s) < 3 || p.level <= 0)
        fail("expected closed,IN_FLIGHT,SECONDS[,WARM] or rate,PER_S,SECONDS[,WARM], got %s", s);
    if (strcmp(kind, "closed") && strcmp(kind, "rate")) fail("a phase is closed or rate, not %s", kind);
    p.kind = strcmp(kind, "rate") ? CLOSED : RATE;
    p.kill_pid = run.kill_pid;
    run.kill_pid = 0;
    run.phases[run.phase_count++] = p;
}

static void answer_set(char *pair) {
    char *equals = strchr(pair, '=');
    if (!equals) fail("expected PING=PONG, got %s", pair);
    *equals = 0;
    wire.ping = pair;
    wire.pong = equals + 1;
}

static void option_take(int id, char *value) {
    switch ((enum option_id)id) {
    case LISTEN: target_parse(&run.listen, value); break;
    case LISTENERS: run.listeners = (int)number(value); break;
    case ROOM_SIZE: run.room_size = (int)number(value); break;
    case STEP: step_add(&run.listen, value); break;
    case LINES: run.listen.lines = run.resume.lines = lines_load(value); break;
    case ROOMS: rooms = lines_load(value); break;
    case SENDER_URL: target_parse(&run.send, value); run.has_sender = true; break;
    case SENDERS: run.senders = (int)number(value); break;
    case SENDER_STEP: step_add(&run.send, value); break;
    case SENDER_LINES: run.send.lines = lines_load(value); break;
    case RESUME_URL: target_parse(&run.resume, value); run.has_resume = true; break;
    case RESUME_STEP: step_add(&run.resume, value); break;
    case MESSAGE: run.message = template_parse(value); break;
    case BINARY_MESSAGE: run.binary = true; break;
    case TEXT_BYTES: text_bytes = (size_t)number(value); break;
    case COUNT_IN: wire.count_in = value; break;
    case ACK: wire.ack = value; break;
    case CAPTURE: wire.capture = value; break;
    case ANSWER: answer_set(value); break;
    case SUBPROTOCOL: wire.subprotocol = value; break;
    case HEADER:
        if (wire.header_count == 16) fail("more than 16 headers");
        wire.headers[wire.header_count++] = value;
        break;
    case PHASE: phase_add(value); break;
    case ACCOUNT:
        if (run.account_count == ACCOUNTS_MAX) fail("more than %d accounts", ACCOUNTS_MAX);
        run.accounts[run.account_count++] = account_parse(value);
        break;
    case KILL: run.kill_pid = (int)number(value); break;
    case AT_ONCE: run.at_once = (int)number(value); break;
    case SETTLE_S: run.settle_s = number(value); break;
    case DRAIN_S: run.drain_s = number(value); break;
    case CONNECT_S: run.connect_s = number(value); break;
    }
}

static void options_check(void) {
    if (!run.listen.port || run.listeners < 1) fail("--url and --listeners are needed");
    if (run.phase_count && !run.message.count) fail("--message is needed for a phase");
    if (text_bytes < MARKER_BYTES || text_bytes > MESSAGE_BYTES_MAX / 2) fail("--text-bytes is from %d to %d", MARKER_BYTES, MESSAGE_BYTES_MAX / 2);
    if (!run.room_size) run.room_size = run.listeners;
    if (run.senders < 1 || (!run.has_sender && run.senders > run.room_size)) fail("--senders is from 1 to the size of a room");
    if (wire.ack && (run.has_sender || run.room_size != 1)) fail("--ack needs rooms of one, without other senders");
    if (run.has_resume) wire.resume = &run.resume;
}

/* ---- connecting -------------------------------------------------------------------------------------------------- */

static void connections_make(void) {
    connection_count = run.listeners + (run.has_sender ? run.senders : 0);
    connections = calloc((size_t)connection_count, sizeof *connections);
    if (!connections) fail("out of memory");
    for (int i = 0; i < connection_count; i++) {
        bool listener = i < run.listeners;
        connections[i] = (struct connection){
            .fd = -1, .listener = listener, .target = listener ? &run.listen : &run.send,
            .index = listener ? i : i - run.listeners,
            .room = listener ? i / run.room_size : (i - run.listeners) % (run.listeners / run.room_size),
        };
    }
}

static void wait_s(double seconds) {
    uint64_t until = now_ns() + (uint64_t)(seconds * 1e9), t;
    while ((t = now_ns()) < until) sockets_poll((int)((until - t) / 1000000) + 1);
}

static void connect_up_to(int count) {
    static int next;
    uint64_t until = now_ns() + (uint64_t)(run.connect_s * 1e9);
    alarm(STAGE_S_MAX);
    while (pool.live + pool.dead < count && now_ns() < until) {
        while (next < count && pool.connecting < run.at_once) connection_start(&connections[next++]);
        sockets_poll(20);
    }
}

/* Memory is read with nobody, half and everybody connected: the second half shows the slope without what is made once. */
static bool connect_all(void) {
    const struct account *server = run.account_count ? &run.accounts[0] : NULL;
    struct usage before = {0}, half = {0}, after = {0};
    if (server) before = account_read(server);
    uint64_t start = now_ns();
    connect_up_to(run.listeners / 2);
    double seconds = (double)(now_ns() - start) / 1e9;
    wait_s(run.settle_s / 2);
    if (server) half = account_read(server);
    start = now_ns();
    connect_up_to(connection_count);
    seconds += (double)(now_ns() - start) / 1e9;
    fprintf(stderr, "connected %d\n", pool.live);
    alarm(STAGE_S_MAX);
    wait_s(run.settle_s);
    if (server) after = account_read(server);
    printf("{\"listeners\":%d,\"room_size\":%d,\"text_bytes\":%zu,\"live\":%d,\"connect_s\":%.4f,\"connect_server_cpu_s\":%.4f,"
           "\"rss_kib\":[%.0f,%.0f,%.0f],\"phases\":[",
           run.listeners, run.room_size, text_bytes, pool.live, seconds, after.cpu_s - before.cpu_s, before.rss_kib, half.rss_kib,
           after.rss_kib);
    return pool.live == connection_count;
}

/* ---- sending ----------------------------------------------------------------------------------------------------- */

/* Rooms take turns, and in each room its first --senders members do; dedicated senders take turns over all rooms. */
static struct connection *next_sender(int *room) {
    uint32_t seq = count_next_seq(), room_count = (uint32_t)(run.listeners / run.room_size);
    *room = (int)(seq % room_count);
    if (run.has_sender) return &connections[run.listeners + (int)(seq % (uint32_t)run.senders)];
    return &connections[*room * run.room_size + (int)(seq / room_count % (uint32_t)run.senders)];
}

/* With --ack a connection has one message under way at most: the next one in turn that waits for nothing. */
static struct connection *next_idle(int *room) {
    static unsigned turn;
    for (int tried = 0; tried < run.listeners; tried++) {
        struct connection *c = &connections[turn++ % (unsigned)run.listeners];
        *room = c->room;
        if (!c->waiting) return c;
    }
    return NULL;
}

static bool send_message(uint64_t intended_ns) {
    static char text[MESSAGE_BYTES_MAX];
    int room;
    struct connection *c = wire.ack ? next_idle(&room) : next_sender(&room);
    if (!c || c->state != LIVE) return false;
    struct values v = {.index = c->index, .room = room, .seq = count_next_seq(), .seen = c->seen, .lines = &c->target->lines};
    size_t length = template_fill(&run.message, &v, text, sizeof text);
    c->asked = v.seq;
    c->waiting = wire.ack != NULL;
    count_sent(room, intended_ns);
    connection_say(c, run.binary, text, length);
    return true;
}

static struct reading read_all(void) {
    struct reading r = {.counts = counts, .pool = pool, .own_s = own_cpu_s(), .idle_s = machine_idle_s()};
    for (int i = 0; i < run.account_count; i++) r.cpu_s[i] = account_read(&run.accounts[i]).cpu_s;
    r.at_ns = now_ns();
    return r;
}

/* ---- a killed node: listeners come back at once, somewhere else ---------------------------------------------------- */

struct comeback {
    uint64_t killed_ns, last_live_ns;
    int lost, returned;
};

static void comeback_step(struct comeback *back) {
    if (!back->killed_ns) return;
    for (int i = 0; i < run.listeners; i++) {
        struct connection *c = &connections[i];
        if (c->state == DEAD && pool.connecting < run.at_once) {
            if (c->target != &run.resume) back->lost++;
            c->target = &run.resume;
            connection_start(c);
        } else if (c->state == LIVE && c->target == &run.resume && c->died_ns) {
            c->died_ns = 0;
            back->returned++;
            back->last_live_ns = now_ns();
        }
    }
}

/* ---- a phase ----------------------------------------------------------------------------------------------------- */

struct progress {
    uint64_t start_ns, due_count;
    struct counts before;
    double late_ms;
    bool stalled;
};

static void send_due(const struct phase *p, struct progress *g) {
    uint64_t due, t = now_ns();
    while ((due = g->start_ns + (uint64_t)((double)g->due_count * 1e9 / p->level)) <= t) {
        double late_ms = (double)(t - due) / 1e6;
        if (recording && late_ms > g->late_ms) g->late_ms = late_ms;
        if (!send_message(due)) return; /* nobody is free: it stays due, and its lateness counts */
        g->due_count++;
    }
}

static void send_in_flight(const struct phase *p, struct progress *g) {
    uint64_t t = now_ns();
    while ((double)((counts.sent - g->before.sent) - (counts.complete - g->before.complete)) < p->level)
        if (!send_message(now_ns())) break;
    if (t > pool.last_arrival_ns + 3 * NS_PER_S && t > g->start_ns + 3 * NS_PER_S) g->stalled = true;
}

static bool everyone_there(void) { return run.has_resume || pool.live == connection_count; }

static void drive_until(uint64_t until, const struct phase *p, struct progress *g, struct comeback *back, uint64_t kill_at) {
    uint64_t t;
    while ((t = now_ns()) < until && !g->stalled && everyone_there()) {
        if (p->kind == RATE) send_due(p, g);
        else send_in_flight(p, g);
        if (p->kill_pid && !back->killed_ns && t >= kill_at) {
            kill(p->kill_pid, SIGKILL);
            back->killed_ns = now_ns();
        }
        comeback_step(back);
        sockets_poll(5);
    }
}

static void drain(const struct progress *g, struct comeback *back) {
    uint64_t until = now_ns() + (uint64_t)(run.drain_s * 1e9), expected = (counts.sent - g->before.sent) * (uint64_t)run.room_size;
    while (now_ns() < until && everyone_there()) {
        bool all_back = back->returned == back->lost && !pool.dead;
        if (counts.deliveries - g->before.deliveries >= expected && all_back) break;
        comeback_step(back);
        sockets_poll(5);
    }
}

static void print_window(const struct reading *a, const struct reading *b) {
    double seconds = (double)(b->at_ns - a->at_ns) / 1e9, own = b->own_s - a->own_s, accounted = own;
    uint64_t deliveries = b->counts.deliveries - a->counts.deliveries;
    printf("\"window_s\":%.4f,\"window_sent\":%llu,\"window_deliveries\":%llu,\"deliveries_per_s\":%.1f,\"bytes\":%llu,\"frames\":%llu,"
           "\"reads\":%llu,\"generator_cpu_s\":%.4f,\"generator_share\":%.4f,\"cpu_s\":{",
           seconds, (unsigned long long)(b->counts.sent - a->counts.sent), (unsigned long long)deliveries,
           (double)deliveries / seconds, (unsigned long long)(b->pool.bytes - a->pool.bytes),
           (unsigned long long)(b->pool.frames - a->pool.frames), (unsigned long long)(b->pool.reads - a->pool.reads), own, own / seconds);
    for (int i = 0; i < run.account_count; i++) {
        accounted += b->cpu_s[i] - a->cpu_s[i];
        printf("%s\"%s\":%.6f", i ? "," : "", run.accounts[i].name, b->cpu_s[i] - a->cpu_s[i]);
    }
    double busy = (double)sysconf(_SC_NPROCESSORS_ONLN) * seconds - (b->idle_s - a->idle_s);
    printf("},\"foreign_cores\":%.4f", (busy - accounted) / seconds);
}

static void print_comeback(const struct comeback *back) {
    if (!back->killed_ns) return;
    printf(",\"resume\":{\"lost\":%d,\"returned\":%d,\"last_live_ms\":%.3f}", back->lost, back->returned,
           back->last_live_ns ? (double)(back->last_live_ns - back->killed_ns) / 1e6 : -1);
}

static void phase_run(const struct phase *p) {
    struct progress g = {.start_ns = now_ns(), .before = counts};
    struct comeback back = {0};
    alarm(STAGE_S_MAX);
    pool.last_arrival_ns = g.start_ns;
    histogram_clear();
    if (p->kind == RATE) clock_start(p->level);
    drive_until(g.start_ns + (uint64_t)(p->warm_s * 1e9), p, &g, &back, UINT64_MAX);
    struct reading a = read_all();
    recording = true;
    drive_until(a.at_ns + (uint64_t)(p->window_s * 1e9), p, &g, &back, a.at_ns + NS_PER_S);
    struct reading b = read_all();
    recording = p->kill_pid != 0; /* what is caught up after a kill belongs to the picture */
    clock_stop();
    drain(&g, &back);
    recording = false;
    struct summary s = histogram_summary();
    uint64_t sent = counts.sent - g.before.sent, delivered = counts.deliveries - g.before.deliveries;
    printf("{\"kind\":\"%s\",\"level\":%g,", p->kind == RATE ? "rate" : "closed", p->level);
    print_window(&a, &b);
    printf(",\"sent\":%llu,\"deliveries\":%llu,\"missing\":%lld,\"duplicates\":%llu,\"strays\":%llu,\"dead\":%d,\"stalled\":%s,"
           "\"p50_ms\":%.4f,\"p95_ms\":%.4f,\"p99_ms\":%.4f,\"max_ms\":%.4f,\"mean_ms\":%.4f,\"send_late_ms\":%.3f",
           (unsigned long long)sent, (unsigned long long)delivered,
           (long long)(sent * (uint64_t)run.room_size) - (long long)delivered,
           (unsigned long long)(counts.duplicates - g.before.duplicates), (unsigned long long)(counts.strays - g.before.strays),
           pool.dead, g.stalled ? "true" : "false", s.p50_ms, s.p95_ms, s.p99_ms, s.max_ms, s.mean_ms, g.late_ms);
    print_comeback(&back);
    printf("}");
}

/* Whatever the server does, nothing is left running. */
static void overdue(int number) {
    static const char told[] = "wsload: a stage took too long\n";
    (void)number;
    if (write(STDERR_FILENO, told, sizeof told - 1) < 0) _exit(3);
    _exit(2);
}

static void raise_file_limit(void) {
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

int main(int argc, char **argv) {
    int id;
    while ((id = getopt_long(argc, argv, "", OPTIONS, NULL)) != -1) {
        if (id == '?') return 2;
        option_take(id, optarg);
    }
    if (optind < argc) fail("unexpected %s", argv[optind]);
    options_check();
    signal(SIGALRM, overdue);
    raise_file_limit();
    count_open(run.listeners, run.room_size);
    sockets_open();
    connections_make();
    bool complete = connect_all();
    for (int i = 0; complete && i < run.phase_count; i++) {
        if (i) printf(",");
        phase_run(&run.phases[i]);
        complete = everyone_there();
    }
    printf("],\"complete\":%s}\n", complete ? "true" : "false");
    return complete ? 0 : 1;
}
