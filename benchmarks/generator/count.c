/* Exact counting: which message reached which connection, and how late. Knows no sockets.
 *
 * Every message in flight has a slot with one bit per connection of its room, so that a duplicate here cannot make up for a
 * loss there, and a message in the wrong room is seen as such. Rooms are consecutive connections: room r holds the
 * connections r*size to r*size + size - 1. */
#include "load.h"

#include <stdlib.h>
#include <string.h>

#define SLOTS_MAX (1u << 16)
#define BITS_BYTES_MAX (64u << 20)
#define STEPS_PER_OCTAVE 128 /* a bucket is at most 0.8 % wide */
#define BUCKETS (STEPS_PER_OCTAVE * 58)

struct slot {
    uint64_t intended_ns;
    uint32_t seq;
    uint32_t arrived;
    int room;
    bool used;
};

struct counts counts;
bool recording;

static struct slot *slots;
static uint64_t *bits;
static uint32_t slot_count = SLOTS_MAX;
static size_t words;
static int size;
static uint32_t next_seq;

static uint64_t buckets[BUCKETS], bucket_total, largest_ns;
static double sum_ns;

void count_open(int listeners, int room_size) {
    if (room_size < 1 || listeners % room_size) fail("%d listeners do not make whole rooms of %d", listeners, room_size);
    size = room_size;
    words = ((size_t)size + 63) / 64;
    while (slot_count > 1024 && slot_count * words * sizeof *bits > BITS_BYTES_MAX) slot_count /= 2;
    slots = calloc(slot_count, sizeof *slots);
    bits = calloc(slot_count * words, sizeof *bits);
    if (!slots || !bits) fail("out of memory");
}

uint32_t count_next_seq(void) { return next_seq; }

/* A slot that is taken over before everyone had its message stays short in `deliveries`: counted as missing at the end. */
void count_sent(int room, uint64_t intended_ns) {
    struct slot *s = &slots[next_seq % slot_count];
    *s = (struct slot){.intended_ns = intended_ns, .seq = next_seq, .room = room, .used = true};
    memset(&bits[(next_seq % slot_count) * words], 0, words * sizeof *bits);
    next_seq++;
    counts.sent++;
}

void count_arrival(int connection, uint32_t seq, uint64_t at_ns) {
    struct slot *s = &slots[seq % slot_count];
    if (!s->used || s->seq != seq || s->room != connection / size) {
        counts.strays++;
        return;
    }
    unsigned member = (unsigned)(connection % size);
    uint64_t *word = &bits[(seq % slot_count) * words + member / 64], bit = 1ull << (member % 64);
    if (*word & bit) {
        counts.duplicates++;
        return;
    }
    *word |= bit;
    counts.deliveries++;
    if (++s->arrived == (uint32_t)size) counts.complete++;
    if (recording) histogram_add(at_ns > s->intended_ns ? at_ns - s->intended_ns : 0);
}

/* Logarithmic buckets: the octave of the value, and within it STEPS_PER_OCTAVE equal steps. */
static unsigned bucket_of(uint64_t value) {
    if (value < STEPS_PER_OCTAVE) return (unsigned)value;
    unsigned shift = 63 - (unsigned)__builtin_clzll(value) - 7;
    return (shift + 1) * STEPS_PER_OCTAVE + (unsigned)(value >> shift) - STEPS_PER_OCTAVE;
}

static double bucket_middle(unsigned bucket) {
    if (bucket < STEPS_PER_OCTAVE) return bucket;
    unsigned shift = bucket / STEPS_PER_OCTAVE - 1;
    return ((double)(bucket % STEPS_PER_OCTAVE + STEPS_PER_OCTAVE) + 0.5) * (double)(1ull << shift);
}

void histogram_clear(void) {
    memset(buckets, 0, sizeof buckets);
    bucket_total = largest_ns = 0;
    sum_ns = 0;
}

void histogram_add(uint64_t value_ns) {
    buckets[bucket_of(value_ns)]++;
    bucket_total++;
    sum_ns += (double)value_ns;
    if (value_ns > largest_ns) largest_ns = value_ns;
}

static double quantile_ms(double q) {
    uint64_t rank = (uint64_t)(q * (double)bucket_total), below = 0;
    for (unsigned i = 0; i < BUCKETS; i++) {
        below += buckets[i];
        if (below > rank) {
            double middle = bucket_middle(i);
            return (middle > (double)largest_ns ? (double)largest_ns : middle) / 1e6;
        }
    }
    return (double)largest_ns / 1e6;
}

struct summary histogram_summary(void) {
    if (!bucket_total) return (struct summary){0};
    return (struct summary){
        .p50_ms = quantile_ms(0.5), .p95_ms = quantile_ms(0.95), .p99_ms = quantile_ms(0.99),
        .max_ms = (double)largest_ns / 1e6, .mean_ms = sum_ns / (double)bucket_total / 1e6, .samples = bucket_total,
    };
}
