/* Templates and the marker. Knows how a text with holes is parsed and filled; not what the text means. */
#include "load.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

size_t text_bytes = 100;
struct lines rooms;

static const char *const HOLES[] = {
    [PART_INDEX] = "{i}",   [PART_LINE] = "{line}", [PART_ROOM] = "{room}",
    [PART_SEQ] = "{seq}",   [PART_NUMBER] = "{n}",  [PART_SEEN] = "{seen}", [PART_TEXT] = "{text}",
};
static const char FILLER[] = "thank you for the papers we will look at them before friday ";

static enum part_kind hole_at(const char *s) {
    for (int kind = PART_INDEX; kind <= PART_TEXT; kind++)
        if (!strncmp(s, HOLES[kind], strlen(HOLES[kind]))) return kind;
    return PART_BYTES;
}

static struct part *next_part(struct template *t) {
    if (t->count == PARTS_MAX) fail("a template has more than %d parts", PARTS_MAX);
    return &t->parts[t->count++];
}

static char byte_at(const char **s) {
    unsigned value;
    if ((*s)[0] == '\\' && (*s)[1] == 'x' && isxdigit((unsigned char)(*s)[2]) && isxdigit((unsigned char)(*s)[3])) {
        sscanf(*s + 2, "%2x", &value);
        *s += 4;
        return (char)value;
    }
    return *(*s)++;
}

struct template template_parse(const char *s) {
    struct template t = {0};
    struct part *open = NULL;
    while (*s) {
        enum part_kind kind = hole_at(s);
        if (kind != PART_BYTES) {
            next_part(&t)->kind = kind;
            s += strlen(HOLES[kind]);
            open = NULL;
            continue;
        }
        if (!open) {
            open = next_part(&t);
            open->kind = PART_BYTES;
            open->bytes = grow(NULL, strlen(s));
        }
        open->bytes[open->length++] = byte_at(&s);
    }
    return t;
}

static size_t fill_text(char *out, uint32_t seq) {
    char marker[MARKER_BYTES + 1];
    snprintf(marker, sizeof marker, "Zq%08xqZ", seq);
    memcpy(out, marker, MARKER_BYTES);
    for (size_t i = MARKER_BYTES; i < text_bytes; i++) out[i] = FILLER[(i - MARKER_BYTES) % (sizeof FILLER - 1)];
    return text_bytes;
}

static size_t fill_part(const struct part *p, const struct values *v, char *out, size_t left) {
    size_t needed = p->kind == PART_TEXT ? text_bytes : p->kind == PART_BYTES ? p->length : 24;
    const char *item = NULL;
    if (p->kind == PART_LINE) {
        if (!v->lines || v->index >= v->lines->count) fail("{line} has no line %d", v->index);
        item = v->lines->items[v->index];
    } else if (p->kind == PART_ROOM && rooms.count) {
        if (v->room >= rooms.count) fail("{room} has no line %d", v->room);
        item = rooms.items[v->room];
    }
    if (item) needed = strlen(item);
    if (needed >= left) fail("a filled template is longer than %d bytes", MESSAGE_BYTES_MAX);
    if (item) return memcpy(out, item, needed), needed;
    switch (p->kind) {
    case PART_BYTES: return memcpy(out, p->bytes, p->length), p->length;
    case PART_INDEX: return (size_t)sprintf(out, "%d", v->index);
    case PART_ROOM: return (size_t)sprintf(out, "room%d", v->room);
    case PART_SEQ: return (size_t)sprintf(out, "%08x", v->seq);
    case PART_NUMBER: return (size_t)sprintf(out, "%u", v->seq);
    case PART_SEEN: return (size_t)sprintf(out, "%llu", (unsigned long long)v->seen);
    case PART_TEXT: return fill_text(out, v->seq);
    default: return 0;
    }
}

size_t template_fill(const struct template *t, const struct values *v, char *out, size_t out_max) {
    size_t length = 0;
    for (int i = 0; i < t->count; i++) length += fill_part(&t->parts[i], v, out + length, out_max - length);
    return length;
}

struct lines lines_load(const char *path) {
    struct lines lines = {0};
    FILE *file = fopen(path, "r");
    char *line = NULL;
    size_t room = 0;
    ssize_t length;
    if (!file) fail("cannot read %s", path);
    while ((length = getline(&line, &room, file)) >= 0) {
        while (length && (line[length - 1] == '\n' || line[length - 1] == '\r')) line[--length] = 0;
        if (lines.count % 1024 == 0) lines.items = grow(lines.items, (size_t)(lines.count + 1024) * sizeof *lines.items);
        lines.items[lines.count++] = strdup(line);
    }
    free(line);
    fclose(file);
    return lines;
}

bool marker_read(const unsigned char *at, uint32_t *seq) {
    uint32_t value = 0;
    if (at[1] != 'q' || at[10] != 'q' || at[11] != 'Z') return false;
    for (int i = 2; i < 10; i++) {
        unsigned char c = at[i];
        if (c >= '0' && c <= '9') value = value << 4 | (uint32_t)(c - '0');
        else if (c >= 'a' && c <= 'f') value = value << 4 | (uint32_t)(c - 'a' + 10);
        else return false;
    }
    *seq = value;
    return true;
}
