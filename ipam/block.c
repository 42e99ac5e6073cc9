#include "ipam/block_internal.h"

#include <string.h>

/* ---- layout ---- */

static uint32_t id_width(uint32_t limit)
{
    return limit <= UINT16_MAX ? 2 : 4;
}

static uint32_t nic_addr_width(uint32_t bits)
{
    if (bits == 0)
        return 16;
    return bits < 16 ? 2 : 4;
}

static uint64_t aligned(uint64_t size)
{
    return (size + 7) / 8 * 8;
}

/* Deals out the block from front to back. */
struct layout {
    const struct ipam_limits *limits;
    uint64_t at;
};

static uint32_t take(struct layout *l, uint64_t count, uint32_t width)
{
    uint64_t start = l->at;

    l->at = aligned(l->at + count * width);
    return (uint32_t)start;
}

static void lay_slot(struct layout *l, const struct ipam_family_limits *f, struct ipam_slot *slot)
{
    uint32_t n_lists = IPAM_SUBNET_LISTS + IPAM_POOL_LISTS * (1 + l->limits->n_pools);

    if (f->bits == 0 && f->n_ranges == 0)
        return;
    slot->bits = f->bits;
    slot->max_ranges = f->n_ranges;
    slot->max_extra = f->n_extra;
    slot->list_size = ipam_addrset_size((uint8_t)f->bits, f->n_ranges);
    slot->lists = take(l, n_lists, slot->list_size);
    if (f->bits)
        slot->owner_of = take(l, UINT64_C(1) << f->bits, id_width(l->limits->n_owners));
    slot->nic_addr = take(l, l->limits->n_nics, nic_addr_width(f->bits));
    slot->extra = take(l, f->n_extra, sizeof(struct ipam_extra));
}

static void lay_subnet(struct layout *l, const struct ipam_subnet_limits *limits,
                       struct ipam_subnet *subnet)
{
    const struct ipam_limits *all = l->limits;

    take(l, 1, sizeof(*subnet));
    subnet->pool_exists = take(l, 1 + (uint64_t)all->n_pools, 1);
    subnet->nic_mac = take(l, all->n_nics, id_width(all->n_macs));
    subnet->mac_owner = take(l, all->n_macs, id_width(all->n_owners));
    subnet->owner_nic = take(l, (uint64_t)all->n_owners * all->n_owner_nics, id_width(all->n_nics));
    for (int f = 0; f < IPAM_FAMILIES; f++)
        lay_slot(l, &limits->family[f], &subnet->slot[f]);
    subnet->end = (uint32_t)l->at;
}

static bool acceptable(const struct ipam_limits *limits)
{
    const uint32_t most = UINT32_C(1) << 26;

    if (limits->n_subnets == 0 || limits->n_subnets > most || limits->n_pools > 4096 ||
        limits->n_owners > most || limits->n_nics > most || limits->n_macs > most ||
        limits->n_owner_nics > 65536)
        return false;
    for (uint32_t i = 0; i < limits->n_subnets; i++) {
        for (int f = 0; f < IPAM_FAMILIES; f++) {
            const struct ipam_family_limits *x = &limits->subnet[i].family[f];

            if (x->bits > IPAM_WINDOW_BITS_MAX || x->n_ranges > UINT32_C(1) << 20 ||
                x->n_extra > most)
                return false;
        }
    }
    return true;
}

static uint64_t head_size(const struct ipam_limits *limits)
{
    return aligned(sizeof(struct ipam) + limits->n_subnets * sizeof(uint32_t));
}

size_t ipam_size(const struct ipam_limits *limits)
{
    struct layout l = {limits, 0};

    if (!acceptable(limits))
        return 0;
    l.at = head_size(limits);
    for (uint32_t i = 0; i < limits->n_subnets; i++) {
        struct ipam_subnet scratch;

        memset(&scratch, 0, sizeof(scratch));
        lay_subnet(&l, &limits->subnet[i], &scratch);
        if (l.at > UINT32_MAX)
            return 0;
    }
    return (size_t)l.at;
}

struct ipam *ipam_init(void *memory, const struct ipam_limits *limits, ipam_quirks quirks)
{
    size_t size = ipam_size(limits);
    struct layout l = {limits, 0};
    struct ipam *ipam = memory;
    uint32_t *offset;

    if (size == 0)
        return NULL;
    memset(memory, 0, size);
    ipam->quirks = quirks;
    ipam->size = (uint32_t)size;
    ipam->n_subnets = limits->n_subnets;
    ipam->n_pools = limits->n_pools;
    ipam->n_owners = limits->n_owners;
    ipam->n_nics = limits->n_nics;
    ipam->n_macs = limits->n_macs;
    ipam->n_owner_nics = limits->n_owner_nics;
    offset = ipam_at(ipam, sizeof(*ipam));
    l.at = head_size(limits);
    for (uint32_t i = 0; i < limits->n_subnets; i++) {
        offset[i] = (uint32_t)l.at;
        lay_subnet(&l, &limits->subnet[i], ipam_at(ipam, offset[i]));
    }
    return ipam;
}

size_t ipam_block_size(const struct ipam *ipam)
{
    return ipam->size;
}

ipam_quirks ipam_quirks_of(const struct ipam *ipam)
{
    return ipam->quirks;
}

/* ---- finding things ---- */

struct ipam_subnet *ipam_subnet_at(const struct ipam *ipam, uint32_t subnet)
{
    const uint32_t *offset = ipam_at(ipam, sizeof(*ipam));

    if (subnet == 0 || subnet > ipam->n_subnets)
        return NULL;
    return ipam_at(ipam, offset[subnet - 1]);
}

bool ipam_op_open(struct ipam_op *op, struct ipam *ipam, uint32_t subnet,
                  struct ipam_journal *journal)
{
    op->ipam = ipam;
    op->subnet = ipam_subnet_at(ipam, subnet);
    op->journal = journal;
    return op->subnet && op->subnet->exists;
}

struct ipam_addrset ipam_list_at(const struct ipam_op *op, enum ipam_family family, uint32_t pool,
                                 enum ipam_list list)
{
    const struct ipam_slot *slot = &op->subnet->slot[family];
    struct ipam_addrset_shape shape = {slot->base, slot->max_ranges, (uint8_t)slot->bits, {0}};
    uint32_t index = (uint32_t)list;
    uint32_t offset;

    if (pool != IPAM_WHOLE_SUBNET)
        index += IPAM_SUBNET_LISTS + IPAM_POOL_LISTS * pool;
    offset = slot->lists + index * slot->list_size;
    return ipam_addrset_view(ipam_at(op->ipam, offset), &shape, op->journal, offset);
}

bool ipam_pool_here(const struct ipam_op *op, uint32_t pool)
{
    const uint8_t *exists = ipam_at(op->ipam, op->subnet->pool_exists);

    return pool <= op->ipam->n_pools && exists[pool];
}

/* ---- stores ---- */

void ipam_note(const struct ipam_op *op, const void *at, size_t length)
{
    ipam_journal_note(op->journal, (uint32_t)((const char *)at - (const char *)op->ipam),
                      (uint32_t)length);
}

void ipam_put8(const struct ipam_op *op, uint8_t *at, uint8_t value)
{
    *at = value;
    ipam_note(op, at, sizeof(value));
}

void ipam_put32(const struct ipam_op *op, uint32_t *at, uint32_t value)
{
    *at = value;
    ipam_note(op, at, sizeof(value));
}

void ipam_put_bytes(const struct ipam_op *op, void *at, const void *value, size_t length)
{
    memmove(at, value, length);
    ipam_note(op, at, length);
}

uint32_t ipam_id_get(const struct ipam *ipam, uint32_t table, uint32_t limit, uint32_t index)
{
    if (id_width(limit) == 2)
        return ((const uint16_t *)ipam_at(ipam, table))[index];
    return ((const uint32_t *)ipam_at(ipam, table))[index];
}

void ipam_id_put(const struct ipam_op *op, uint32_t table, uint32_t limit, uint32_t index,
                 uint32_t id)
{
    if (id_width(limit) == 2) {
        uint16_t *at = (uint16_t *)ipam_at(op->ipam, table) + index;

        *at = (uint16_t)id;
        ipam_note(op, at, sizeof(*at));
    } else {
        ipam_put32(op, (uint32_t *)ipam_at(op->ipam, table) + index, id);
    }
}
