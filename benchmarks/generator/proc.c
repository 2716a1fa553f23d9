/* What processes used, read from /proc: CPU in nanoseconds from the scheduler's own count, resident memory. */
#include "load.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define PROCESSES_MAX 32768

struct process {
    int pid, parent;
    double ticks_s;
    bool member;
};

struct account account_parse(const char *source) {
    struct account a = {0};
    const char *equals = strchr(source, '=');
    if (!equals || equals == source || (size_t)(equals - source) >= sizeof a.name) fail("expected NAME=PID[,PID]: %s", source);
    memcpy(a.name, source, (size_t)(equals - source));
    for (const char *s = equals; *s == '=' || *s == ','; ) {
        char *end;
        long pid = strtol(s + 1, &end, 10);
        if (end == s + 1 || pid <= 0 || a.pid_count == ROOT_PIDS_MAX) fail("expected NAME=PID[,PID]: %s", source);
        a.pids[a.pid_count++] = (int)pid;
        s = end;
    }
    return a;
}

static bool read_small(const char *path, char *out, size_t out_max) {
    FILE *file = fopen(path, "r");
    if (!file) return false; /* it ended between the listing and here */
    size_t length = fread(out, 1, out_max - 1, file);
    fclose(file);
    out[length] = 0;
    return length > 0;
}

static bool read_process(const char *name, struct process *p) {
    char path[64], text[1024], *behind;
    unsigned long user, kernel;
    snprintf(path, sizeof path, "/proc/%.20s/stat", name);
    if (!read_small(path, text, sizeof text) || !(behind = strrchr(text, ')'))) return false;
    if (sscanf(behind + 2, "%*c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &p->parent, &user, &kernel) != 3) return false;
    p->pid = atoi(name);
    p->ticks_s = (double)(user + kernel) / (double)sysconf(_SC_CLK_TCK);
    p->member = false;
    return true;
}

static int list_processes(struct process *all) {
    int count = 0;
    DIR *folder = opendir("/proc");
    if (!folder) fail("cannot read /proc");
    for (struct dirent *e; (e = readdir(folder)) && count < PROCESSES_MAX;)
        if (isdigit((unsigned char)e->d_name[0]) && read_process(e->d_name, &all[count])) count++;
    closedir(folder);
    return count;
}

static bool is_child_of_member(const struct process *all, int count, int parent) {
    for (int i = 0; i < count; i++)
        if (all[i].member && all[i].pid == parent) return true;
    return false;
}

static void mark_trees(const struct account *a, struct process *all, int count) {
    bool again = true;
    for (int i = 0; i < count; i++)
        for (int k = 0; k < a->pid_count; k++)
            if (all[i].pid == a->pids[k]) all[i].member = true;
    while (again) {
        again = false;
        for (int i = 0; i < count; i++)
            if (!all[i].member && is_child_of_member(all, count, all[i].parent)) all[i].member = again = true;
    }
}

/* The first number of schedstat is nanoseconds on a CPU. Threads that ended are in the process's ticks only. */
static double process_cpu_s(const struct process *p) {
    char path[320], text[128];
    double exact_s = 0;
    snprintf(path, sizeof path, "/proc/%d/task", p->pid);
    DIR *folder = opendir(path);
    if (!folder) return p->ticks_s;
    for (struct dirent *e; (e = readdir(folder));) {
        snprintf(path, sizeof path, "/proc/%d/task/%s/schedstat", p->pid, e->d_name);
        if (isdigit((unsigned char)e->d_name[0]) && read_small(path, text, sizeof text)) exact_s += strtod(text, NULL) / 1e9;
    }
    closedir(folder);
    return exact_s > p->ticks_s ? exact_s : p->ticks_s;
}

static double process_rss_kib(const struct process *p) {
    char path[64], text[128];
    long pages;
    snprintf(path, sizeof path, "/proc/%d/statm", p->pid);
    if (!read_small(path, text, sizeof text) || sscanf(text, "%*d %ld", &pages) != 1) return 0;
    return (double)pages * (double)sysconf(_SC_PAGESIZE) / 1024;
}

struct usage account_read(const struct account *a) {
    static struct process all[PROCESSES_MAX];
    struct usage u = {0};
    int count = list_processes(all);
    mark_trees(a, all, count);
    for (int i = 0; i < count; i++) {
        if (!all[i].member) continue;
        u.cpu_s += process_cpu_s(&all[i]);
        u.rss_kib += process_rss_kib(&all[i]);
    }
    return u;
}

double own_cpu_s(void) {
    struct rusage r;
    getrusage(RUSAGE_SELF, &r);
    return (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) + (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
}

double machine_idle_s(void) {
    char text[512];
    double idle, waiting;
    if (!read_small("/proc/stat", text, sizeof text) || sscanf(text, "cpu %*f %*f %*f %lf %lf", &idle, &waiting) != 2)
        fail("cannot read /proc/stat");
    return (idle + waiting) / (double)sysconf(_SC_CLK_TCK);
}
