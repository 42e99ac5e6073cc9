/*
 * A second IPAM for the tests, written from the behaviour of kube-ovn's pkg/ipam (docs/ipam.md)
 * in the plainest way: one byte per address and list, arrays for maps, everything recomputed. It
 * shares no code with the library, only the numbers of errors, families, protocols and switches.
 *
 * Its world is small: addresses are indices 0..63 of a family (10.0.0.0 and fd00:: plus index),
 * and nothing can run out of room. It does not know `strict`.
 */
#ifndef IPAM_ORACLE_H
#define IPAM_ORACLE_H

#include "ipam/ipam.h"

enum {
    ORACLE_ADDRS = 64,
    ORACLE_SUBNETS = 2,
    ORACLE_OWNERS = 5,
    ORACLE_NICS = 8,
    ORACLE_MACS = 24,
    ORACLE_POOLS = 3, /* with the default pool */
    ORACLE_NIC_LIST = 512,
    ORACLE_SHARERS = 16
};

struct oracle_family {
    int has_block, lo, size, gateway; /* gateway: index, or -1 - number of another text */
    unsigned char list[IPAM_SUBNET_LISTS][ORACLE_ADDRS];
    unsigned char pool[ORACLE_POOLS][IPAM_POOL_LISTS][ORACLE_ADDRS];
    int nic_addr[ORACLE_NICS + 1]; /* index, -1: none */
    int owner[ORACLE_ADDRS][ORACLE_SHARERS];
    int n_owners[ORACLE_ADDRS];
};

struct oracle_subnet {
    int exists, protocol, gateway_mac;
    int pool_exists[ORACLE_POOLS];
    int nic_mac[ORACLE_NICS + 1];
    int mac_owner[ORACLE_MACS + 1];
    int nic[ORACLE_OWNERS + 1][ORACLE_NIC_LIST];
    int n_nics[ORACLE_OWNERS + 1];
    struct oracle_family family[IPAM_FAMILIES];
};

struct oracle {
    ipam_quirks quirks;
    struct oracle_subnet subnet[ORACLE_SUBNETS + 1];
};

struct oracle_block {
    int present, lo, size, gateway;
    unsigned char reserved[ORACLE_ADDRS];
};

struct oracle_mac {
    int kind, mac;
    const int *fresh;
};

struct oracle_result {
    int error;
    int addr[IPAM_FAMILIES]; /* -1: none; a positional answer may hold the other family's index */
    int mac, fresh_used;
    int other_pool;
};

/* A request for an address: `skip` is a byte per address of each family. */
struct oracle_random {
    int subnet, owner, nic, pool, family, check;
    struct oracle_mac mac;
    unsigned char skip[IPAM_FAMILIES][ORACLE_ADDRS];
};

struct oracle_address {
    int family, index, valid;
};

struct oracle_static {
    int subnet, owner, nic, family, check, n;
    struct oracle_mac mac;
    struct oracle_address address[4];
};

void oracle_init(struct oracle *o, ipam_quirks quirks);
int oracle_subnet_set(struct oracle *o, int subnet, int protocol, const struct oracle_block *block);
void oracle_subnet_delete(struct oracle *o, int subnet);
struct oracle_result oracle_random(struct oracle *o, const struct oracle_random *r);
struct oracle_result oracle_static(struct oracle *o, const struct oracle_static *r);
void oracle_release_owner(struct oracle *o, int owner, int subnet);
void oracle_release_nic(struct oracle *o, int owner, int nic, int subnet);
struct oracle_result oracle_pool_set(struct oracle *o, int subnet, int pool,
                                     const unsigned char ips[IPAM_FAMILIES][ORACLE_ADDRS]);
int oracle_pool_delete(struct oracle *o, int subnet, int pool);
int oracle_gateway_mac(struct oracle *o, int subnet, int mac);

int oracle_contains(const struct oracle *o, int family, int index);
int oracle_assigned_to_other(const struct oracle *o, int subnet, int family, int index, int owner);
int oracle_using(const struct oracle *o); /* addresses in use in all subnets */

#endif
