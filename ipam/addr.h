/*
 * Addresses, ranges and CIDR blocks as values, and the strict texts for them.
 *
 * One address is 128 bits. IPv4 lives at ::ffff:a.b.c.d, so that the two families share one
 * order and one arithmetic; kube-ovn compares addresses the same way (pkg/ipam/ip.go, master).
 *
 *      hi                 lo
 *      0                  0000ffff 0a000005      10.0.0.5
 *      fd00000000000000   00000000 00000002      fd00::2
 *
 * Nothing here allocates, keeps state or looks at a locale. Texts are (pointer, length) pairs on
 * input and need no terminating zero; on output they are terminated.
 */
#ifndef IPAM_ADDR_H
#define IPAM_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ipam_addr {
    uint64_t hi;
    uint64_t lo;
};

/* Closed interval, first <= last. */
struct ipam_range {
    struct ipam_addr first;
    struct ipam_addr last;
};

/* A number of addresses. 2^128 itself does not fit; no set reaches it: see addrset.h. */
struct ipam_count {
    uint64_t hi;
    uint64_t lo;
};

/* One CIDR block. `prefix` counts from the family's own width: 0..32 with v4, else 0..128. */
struct ipam_cidr {
    struct ipam_addr network; /* host bits are zero */
    uint8_t prefix;
    uint8_t v4;
    uint8_t pad[6];
};

/*
 * An address as somebody wrote it. `valid` is 0 when the text is no address; `exact` is 1 when
 * the text is the canonical one, which matters where upstream compares texts and not addresses;
 * `mapped` is 1 for IPv4 written as ::ffff:a.b.c.d, which older releases cannot find
 * (compare_raw_bytes).
 */
struct ipam_addr_arg {
    struct ipam_addr addr;
    uint8_t valid;
    uint8_t exact;
    uint8_t mapped;
    uint8_t pad[5];
};

#define IPAM_ADDR_TEXT 48  /* room for any address and its zero */
#define IPAM_RANGE_TEXT 96 /* room for "first-last" and its zero */
#define IPAM_CIDR_TEXT 52
#define IPAM_COUNT_TEXT 40

struct ipam_addr ipam_addr_v4(uint32_t value);
bool ipam_addr_is_v4(struct ipam_addr a);
int ipam_addr_compare(struct ipam_addr a, struct ipam_addr b); /* -1, 0, 1 */
bool ipam_addr_equal(struct ipam_addr a, struct ipam_addr b);
struct ipam_addr ipam_addr_add(struct ipam_addr a, uint64_t n); /* modulo 2^128 */
struct ipam_addr ipam_addr_sub(struct ipam_addr a, uint64_t n);
struct ipam_count ipam_range_count(struct ipam_range r);
bool ipam_range_contains(struct ipam_range r, struct ipam_addr a);
struct ipam_count ipam_count_add(struct ipam_count a, struct ipam_count b);
struct ipam_count ipam_count_sub(struct ipam_count a, struct ipam_count b);

/*
 * Strict, as Go's netip: four decimal octets without leading zeros, or RFC 4291 text with an
 * embedded IPv4 tail allowed; no zone, space, sign or mask. Returns false and leaves *out alone
 * when the text is anything else.
 */
bool ipam_addr_parse(const char *text, size_t length, struct ipam_addr *out);

/* Never fails: says in the result what the text was. */
struct ipam_addr_arg ipam_addr_read(const char *text, size_t length);

/* Dotted quad or RFC 5952. Return the length without the zero. */
size_t ipam_addr_print(struct ipam_addr a, char out[IPAM_ADDR_TEXT]);
size_t ipam_range_print(struct ipam_range r, char out[IPAM_RANGE_TEXT]);
size_t ipam_count_print(struct ipam_count n, char out[IPAM_COUNT_TEXT]);

/* "a.b.c.d/p" or "x::/p"; host bits are cleared, the prefix is plain decimal. */
bool ipam_cidr_parse(const char *text, size_t length, struct ipam_cidr *out);
size_t ipam_cidr_print(const struct ipam_cidr *c, char out[IPAM_CIDR_TEXT]);
bool ipam_cidr_equal(const struct ipam_cidr *a, const struct ipam_cidr *b);
bool ipam_cidr_contains(const struct ipam_cidr *c, struct ipam_addr a);
unsigned ipam_cidr_host_bits(const struct ipam_cidr *c);
struct ipam_range ipam_cidr_block(const struct ipam_cidr *c); /* network to broadcast */

/* Upstream's way through an integer and back: a number below 2^32 comes out as IPv4. */
struct ipam_addr ipam_addr_integer(struct ipam_addr a);

/* The first and the last that may be handed out, as rendered; of a /32 they are crossed. */
struct ipam_addr ipam_cidr_first(const struct ipam_cidr *c, bool ptp);
struct ipam_addr ipam_cidr_last(const struct ipam_cidr *c, bool ptp);

/*
 * Cuts the largest block that is aligned and fits off the front of *rest. Returns false when that
 * was the last one; *rest must not be empty.
 */
bool ipam_range_take_cidr(struct ipam_range *rest, struct ipam_cidr *out);

/*
 * The addresses that may be handed out: without network and broadcast, both of a /31 or /127, none
 * of a /32 or /128. Returns false when there are none. Upstream renders these ends through an
 * integer, so the ends of an IPv6 block below 2^32 come out as IPv4 (kube-ovn pkg/util/net.go,
 * master: `::/120` gives 0.0.0.1 to 0.0.0.254); so do they here. `ptp` false is the rule before
 * kube-ovn #4425, which knew no point-to-point blocks.
 */
bool ipam_cidr_usable(const struct ipam_cidr *c, bool ptp, struct ipam_range *out);

#endif
