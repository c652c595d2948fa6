/*
 * Loaded into the server (LD_PRELOAD) by the chaos test: kills it at one of its durable steps,
 * just before or just after the call that makes a write durable. Which one is in the variable
 * TANDEM_KILL_AT_SYNC: "<number, from 1> before" or "<number, from 1> after".
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

typedef int (*sync_call)(int);

static atomic_long seen;

static int at_sync(const char *name, int file) {
    const char *plan = getenv("TANDEM_KILL_AT_SYNC");
    char *moment = NULL;
    long victim = plan == NULL ? 0 : strtol(plan, &moment, 10);
    int strikes = victim != 0 && atomic_fetch_add(&seen, 1) + 1 == victim;
    int after = strikes && strcmp(moment, " after") == 0;
    if (strikes && !after) {
        raise(SIGKILL);
    }
    int result = ((sync_call)dlsym(RTLD_NEXT, name))(file);
    if (after) {
        raise(SIGKILL);
    }
    return result;
}

int fsync(int file) { return at_sync("fsync", file); }
int fdatasync(int file) { return at_sync("fdatasync", file); }
