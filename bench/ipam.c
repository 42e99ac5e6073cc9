/* What address sets and whole allocations cost, as ratios within one run.
 *
 *   ipam                      sets: bitmap against sorted ranges (and against CRoaring, if its
 *                             development package is installed); allocations per second
 *   ipam BITS ALLOCATIONS     allocations alone; what callgrind is run on (bench/ipam.sh)
 *
 * Patterns: `sequential` empties a full set from below and fills it again; `alternating` takes out
 * and puts back members of a set that has every other address, anywhere.  An operation is one
 * first, remove or add.
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

static struct ipam_addr address(uint32_t i)
{
    return ipam_addr_v4(0x0a000000u + i);
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

/* Nanoseconds per operation. */
static double sequential(struct set *s, unsigned bits, uint32_t operations)
{
    uint32_t size = 1u << bits, done = 0;
    double from = now();

    while (done < operations) {
        for (uint32_t i = 0; i < size; i++)
            set_add(s, i);
        for (uint32_t i = 0; i < size; i++)
            set_remove(s, set_first(s));
        done += 3 * size;
    }
    return (now() - from) / done;
}

static double alternating(struct set *s, unsigned bits, uint32_t operations)
{
    uint32_t size = 1u << bits, x = 1;
    double from;

    for (uint32_t i = size; i > 0; i -= 2) /* from above: cheap for sorted ranges as well */
        set_add(s, i - 2);
    from = now();
    for (uint32_t i = 0; i < operations; i += 2) {
        x = x * 1664525u + 1013904223u;
        set_remove(s, (x >> (32 - bits)) & ~1u);
        set_add(s, (x >> (32 - bits)) & ~1u);
    }
    return (now() - from) / operations;
}

static double measure(enum kind kind, unsigned bits, bool alternate, size_t *bytes)
{
    uint32_t operations = kind != RANGES || bits <= 8 ? 3000000 : alternate ? 3000 : 1000000;
    struct set s;
    double ns;

    set_open(&s, kind, bits);
    ns = alternate ? alternating(&s, bits, operations) : sequential(&s, bits, operations);
    *bytes = set_bytes(&s);
    set_close(&s);
    return ns;
}

static void sets(void)
{
    static const unsigned widths[] = {8, 16, 20};
    double bitmap[2][3] = {{0}};
    unsigned kinds = ROARING;

#ifdef EIPSIM_HAVE_ROARING
    kinds = KINDS;
#else
    printf("CRoaring is not installed: no comparison with it\n");
#endif
    for (unsigned alternate = 0; alternate < 2; alternate++)
        for (unsigned w = 0; w < 3; w++)
            for (unsigned k = 0; k < kinds; k++) {
                size_t bytes;
                double ns = measure((enum kind)k, widths[w], alternate != 0, &bytes);

                if (k == BITMAP)
                    bitmap[alternate][w] = ns;
                printf("%-11s 2^%-2u  %-8s %10.1f ns per operation, %8.1f times the bitmap's, "
                       "%9zu bytes\n",
                       alternate ? "alternating" : "sequential", widths[w], kind_name[k], ns,
                       ns / bitmap[alternate][w], bytes);
            }
    printf("bitmap, 2^20 against 2^8: sequential %.2f, alternating %.2f\n",
           bitmap[0][2] / bitmap[0][0], bitmap[1][2] / bitmap[1][0]);
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
static double allocations(unsigned bits, uint32_t n)
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

int main(int argc, char **argv)
{
    double small, large;

    if (argc == 3) {
        (void)allocations((unsigned)atoi(argv[1]), (uint32_t)strtoul(argv[2], NULL, 10));
        return 0;
    }
    sets();
    small = allocations(8, 2000000);
    large = allocations(16, 2000000);
    printf("release and allocate, half in use: /24 %.2f million a second, /16 %.2f million "
           "(ratio of costs %.2f)\n",
           1e3 / small, 1e3 / large, large / small);
    return 0;
}
