/* What an event costs: a scripted walk of creates and deletes, every invariant after every action,
 * the identity after every action, at several numbers of live EIPs.
 *
 *   walk                      nanoseconds per event at 3, 300 and 20,000 EIPs, as ratios, and the
 *                             size of such a world
 *   walk EIPS EVENTS          one of them; what callgrind is run on (bench/walk.sh)
 *
 * An event is one line of a log: an action or something that followed from it.
 */
#define _POSIX_C_SOURCE 200809L
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "model/sim.h"
#include "model/world.h"

static uint64_t events;

static void count_event(void *context, const struct sim_event *event)
{
    (void)context;
    (void)event;
    events++;
}

static const struct sim_sink sink = {count_event, NULL};

struct bench {
    struct sim_setup setup;
    uint16_t *names;
    struct sim_gateway_setup gateway;
    struct sim_net_setup net;
    struct sim_range exclude;
    struct sim_subnet_setup subnet;
    struct sim_world *world;
};

static void limits(struct bench *b, unsigned eips)
{
    struct sim_limits *l = &b->setup.limits;

    l->eips = (uint16_t)eips;
    l->gateways = 1;
    l->pods_per_gateway = 1;
    l->nets = 1;
    l->subnets = 1;
    l->names = (uint16_t)(eips + 1);
    l->watch = 16;
    l->macs = eips * SIM_MACS_PER_EIP;
}

static void subnet(struct bench *b, unsigned eips)
{
    unsigned bits = 3;

    while ((1u << bits) < eips + 4)
        bits++;
    b->subnet.prefix = (uint8_t)(32 - bits);
    b->subnet.present = 1;
    b->subnet.cidr = 0x0a100000;
    b->subnet.gateway = 0x0a100001;
    b->exclude.first = b->exclude.last = 0x0a100001;
    b->subnet.excludes = &b->exclude;
    b->subnet.n_excludes = 1;
    b->net.subnet = 1;
    b->net.by_attachment = 1;
}

static void make(struct bench *b, unsigned eips)
{
    size_t size;
    void *memory;

    memset(b, 0, sizeof *b);
    limits(b, eips);
    subnet(b, eips);
    b->names = calloc(eips, sizeof *b->names);
    for (unsigned i = 0; b->names != NULL && i < eips; i++)
        b->names[i] = (uint16_t)i;
    b->gateway.name = (uint16_t)eips;
    b->gateway.present = 1;
    sim_policy_of(SIM_PROFILE_V1_12_22, &b->setup.policy);
    b->setup.quirks = ipam_release_quirks(IPAM_RELEASE_V1_12_22);
    b->setup.timed = b->setup.nat_enabled = b->setup.up = 1;
    b->setup.kind_names[SIM_KIND_EIP] = b->names;
    b->setup.gateways = &b->gateway;
    b->setup.nets = &b->net;
    b->setup.subnets = &b->subnet;
    size = sim_size(&b->setup);
    memory = size == 0 ? NULL : aligned_alloc(64, (size + 63) / 64 * 64);
    if (memory == NULL || sim_init(memory, &b->setup, &b->world) != SIM_STATUS_DONE) {
        fputs("walk: cannot make a world\n", stderr);
        exit(70);
    }
}

static void apply(struct bench *b, const struct sim_action *a)
{
    struct sim_violation found[8];

    if (sim_apply(b->world, a, &sink) != SIM_STATUS_DONE || sim_check(b->world, found, 8) != 0) {
        fprintf(stderr, "walk: action %s failed\n", sim_action_text(a->kind));
        exit(70);
    }
    (void)sim_identity(b->world);
    events++;
}

static void act(struct bench *b, enum sim_action_kind kind, unsigned id)
{
    struct sim_action a;

    memset(&a, 0, sizeof a);
    a.kind = (uint8_t)kind;
    a.id = (sim_id)id;
    a.body.gw = 1;
    a.value = SIM_POD_RUNNING;
    a.time = 1750000000;
    apply(b, &a);
    while (kind != SIM_ACTION_POD && sim_enabled(b->world, 0, &a, 1) > 0)
        apply(b, &a);
}

/* All EIPs live, then one after the other goes and comes back. */
static double walk(unsigned eips, uint64_t wanted, size_t *bytes)
{
    struct bench b;
    struct timespec from, to;
    uint64_t start;

    make(&b, eips);
    act(&b, SIM_ACTION_POD, 0);
    act(&b, SIM_ACTION_POD_INITED, 0);
    for (unsigned i = 0; i < eips; i++)
        act(&b, SIM_ACTION_CREATE, i);
    start = events;
    clock_gettime(CLOCK_MONOTONIC, &from);
    for (unsigned i = 0; events - start < wanted; i = (i + 7) % eips) {
        act(&b, SIM_ACTION_DELETE, i);
        act(&b, SIM_ACTION_CREATE, i);
    }
    clock_gettime(CLOCK_MONOTONIC, &to);
    *bytes = sim_world_size(b.world);
    free(b.world);
    free(b.names);
    return ((double)(to.tv_sec - from.tv_sec) * 1e9 + (double)(to.tv_nsec - from.tv_nsec)) /
           (double)(events - start);
}

int main(int argc, char **argv)
{
    static const unsigned sizes[] = {3, 300, 20000};
    double first = 0;
    size_t bytes;

    if (argc == 3) {
        (void)walk((unsigned)strtoul(argv[1], NULL, 10), strtoull(argv[2], NULL, 10), &bytes);
        printf("%" PRIu64 " events in all\n", events);
        return 0;
    }
    (void)walk(3, 100000, &bytes); /* warm up */
    for (unsigned i = 0; i < 3; i++) {
        double ns = walk(sizes[i], 200000, &bytes);

        if (i == 0)
            first = ns;
        printf("%5u live EIPs: %7.1f ns per event, ratio %.2f; %zu bytes a world\n", sizes[i], ns,
               ns / first, bytes);
    }
    return 0;
}
