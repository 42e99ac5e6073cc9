/* Two numbers change places. */
#include "ipam/block_internal.h"

static uint32_t other(uint32_t id, uint32_t a, uint32_t b)
{
    return id == a ? b : id == b ? a : id;
}

/* In a table of n ids of which `limit` is the greatest: the values a and b. */
static void values(const struct ipam_op *op, uint32_t table, uint32_t limit, uint32_t n, uint32_t a,
                   uint32_t b)
{
    for (uint32_t i = 0; i < n; i++) {
        uint32_t id = ipam_id_get(op->ipam, table, limit, i);

        if (id == a || id == b)
            ipam_id_put(op, table, limit, i, other(id, a, b));
    }
}

/* The entries of a and b, `width` ids each. */
static void entries(const struct ipam_op *op, uint32_t table, uint32_t limit, uint32_t width,
                    uint32_t a, uint32_t b)
{
    for (uint32_t i = 0; i < width; i++) {
        uint32_t x = (a - 1) * width + i, y = (b - 1) * width + i;
        uint32_t id = ipam_id_get(op->ipam, table, limit, x);

        ipam_id_put(op, table, limit, x, ipam_id_get(op->ipam, table, limit, y));
        ipam_id_put(op, table, limit, y, id);
    }
}

static void owners(const struct ipam_op *op, uint32_t a, uint32_t b)
{
    const struct ipam *ipam = op->ipam;

    entries(op, op->subnet->owner_nic, ipam->n_nics, ipam->n_owner_nics, a, b);
    values(op, op->subnet->mac_owner, ipam->n_owners, ipam->n_macs, a, b);
    for (unsigned f = 0; f < IPAM_FAMILIES; f++) {
        const struct ipam_slot *slot = &op->subnet->slot[f];
        struct ipam_extra *extra = ipam_at(ipam, slot->extra);

        if (slot->lists == 0)
            continue;
        if (slot->bits != 0)
            values(op, slot->owner_of, ipam->n_owners, UINT32_C(1) << slot->bits, a, b);
        for (uint32_t i = 0; i < slot->n_extra; i++)
            ipam_put32(op, &extra[i].owner, other(extra[i].owner, a, b));
    }
}

static void nics(const struct ipam_op *op, uint32_t a, uint32_t b)
{
    const struct ipam *ipam = op->ipam;

    entries(op, op->subnet->nic_mac, ipam->n_macs, 1, a, b);
    values(op, op->subnet->owner_nic, ipam->n_nics, ipam->n_owners * ipam->n_owner_nics, a, b);
    for (unsigned f = 0; f < IPAM_FAMILIES; f++) {
        const struct ipam_slot *slot = &op->subnet->slot[f];

        if (slot->lists != 0 && slot->bits != 0) {
            entries(op, slot->nic_addr, UINT32_C(1) << slot->bits, 1, a, b);
        } else if (slot->lists != 0) {
            struct ipam_addr *table = ipam_at(ipam, slot->nic_addr), addr = table[a - 1];

            ipam_put_bytes(op, &table[a - 1], &table[b - 1], sizeof addr);
            ipam_put_bytes(op, &table[b - 1], &addr, sizeof addr);
        }
    }
}

static void macs(const struct ipam_op *op, uint32_t a, uint32_t b)
{
    entries(op, op->subnet->mac_owner, op->ipam->n_owners, 1, a, b);
    values(op, op->subnet->nic_mac, op->ipam->n_macs, op->ipam->n_nics, a, b);
    ipam_put32(op, &op->subnet->gateway_mac, other(op->subnet->gateway_mac, a, b));
}

void ipam_exchange(struct ipam *ipam, enum ipam_number what, uint32_t a, uint32_t b,
                   struct ipam_journal *journal)
{
    uint32_t limit = what == IPAM_NUMBER_OWNER ? ipam->n_owners
                     : what == IPAM_NUMBER_NIC ? ipam->n_nics
                                               : ipam->n_macs;

    IPAM_ASSERT(a >= 1 && b >= 1 && a <= limit && b <= limit);
    for (uint32_t s = 1; s <= ipam->n_subnets; s++) {
        struct ipam_op op;

        if (a == b || !ipam_op_open(&op, ipam, s, journal))
            continue;
        if (what == IPAM_NUMBER_OWNER)
            owners(&op, a, b);
        else if (what == IPAM_NUMBER_NIC)
            nics(&op, a, b);
        else
            macs(&op, a, b);
    }
}
