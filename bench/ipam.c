/* What address sets and whole allocations cost, as ratios within one run.
 *
 *   ipam                          sets: bitmap against sorted ranges (and against CRoaring, if its
 *                                 development package is installed); allocations per second
 *   ipam BITS allocate|pair N     N allocations, or N times release and allocate, alone: what
 *                                 callgrind is run on (bench/ipam.sh)
 *
 * An operation is one first, remove or add.  The patterns:
 *
 *   sequential    fills an empty set from below, then takes the first until it is empty again
 *   alternating   a set of every other address: takes out any member and puts it back
 *   lowest        the same in the upper half alone, as if the lower half were in use: takes the
 *                 first and puts it back
 */
#define _POSIX_C_SOURCE 200809L
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ipam/ipam.h"

#ifdef EIPSIM_HAVE_ROARING
#include <roaring/roaring.h>
#endif

static double now(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void *memory_of(size_t size)
{
    void *m = calloc(1, size);

    if (m == NULL) {
        fputs("out of memory\n", stderr);
        exit(70);
    }
    return m;
}

/* ---- sets ---- */

enum kind { BITMAP, RANGES, ROARING, KINDS };

static const char *const kind_name[] = {"bitmap", "ranges", "CRoaring"};

struct set {
    enum kind kind;
    struct ipam_addrset ours;
#ifdef EIPSIM_HAVE_ROARING
    roaring_bitmap_t *theirs;
#endif
};

/* 10.0.0.0 and on; made here, as its cost is no set's. */
static struct ipam_addr address(uint32_t i)
{
    struct ipam_addr a = {0, UINT64_C(0xffff0a000000) + i};

    return a;
}

static void set_open(struct set *s, enum kind kind, unsigned bits)
{
    struct ipam_addrset_shape shape;

    memset(s, 0, sizeof *s);
    s->kind = kind;
#ifdef EIPSIM_HAVE_ROARING
    if (kind == ROARING) {
        s->theirs = roaring_bitmap_create();
        return;
    }
#endif
    memset(&shape, 0, sizeof shape);
    shape.base = address(0);
    shape.bits = kind == BITMAP ? (uint8_t)bits : 0;
    shape.max_ranges = kind == BITMAP ? 0 : (1u << (bits - 1)) + 2;
    s->ours = ipam_addrset_view(memory_of(ipam_addrset_size(shape.bits, shape.max_ranges)), &shape,
                                NULL, 0);
}

static void set_close(struct set *s)
{
#ifdef EIPSIM_HAVE_ROARING
    if (s->kind == ROARING) {
        roaring_bitmap_free(s->theirs);
        return;
    }
#endif
    free(s->ours.word);
}

static void set_add(struct set *s, uint32_t i)
{
#ifdef EIPSIM_HAVE_ROARING
    if (s->kind == ROARING) {
        roaring_bitmap_add(s->theirs, i);
        return;
    }
#endif
    (void)ipam_addrset_add(&s->ours, address(i), NULL);
}

static void set_remove(struct set *s, uint32_t i)
{
#ifdef EIPSIM_HAVE_ROARING
    if (s->kind == ROARING) {
        roaring_bitmap_remove(s->theirs, i);
        return;
    }
#endif
    (void)ipam_addrset_remove(&s->ours, address(i), NULL);
}

static uint32_t set_first(const struct set *s)
{
    struct ipam_addr a = {0, 0};

#ifdef EIPSIM_HAVE_ROARING
    if (s->kind == ROARING)
        return roaring_bitmap_minimum(s->theirs);
#endif
    (void)ipam_addrset_first(&s->ours, &a);
    return (uint32_t)a.lo - 0x0a000000u;
}

static size_t set_bytes(const struct set *s)
{
#ifdef EIPSIM_HAVE_ROARING
    if (s->kind == ROARING)
        return roaring_bitmap_portable_size_in_bytes(s->theirs);
#endif
    return ipam_addrset_size(s->ours.shape.bits, s->ours.shape.max_ranges);
}

enum pattern { SEQUENTIAL, ALTERNATING, LOWEST, PATTERNS };

static const char *const pattern_name[] = {"sequential", "alternating", "lowest"};

/* One round of a pattern; returns the number of operations. */
static uint32_t sequential(struct set *s, uint32_t size)
{
    for (uint32_t i = 0; i < size; i++)
        set_add(s, i);
    for (uint32_t i = 0; i < size; i++)
        set_remove(s, set_first(s));
    return 3 * size;
}

static uint32_t alternating(struct set *s, unsigned bits, uint32_t *x)
{
    for (unsigned i = 0; i < 32; i++) {
        *x = *x * 1664525u + 1013904223u;
        set_remove(s, (*x >> (32 - bits)) & ~1u);
        set_add(s, (*x >> (32 - bits)) & ~1u);
    }
    return 64;
}

static uint32_t lowest(struct set *s)
{
    for (unsigned i = 0; i < 32; i++) {
        uint32_t first = set_first(s);

        set_remove(s, first);
        set_add(s, first);
    }
    return 96;
}

/* Nanoseconds per operation; rounds until a tenth of a second has passed. */
static double rounds(struct set *s, enum pattern pattern, unsigned bits)
{
    uint32_t size = 1u << bits, x = 1;
    uint64_t operations = 0;
    double from, passed;

    for (uint32_t i = pattern == LOWEST ? size / 2 : 0; pattern != SEQUENTIAL && i < size; i += 2)
        set_add(s, i);
    from = now();
    do {
        if (pattern == SEQUENTIAL)
            operations += sequential(s, size);
        else
            operations += pattern == LOWEST ? lowest(s) : alternating(s, bits, &x);
        passed = now() - from;
    } while (passed < 1e8);
    return passed / (double)operations;
}

static double measure(enum kind kind, enum pattern pattern, unsigned bits, size_t *bytes)
{
    struct set s;
    double ns;

    set_open(&s, kind, bits);
    ns = rounds(&s, pattern, bits);
    *bytes = set_bytes(&s);
    set_close(&s);
    return ns;
}

enum { WIDTHS = 3 };

static const unsigned widths[WIDTHS] = {8, 16, 20};

static void print_aim(const char *what, double ratio, bool at_least, double aim)
{
    bool reached = at_least ? ratio >= aim : ratio <= aim;

    printf("aim: %-52s %8.1f, %s %.0f: %s\n", what, ratio, at_least ? "at least" : "at most", aim,
           reached ? "reached" : "MISSED");
}

static void print_aims(double ns[PATTERNS][WIDTHS][KINDS], unsigned kinds)
{
    double most = 0, least = 1e9, growth = 0;

    for (unsigned p = 0; p < PATTERNS; p++) {
        double g = ns[p][2][BITMAP] / ns[p][0][BITMAP];

        growth = g > growth ? g : growth;
        for (unsigned w = 0; w < WIDTHS; w++) {
            double r = ns[p][w][ROARING] / ns[p][w][BITMAP];

            most = r > most ? r : most;
            least = r < least ? r : least;
        }
    }
    print_aim("ranges over bitmap, alternating, 2^16",
              ns[ALTERNATING][1][RANGES] / ns[ALTERNATING][1][BITMAP], true, 200);
    print_aim("bitmap, 2^20 over 2^8, the worst pattern", growth, false, 3);
    if (kinds <= ROARING)
        return;
    print_aim("CRoaring over bitmap, where CRoaring is at its worst", most, true, 3);
    print_aim("CRoaring over bitmap, where the bitmap is at its worst", least, true, 3);
}

static void sets(void)
{
    double ns[PATTERNS][WIDTHS][KINDS] = {{{0}}};
    unsigned kinds = ROARING;

#ifdef EIPSIM_HAVE_ROARING
    kinds = KINDS;
#else
    printf("CRoaring is not installed: no comparison with it\n");
#endif
    for (unsigned p = 0; p < PATTERNS; p++)
        for (unsigned w = 0; w < WIDTHS; w++)
            for (unsigned k = 0; k < kinds; k++) {
                size_t bytes;

                ns[p][w][k] = measure((enum kind)k, (enum pattern)p, widths[w], &bytes);
                printf("%-11s 2^%-2u  %-8s %10.1f ns per operation, %8.1f times the bitmap's, "
                       "%9zu bytes\n",
                       pattern_name[p], widths[w], kind_name[k], ns[p][w][k],
                       ns[p][w][k] / ns[p][w][BITMAP], bytes);
            }
    print_aims(ns, kinds);
}

/* ---- allocations ---- */

static struct ipam *open_ipam(unsigned bits)
{
    uint32_t size = 1u << bits;
    struct ipam_subnet_limits subnet;
    struct ipam_limits limits;
    struct ipam_subnet_request request;
    struct ipam *ipam;

    memset(&subnet, 0, sizeof subnet);
    subnet.family[IPAM_V4].bits = bits;
    memset(&limits, 0, sizeof limits);
    limits.n_subnets = 1;
    limits.n_owners = limits.n_nics = limits.n_macs = size;
    limits.n_owner_nics = 4;
    limits.subnet = &subnet;
    ipam = ipam_init(memory_of(ipam_size(&limits)), &limits, 0);
    memset(&request, 0, sizeof request);
    request.protocol = IPAM_PROTOCOL_V4;
    request.family[IPAM_V4].present = 1;
    if (ipam == NULL ||
        !ipam_cidr_parse(bits == 8 ? "10.0.0.0/24" : "10.0.0.0/16", 11,
                         &request.family[IPAM_V4].cidr) ||
        ipam_subnet_set(ipam, 1, &request, NULL) != IPAM_ERROR_NONE) {
        fputs("the IPAM could not be made\n", stderr);
        exit(70);
    }
    return ipam;
}

static void allocate(struct ipam *ipam, uint32_t owner)
{
    struct ipam_random_request r;

    memset(&r, 0, sizeof r);
    r.subnet = 1;
    r.owner = r.nic = owner;
    r.mac.fresh = &owner;
    r.mac.n_fresh = 1;
    r.check = 1;
    if (ipam_random(ipam, &r, NULL).error != IPAM_ERROR_NONE) {
        fputs("an allocation failed\n", stderr);
        exit(70);
    }
}

/* Half of the block is in use; one owner after the other releases and allocates. */
static double pairs(unsigned bits, uint32_t n)
{
    uint32_t half = 1u << (bits - 1);
    struct ipam *ipam = open_ipam(bits);
    double from;

    for (uint32_t owner = 1; owner <= half; owner++)
        allocate(ipam, owner);
    from = now();
    for (uint32_t i = 0; i < n; i++) {
        (void)ipam_release_owner(ipam, 1 + i % half, 1, NULL, NULL);
        allocate(ipam, 1 + i % half);
    }
    from = (now() - from) / n;
    free(ipam);
    return from;
}

/* A block is filled, and filled again when it is full; only the filling is timed. */
static double allocations(unsigned bits, uint32_t n)
{
    uint32_t size = (1u << bits) - 2;
    struct ipam *ipam = open_ipam(bits);
    void *empty = memory_of(ipam_block_size(ipam));
    double passed = 0;

    memcpy(empty, ipam, ipam_block_size(ipam));
    for (uint32_t done = 0; done < n;) {
        double from;

        memcpy(ipam, empty, ipam_block_size(ipam));
        from = now();
        for (uint32_t owner = 1; owner <= size && done < n; owner++, done++)
            allocate(ipam, owner);
        passed += now() - from;
    }
    free(ipam);
    free(empty);
    return passed / n;
}

int main(int argc, char **argv)
{
    double small, large;

    if (argc == 4) {
        unsigned bits = (unsigned)atoi(argv[1]);
        uint32_t n = (uint32_t)strtoul(argv[3], NULL, 10);

        (void)(strcmp(argv[2], "pair") == 0 ? pairs(bits, n) : allocations(bits, n));
        return 0;
    }
    sets();
    small = allocations(8, 500000);
    large = allocations(16, 500000);
    printf("allocate: /24 %.2f million a second, /16 %.2f million (ratio of costs %.2f)\n",
           1e3 / small, 1e3 / large, large / small);
    small = pairs(8, 500000);
    large = pairs(16, 500000);
    printf("release and allocate, half in use: /24 %.2f million a second, /16 %.2f million "
           "(ratio of costs %.2f)\n",
           1e3 / small, 1e3 / large, large / small);
    return 0;
}
