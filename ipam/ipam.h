/*
 * An IP address manager with the observable behaviour of kube-ovn's pkg/ipam, as one value.
 *
 * `struct ipam` is one contiguous block without pointers, laid out from limits that are fixed
 * when it is made. A memcpy of it is a snapshot; two of the same limits that hold the same facts
 * are the same bytes, however they came about.
 *
 *      +--------+---------+---------+-----+   per subnet: header, MAC maps, owner lists,
 *      | header | subnet 1| subnet 2| ... |   then per family: lists, owner map, NIC map,
 *      +--------+---------+---------+-----+   then per pool and family: six lists
 *
 * Names never enter. Subnets, owners (upstream's "pods"), NICs, pools and MACs are numbers from 1
 * to the limit, handed out by the caller; 0 is "none" (as a pool it is the default pool, as a
 * subnet of a release it is "all of them"). There is no random source: who wants a MAC drawn
 * brings the numbers to draw from.
 *
 * The lists of a family, each an address set, and who moves between them:
 *
 *      Free       available and not handed out since the last rebuild
 *      Available  neither reserved nor in use
 *      Using      in use (an excluded address taken statically is in Reserved and in Using)
 *      Reserved   excluded: never handed out at random
 *      Released   (pools only) given back since the last rebuild; becomes Free when Free runs out
 *
 *      random:   lowest of pool Free -> Using         release:  Using -> Released and Available
 *
 * A lease is keyed by its NIC; the owner is only noted beside it (kube-ovn pkg/ipam/subnet.go,
 * master: any owner that names a NIC gets, and can give back, its address).
 *
 * The switch `strict` (quirks.def) puts right what loses or duplicates addresses upstream. The
 * rules that hold instead, by the defect (docs/ipam.md) each ends:
 *
 *      B1  a NIC that is released lets go of its address and MAC in any case; the address is given
 *          back when no NIC of any owner holds it any more
 *      B2  a NIC that has an address keeps it, with or without MAC; a MAC wished for is added to it
 *      B3  what a NIC has is given up only after all it asked for was found to be possible
 *      B4  a request for both families is met as a whole or not at all
 *      B5  a MAC is one NIC's: anybody else's wish for it is a conflict, checked or not; a NIC that
 *          changes its MAC gives the old one up
 *      B6  an owner that asks with a second NIC for an address it has shares it (check = 0) or gets
 *          a conflict; success always means that the NIC holds the address
 *      B8  a NIC that holds anything is its owner's: others asking with it get a conflict, others
 *          releasing it nothing
 *      B10 the default pool can be neither set nor removed
 *      I15 the gateway is never drawn, excluded or not
 *
 * Besides, an owner lists each of its NICs once (B7), a NIC that a rebuild leaves with nothing
 * leaves that list, and a request names each family once at most, else it is a conflict. A refusal
 * changes nothing at all. `strict` is meant to stand alone, without other switches.
 *
 * Every mutating call takes a journal (may be NULL) and notes in it what it wrote: journal.h.
 * Refusals of the domain (no address left, conflict) and full capacities are errors in the
 * result. A full capacity changes nothing at all; a refusal changes what it changes upstream.
 */
#ifndef IPAM_IPAM_H
#define IPAM_IPAM_H

#include "ipam/addr.h"
#include "ipam/addrset.h"
#include "ipam/journal.h"
#include "ipam/quirks.h"

struct ipam; /* the block; 8-byte aligned, ipam_size() bytes */

enum ipam_family { IPAM_V4 = 0, IPAM_V6 = 1, IPAM_FAMILIES = 2 };

/* What a request may ask for. OTHER is a text that is no family. */
enum ipam_family_wish { IPAM_ANY_FAMILY, IPAM_ONLY_V4, IPAM_ONLY_V6, IPAM_OTHER_FAMILY };

enum ipam_protocol {
    IPAM_PROTOCOL_NONE, /* also: no such subnet */
    IPAM_PROTOCOL_V4,
    IPAM_PROTOCOL_V6,
    IPAM_PROTOCOL_DUAL,
    IPAM_PROTOCOL_MAC
};

/* name, text. Texts in capitals and CamelCase are kube-ovn's own (pkg/ipam/ipam.go, master). */
#define IPAM_ERRORS(X)                                                                             \
    X(NONE, "")                                                                                    \
    X(OUT_OF_RANGE, "AddressOutOfRange")                                                           \
    X(CONFLICT, "AddressConflict")                                                                 \
    X(NO_AVAILABLE, "NoAvailableAddress")                                                          \
    X(NO_SUBNET, "NoSubnet")                                                                       \
    X(INVALID_CIDR, "CIDRInvalid")                                                                 \
    X(INVALID_FAMILY, "InvalidIPFamily")                                                           \
    X(BAD_ADDRESS, "invalid IP address")                                                           \
    X(BAD_RANGE, "invalid ip range")                                                               \
    X(BAD_GATEWAY, "dual subnet has an invalid gateway")                                           \
    X(POOL_CONFLICT, "ippool has conflict IPs with another ippool")                                \
    X(SUBNET_UNKNOWN, "subnet does not exist in IPAM")                                             \
    X(DEFAULT_POOL, "the default pool cannot be set or removed")                                   \
    X(UPSTREAM_CRASH, "kube-ovn of this profile crashes here")                                     \
    X(CAPACITY_RANGES, "a list has no room for another range")                                     \
    X(CAPACITY_WINDOW, "the CIDR block does not fit the window of this subnet")                    \
    X(CAPACITY_OWNER_NICS, "the owner's list of NICs is full")                                     \
    X(CAPACITY_OWNERS, "the table of further owners is full")                                      \
    X(NO_FRESH_MAC, "the request brings too few MACs to draw from")                                \
    X(BAD_REQUEST, "a number in the request is beyond the limits")

enum ipam_error {
#define X(name, text) IPAM_ERROR_##name,
    IPAM_ERRORS(X)
#undef X
        IPAM_ERROR_COUNT
};

const char *ipam_error_text(enum ipam_error error);
/* Capacities and bad requests: nothing was changed, and upstream has no such answer. */
bool ipam_error_is_ours(enum ipam_error error);

/*
 * Limits of one family of one subnet. `bits` 1..20: addresses are kept in bitmaps over an aligned
 * window of 2^bits that the CIDR block must fit in (2 or 4 bytes per NIC and per address). `bits`
 * 0: no window, everything in ranges and sorted tables (16 bytes per NIC); needed for blocks wider
 * than 2^20. Both 0: the subnet cannot have this family.
 *
 * Whether a list has room is judged before anything is done, by the most that could be needed: an
 * allocation or release in a family without window wants a few ranges left in every list, a change
 * of subnet or pool twice the ranges of all that could end up beside each other.
 */
struct ipam_family_limits {
    uint32_t bits;
    uint32_t
        n_ranges;     /* of every list, outside the window; what a pool may hold outside the CIDR */
    uint32_t n_extra; /* owners beyond the first of an address; without a window: all owners */
};

struct ipam_subnet_limits {
    struct ipam_family_limits family[IPAM_FAMILIES];
};

struct ipam_limits {
    uint32_t n_subnets;
    uint32_t n_pools; /* named pools per subnet */
    uint32_t n_owners;
    uint32_t n_nics;
    uint32_t n_macs;
    uint32_t n_owner_nics; /* longest NIC list of one owner in one subnet; repeats count, see B7 */
    const struct ipam_subnet_limits *subnet; /* n_subnets of them; only read by size and init */
};

/* 0 when the limits are refused: something is beyond its maximum or the block beyond 4 GiB. */
size_t ipam_size(const struct ipam_limits *limits);
/* `memory` 8-byte aligned, ipam_size() bytes; returns it as an empty IPAM, or NULL. */
struct ipam *ipam_init(void *memory, const struct ipam_limits *limits, ipam_quirks quirks);

size_t ipam_block_size(const struct ipam *ipam);
ipam_quirks ipam_quirks_of(const struct ipam *ipam);

/* ---- MACs of a request ---- */

enum ipam_mac_kind {
    IPAM_MAC_DRAW, /* upstream nil: keep the NIC's MAC or draw one */
    IPAM_MAC_NONE, /* upstream "": none wanted */
    IPAM_MAC_GIVEN /* this one */
};

/*
 * `fresh` is used with DRAW (and with NONE in a mac-only subnet, where upstream draws all the
 * same): the numbers to draw from, in order. One that is registered in the subnet, or is its
 * gateway's, is passed over and counts as consumed, as upstream draws again. There must be as
 * many usable ones (ipam_mac_usable) as the call could need, whether it will need them or not:
 * ipam_draws_needed(), which is 1 or 2 unless a static request names more addresses.
 */
struct ipam_mac_wish {
    uint8_t kind;
    uint8_t pad[3];
    uint32_t mac; /* GIVEN */
    const uint32_t *fresh;
    uint32_t n_fresh;
};

uint32_t ipam_draws_needed(const struct ipam *ipam, uint32_t n_addresses); /* 0: random */
bool ipam_mac_usable(const struct ipam *ipam, uint32_t subnet, uint32_t mac);

/* ---- results ---- */

struct ipam_result {
    struct ipam_addr addr[IPAM_FAMILIES]; /* zero where has[] is 0 */
    uint8_t has[IPAM_FAMILIES];
    uint8_t error;       /* enum ipam_error */
    uint8_t nil_text;    /* 1: an absent address is printed <nil> here (nil_ip_text) */
    uint32_t mac;        /* 0: none */
    uint32_t fresh_used; /* numbers of `fresh` consumed, also on failure */
    uint32_t element;    /* BAD_ADDRESS: which address of the request */
    uint32_t pool;       /* POOL_CONFLICT: the other pool */
    uint8_t family;      /* POOL_CONFLICT: of the shared addresses */
    uint8_t pad[3];
};

/* ---- subnets ---- */

/*
 * A gateway. Upstream keeps the text and compares texts. A canonical address is its own identity
 * (text = 0); any other text is a number of the caller's (valid = 0), 0 being the empty text.
 */
struct ipam_gateway {
    struct ipam_addr addr;
    uint32_t text;
    uint8_t valid;
    uint8_t pad[3];
};

struct ipam_family_request {
    struct ipam_cidr cidr;
    struct ipam_gateway gateway;
    const struct ipam_range
        *reserved; /* excludes after expansion: text.h; any order, may overlap */
    uint32_t n_reserved;
    uint8_t present;     /* the CIDR has a block for this family */
    uint8_t update_only; /* three-part CIDR text: a new subnet gets only the excludes */
    uint8_t create_only; /* two blocks of one family (unknown_protocol_accepted) */
    uint8_t pad[1];
};

struct ipam_subnet_request {
    struct ipam_family_request family[IPAM_FAMILIES];
    uint8_t protocol; /* enum ipam_protocol; MAC: no CIDR */
    uint8_t pad[7];
};

/*
 * AddOrUpdateSubnet. A new subnet starts with all addresses Free. An existing one is rebuilt, per
 * family, when block, gateway or excludes differ: Free and Available are recomputed, Released is
 * forgotten, leases outside the new block are dropped (but stay in their owner's NIC list). Any
 * call sweeps MACs of NICs without address.
 */
enum ipam_error ipam_subnet_set(struct ipam *ipam, uint32_t subnet,
                                const struct ipam_subnet_request *request,
                                struct ipam_journal *journal);
/* Unknown is fine. Nothing is released one by one: the subnet is empty bytes afterwards. */
void ipam_subnet_delete(struct ipam *ipam, uint32_t subnet, struct ipam_journal *journal);

/* ---- allocation ---- */

#define IPAM_POOL_UNKNOWN UINT32_MAX

struct ipam_random_request {
    uint32_t subnet;
    uint32_t owner;
    uint32_t nic;
    uint32_t pool; /* 0: default */
    struct ipam_mac_wish mac;
    const struct ipam_addr_arg *skip; /* invalid ones are ignored */
    uint32_t n_skip;
    uint8_t family; /* enum ipam_family_wish */
    uint8_t check;  /* 1: refuse a MAC that is somebody else's or the gateway's */
    uint8_t pad[2];
};

struct ipam_static_request {
    uint32_t subnet;
    uint32_t owner;
    uint32_t nic;
    uint32_t n_addresses; /* 0: the empty text */
    const struct ipam_addr_arg *address;
    struct ipam_mac_wish mac;
    uint8_t family;
    uint8_t check; /* 0: the address, and the MAC, may be shared with its owner */
    uint8_t pad[6];
};

/* GetRandomAddress, GetStaticAddress. */
struct ipam_result ipam_random(struct ipam *ipam, const struct ipam_random_request *request,
                               struct ipam_journal *journal);
struct ipam_result ipam_static(struct ipam *ipam, const struct ipam_static_request *request,
                               struct ipam_journal *journal);

/*
 * ReleaseAddressByPod, ReleaseAddressByNic. Subnet 0: all. Unknown ones are fine. By NIC the owner
 * only matters for its own NIC list and for shared addresses. *given_back (may be NULL) is the
 * number of addresses that left a Using list. The only errors are a full list of a family without
 * window, and a number beyond the limits.
 */
enum ipam_error ipam_release_owner(struct ipam *ipam, uint32_t owner, uint32_t subnet,
                                   struct ipam_journal *journal, uint32_t *given_back);
enum ipam_error ipam_release_nic(struct ipam *ipam, uint32_t owner, uint32_t nic, uint32_t subnet,
                                 struct ipam_journal *journal, uint32_t *given_back);

/* ---- numbers ---- */

enum ipam_number { IPAM_NUMBER_OWNER, IPAM_NUMBER_NIC, IPAM_NUMBER_MAC };

/* Everything that is a's becomes b's and the other way round: what an IPAM is that was told one
 * where this one was told the other. */
void ipam_exchange(struct ipam *ipam, enum ipam_number what, uint32_t a, uint32_t b,
                   struct ipam_journal *journal);

/* ---- pools and the gateway's MAC ---- */

struct ipam_pool_request {
    const struct ipam_range *range[IPAM_FAMILIES]; /* any order, may overlap */
    uint32_t n_ranges[IPAM_FAMILIES];
};

/*
 * AddOrUpdateIPPool, RemoveIPPool, RecordGatewayMAC. A refused call changes nothing. A pool's IPs
 * may lie outside the block, but with those of the default pool they must not be all 2^128
 * addresses (BAD_REQUEST).
 */
struct ipam_result ipam_pool_set(struct ipam *ipam, uint32_t subnet, uint32_t pool,
                                 const struct ipam_pool_request *request,
                                 struct ipam_journal *journal);
/* The named pool of the smallest number, other than `pool`, that has some of these; 0 if none. */
uint32_t ipam_pool_conflict(const struct ipam *ipam, uint32_t subnet, uint32_t pool,
                            enum ipam_family family, const struct ipam_range *range, uint32_t n);
enum ipam_error ipam_pool_delete(struct ipam *ipam, uint32_t subnet, uint32_t pool,
                                 struct ipam_journal *journal);
enum ipam_error ipam_gateway_mac_set(struct ipam *ipam, uint32_t subnet, uint32_t mac,
                                     struct ipam_journal *journal);

/* ---- queries: O(1) unless they walk; 0, false or empty for anything unknown ---- */

enum ipam_list {
    IPAM_FREE,
    IPAM_AVAILABLE,
    IPAM_USING,
    IPAM_RESERVED,
    IPAM_RELEASED, /* pools only from here */
    IPAM_IPS,
    IPAM_POOL_LISTS,
    IPAM_SUBNET_LISTS = IPAM_RELEASED
};

#define IPAM_WHOLE_SUBNET UINT32_MAX /* instead of a pool: the subnet's own list */

enum ipam_protocol ipam_protocol_of(const struct ipam *ipam, uint32_t subnet);
bool ipam_subnet_exists(const struct ipam *ipam, uint32_t subnet);
bool ipam_pool_exists(const struct ipam *ipam, uint32_t subnet, uint32_t pool);
bool ipam_cidr_of(const struct ipam *ipam, uint32_t subnet, enum ipam_family family,
                  struct ipam_cidr *out);
bool ipam_gateway_of(const struct ipam *ipam, uint32_t subnet, enum ipam_family family,
                     struct ipam_gateway *out);
uint32_t ipam_gateway_mac_of(const struct ipam *ipam, uint32_t subnet);

/*
 * A list to read: count, contains, walk and print with the functions of addrset.h. false when there
 * is no such subnet, family or pool; *out is then an empty set. The view reads the live block.
 */
bool ipam_list_of(const struct ipam *ipam, uint32_t subnet, enum ipam_family family, uint32_t pool,
                  enum ipam_list list, struct ipam_addrset *out);

/* First owner of an address; 0 if it has none. Further owners (check = 0) by index from 0. */
uint32_t ipam_owner_of(const struct ipam *ipam, uint32_t subnet, enum ipam_family family,
                       struct ipam_addr addr);
uint32_t ipam_owner_at(const struct ipam *ipam, uint32_t subnet, enum ipam_family family,
                       struct ipam_addr addr, uint32_t index);
bool ipam_is_using(const struct ipam *ipam, uint32_t subnet, enum ipam_family family,
                   struct ipam_addr addr);

/* Addresses that have an owner, in order: the first one >= from. */
bool ipam_next_owned(const struct ipam *ipam, uint32_t subnet, enum ipam_family family,
                     struct ipam_addr from, struct ipam_addr *out);

bool ipam_nic_address(const struct ipam *ipam, uint32_t subnet, enum ipam_family family,
                      uint32_t nic, struct ipam_addr *out);
uint32_t ipam_nic_mac(const struct ipam *ipam, uint32_t subnet, uint32_t nic);
uint32_t ipam_mac_owner(const struct ipam *ipam, uint32_t subnet, uint32_t mac);

/* The owner's NICs in the order they were noted; NICs may repeat (B7) and be stale (I9). */
uint32_t ipam_owner_nic_count(const struct ipam *ipam, uint32_t subnet, uint32_t owner);
uint32_t ipam_owner_nic(const struct ipam *ipam, uint32_t subnet, uint32_t owner, uint32_t index);

/* ContainAddress: the address has an owner in any subnet. */
bool ipam_contains(const struct ipam *ipam, struct ipam_addr addr);
/* IsIPAssignedToOtherPod: the first owner of an address that is not this owner's; 0 if none. */
uint32_t ipam_assigned_to_other(const struct ipam *ipam, uint32_t subnet, struct ipam_addr addr,
                                uint32_t owner);

/* ---- laws ---- */

/*
 * Statements about one subnet, with the letters that docs/ipam.md knows them by. `everywhere`: it
 * holds in every mode. `master`: with no switch on, and pool 0 left alone (B10); I5 not where a
 * block is a single address (/32, /128). All hold in strict.
 */
#define IPAM_INVARIANTS(X)                                                                         \
    X(I1, EVERYWHERE, "lists and tables are in normal form, counts are right, unused bytes zero")  \
    X(I2, MASTER, "Available shares nothing with Using and Reserved; the three cover the block")   \
    X(I3, MASTER, "subnet Free is within Available; pool Available is Free and Released")          \
    X(I4, MASTER, "pools share no IPs and cover the block; their Using lies within them")          \
    X(I5, MASTER, "subnet Using, Available and Reserved are shared out among the pools")           \
    X(I6, STRICT, "the address of a NIC is in Using and has an owner that lists the NIC")          \
    X(I7, STRICT, "an address with an owner is in Using, and some NIC of each owner holds it")     \
    X(I8, MASTER, "every address in Using has an owner")                                           \
    X(I9, STRICT, "an owner lists exactly the NICs that hold something of its, once each")         \
    X(I10, STRICT, "a NIC's MAC is its alone and its owner's")                                     \
    X(I11, STRICT, "only a NIC with an address has a MAC, except in mac-only subnets")

enum ipam_invariant {
#define X(name, where, statement) IPAM_##name,
    IPAM_INVARIANTS(X)
#undef X
        IPAM_INVARIANT_COUNT
};

const char *ipam_invariant_text(enum ipam_invariant invariant);
/* O(everything). True for a subnet that does not exist. */
bool ipam_invariant_holds(const struct ipam *ipam, uint32_t subnet, enum ipam_invariant invariant);

/* NULL, or the first statement that does not hold although it does in the mode of this IPAM. */
const char *ipam_validate(const struct ipam *ipam);

#endif
