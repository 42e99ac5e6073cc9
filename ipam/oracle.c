#include "ipam/oracle_internal.h"

void oracle_init(struct oracle *o, ipam_quirks quirks)
{
    memset(o, 0, sizeof(*o));
    o->quirks = quirks;
    for (int s = 1; s <= ORACLE_SUBNETS; s++)
        oracle_subnet_delete(o, s);
}

void oracle_subnet_delete(struct oracle *o, int subnet)
{
    struct oracle_subnet *s = &o->subnet[subnet];

    memset(s, 0, sizeof(*s));
    for (int f = 0; f < IPAM_FAMILIES; f++)
        for (int n = 0; n <= ORACLE_NICS; n++)
            s->family[f].nic_addr[n] = -1;
}

/* ---- NIC lists and MACs ---- */

static int seen_before(const struct oracle *o, const int *list, int i)
{
    if (!HAS(podnic_full_dedup))
        return i > 0 && list[i - 1] == list[i];
    for (int k = 0; k < i; k++)
        if (list[k] == list[i])
            return 1;
    return 0;
}

static void push(const struct oracle *o, struct oracle_subnet *s, int owner, int nic)
{
    int *list = s->nic[owner];

    if (!oracle_leased(s, nic) && !s->nic_mac[nic])
        return;
    list[s->n_nics[owner]++] = nic;
    for (int i = 0; i < s->n_nics[owner]; i++) {
        if (!seen_before(o, list, i))
            continue;
        memmove(list + i, list + i + 1, sizeof(int) * (size_t)(s->n_nics[owner] - i - 1));
        s->n_nics[owner]--;
        i--;
    }
}

static void pop(struct oracle_subnet *s, int owner, int nic)
{
    int n = 0;

    for (int i = 0; i < s->n_nics[owner]; i++)
        if (s->nic[owner][i] != nic)
            s->nic[owner][n++] = s->nic[owner][i];
    s->n_nics[owner] = n;
}

static int random_mac(struct oracle_subnet *s, int owner, int nic, const struct oracle_mac *m,
                      int *used)
{
    int mac;

    if (s->nic_mac[nic])
        return s->nic_mac[nic];
    do
        mac = m->fresh[(*used)++];
    while (s->mac_owner[mac] || mac == s->gateway_mac);
    s->mac_owner[mac] = owner;
    s->nic_mac[nic] = mac;
    return mac;
}

static int static_mac(struct oracle_subnet *s, int owner, int nic, int mac, int check)
{
    if (!mac)
        return IPAM_ERROR_NONE;
    if (check && s->mac_owner[mac] && s->mac_owner[mac] != owner)
        return IPAM_ERROR_CONFLICT;
    if (check && mac == s->gateway_mac)
        return IPAM_ERROR_CONFLICT;
    s->mac_owner[mac] = owner;
    s->nic_mac[nic] = mac;
    return IPAM_ERROR_NONE;
}

static int set_mac(struct oracle_subnet *s, int owner, int nic, const struct oracle_mac *m,
                   int check, struct oracle_result *r)
{
    if (m->kind == IPAM_MAC_DRAW ||
        (m->kind == IPAM_MAC_NONE && s->protocol == IPAM_PROTOCOL_MAC)) {
        r->mac = random_mac(s, owner, nic, m, &r->fresh_used);
        return IPAM_ERROR_NONE;
    }
    r->mac = m->kind == IPAM_MAC_GIVEN ? m->mac : 0;
    return static_mac(s, owner, nic, r->mac, check);
}

/* ---- release ---- */

static void give_back(const struct oracle *o, struct oracle_subnet *s, int f, int a)
{
    struct oracle_family *x = &s->family[f];
    int gone = a < x->lo || a >= x->lo + x->size || x->list[IPAM_RESERVED][a];
    int available = !gone || HAS(reserved_release_becomes_available);
    static const int order[ORACLE_POOLS] = {1, 2, 0};

    x->list[IPAM_USING][a] = 0;
    if (available)
        x->list[IPAM_AVAILABLE][a] = 1;
    for (int i = 0; i < ORACLE_POOLS; i++) {
        int p = order[i];

        if (!s->pool_exists[p] || !x->pool[p][IPAM_USING][a])
            continue;
        x->pool[p][IPAM_USING][a] = 0;
        if (available)
            x->pool[p][IPAM_AVAILABLE][a] = 1;
        if (!gone)
            x->pool[p][IPAM_RELEASED][a] = 1;
        return;
    }
}

static int drops_eagerly(const struct oracle *o, int f)
{
    return f == IPAM_V4 ? HAS(release_drops_mac_eagerly_v4) : HAS(release_drops_mac_eagerly_v6);
}

static void release_half(const struct oracle *o, struct oracle_subnet *s, int f, int owner, int nic)
{
    struct oracle_family *x = &s->family[f];
    int a = x->nic_addr[nic];

    if (a < 0)
        return;
    if (x->n_owners[a] > 1) {
        int n = 0;

        for (int i = 0; i < x->n_owners[a]; i++)
            if (x->owner[a][i] != owner)
                x->owner[a][n++] = x->owner[a][i];
        x->n_owners[a] = n;
        return;
    }
    x->nic_addr[nic] = -1;
    x->n_owners[a] = 0;
    if (s->family[1 - f].nic_addr[nic] < 0 || drops_eagerly(o, f))
        oracle_drop_mac(s, nic);
    give_back(o, s, f, a);
}

static void release_nic(const struct oracle *o, struct oracle_subnet *s, int owner, int nic)
{
    release_half(o, s, IPAM_V4, owner, nic);
    release_half(o, s, IPAM_V6, owner, nic);
    if (!oracle_leased(s, nic) && !HAS(release_keeps_orphan_mac))
        oracle_drop_mac(s, nic);
}

void oracle_release_owner(struct oracle *o, int owner, int subnet)
{
    for (int i = 1; i <= ORACLE_SUBNETS; i++) {
        struct oracle_subnet *s = oracle_known(o, i);
        int copy[ORACLE_NIC_LIST];
        int n;

        if (!s || (subnet && i != subnet && !HAS(release_by_pod_all_subnets)))
            continue;
        n = s->n_nics[owner];
        memcpy(copy, s->nic[owner], sizeof(copy));
        for (int k = 0; k < n; k++) {
            release_nic(o, s, owner, copy[k]);
            pop(s, owner, copy[k]);
        }
    }
}

void oracle_release_nic(struct oracle *o, int owner, int nic, int subnet)
{
    for (int i = 1; i <= ORACLE_SUBNETS; i++) {
        struct oracle_subnet *s = oracle_known(o, i);

        if (!s || (subnet && i != subnet))
            continue;
        release_nic(o, s, owner, nic);
        pop(s, owner, nic);
    }
}

/* ---- random ---- */

static void lease(struct oracle_subnet *s, int f, int nic, int owner, int a)
{
    struct oracle_family *x = &s->family[f];

    x->nic_addr[nic] = a;
    x->n_owners[a] = 1;
    x->owner[a][0] = owner;
}

static void into_using(struct oracle_subnet *s, int f, int pool, int a)
{
    struct oracle_family *x = &s->family[f];

    x->list[IPAM_AVAILABLE][a] = 0;
    x->pool[pool][IPAM_AVAILABLE][a] = 0;
    x->list[IPAM_USING][a] = 1;
    x->pool[pool][IPAM_USING][a] = 1;
}

static int any(const unsigned char *set)
{
    EACH(i) if (set[i]) return 1;
    return 0;
}

static int choose(const struct oracle *o, struct oracle_subnet *s, int f,
                  const struct oracle_random *r, int *out)
{
    unsigned char(*p)[ORACLE_ADDRS];
    int pure = !HAS(random_may_pick_reserved);

    if (r->pool < 0 || r->pool >= ORACLE_POOLS || !s->pool_exists[r->pool])
        return IPAM_ERROR_NO_AVAILABLE;
    p = s->family[f].pool[r->pool];
    EACH(i) p[IPAM_FREE][i] = p[IPAM_FREE][i] && !(pure && p[IPAM_RESERVED][i]);
    if (!any(p[IPAM_FREE])) {
        EACH(i) p[IPAM_FREE][i] = p[IPAM_RELEASED][i] && !(pure && p[IPAM_RESERVED][i]);
        memset(p[IPAM_RELEASED], 0, ORACLE_ADDRS);
    }
    if (!any(p[IPAM_FREE]))
        return IPAM_ERROR_NO_AVAILABLE;
    EACH(i)
    {
        if (p[IPAM_FREE][i] && !r->skip[f][i]) {
            *out = i;
            return IPAM_ERROR_NONE;
        }
    }
    return IPAM_ERROR_CONFLICT;
}

static int random_half(const struct oracle *o, struct oracle_subnet *s, int f,
                       const struct oracle_random *r, struct oracle_result *res)
{
    struct oracle_family *x = &s->family[f];
    int had = x->nic_addr[r->nic];
    int fine =
        s->nic_mac[r->nic] || (r->mac.kind == IPAM_MAC_NONE && !HAS(empty_mac_not_idempotent));
    int a = 0;
    int error;

    if (had >= 0 && fine) {
        if (!r->skip[f][had]) {
            res->addr[f] = had;
            res->mac = s->nic_mac[r->nic];
            return IPAM_ERROR_NONE;
        }
        if (HAS(skip_releases_both_families))
            release_nic(o, s, r->owner, r->nic);
        else
            release_half(o, s, f, r->owner, r->nic);
    }
    error = choose(o, s, f, r, &a);
    if (error)
        return error;
    x->pool[r->pool][IPAM_FREE][a] = 0;
    x->list[IPAM_FREE][a] = 0;
    into_using(s, f, r->pool, a);
    lease(s, f, r->nic, r->owner, a);
    push(o, s, r->owner, r->nic);
    error = set_mac(s, r->owner, r->nic, &r->mac, r->check, res);
    if (error && !HAS(no_rollback_on_mac_conflict)) {
        release_half(o, s, f, r->owner, r->nic);
        pop(s, r->owner, r->nic);
    }
    if (!error)
        res->addr[f] = a;
    return error;
}

static int random_dual(const struct oracle *o, struct oracle_subnet *s,
                       const struct oracle_random *r, struct oracle_result *res)
{
    int had = s->family[IPAM_V4].nic_addr[r->nic];
    int mac;
    int error = random_half(o, s, IPAM_V4, r, res);

    if (error)
        return error;
    error = random_half(o, s, IPAM_V6, r, res);
    if (error) {
        if (had != res->addr[IPAM_V4] && !HAS(no_rollback_on_dual_v6_failure)) {
            release_half(o, s, IPAM_V4, r->owner, r->nic);
            pop(s, r->owner, r->nic);
        }
        return error;
    }
    if (s->family[IPAM_V4].nic_addr[r->nic] != res->addr[IPAM_V4]) {
        mac = res->mac;
        res->addr[IPAM_V4] = -1;
        random_half(o, s, IPAM_V4, r, res);
        res->mac = mac;
    }
    return IPAM_ERROR_NONE;
}

static int random_in(const struct oracle *o, struct oracle_subnet *s, const struct oracle_random *r,
                     struct oracle_result *res)
{
    if (s->protocol == IPAM_PROTOCOL_MAC)
        return set_mac(s, r->owner, r->nic, &r->mac, r->check, res);
    if (s->protocol == IPAM_PROTOCOL_DUAL) {
        if (r->family == IPAM_ANY_FAMILY)
            return random_dual(o, s, r, res);
        return random_half(o, s, r->family == IPAM_ONLY_V4 ? IPAM_V4 : IPAM_V6, r, res);
    }
    if (s->protocol == IPAM_PROTOCOL_V4) {
        if (r->family == IPAM_ONLY_V6)
            return IPAM_ERROR_INVALID_FAMILY;
        return random_half(o, s, IPAM_V4, r, res);
    }
    if (r->family == IPAM_ONLY_V4)
        return IPAM_ERROR_INVALID_FAMILY;
    return random_half(o, s, IPAM_V6, r, res);
}

static int unknown_subnet(const struct oracle *o)
{
    return HAS(nosubnet_is_noavailable) ? IPAM_ERROR_NO_AVAILABLE : IPAM_ERROR_NO_SUBNET;
}

struct oracle_result oracle_random(struct oracle *o, const struct oracle_random *r)
{
    struct oracle_subnet *s = oracle_known(o, r->subnet);
    struct oracle_result res = oracle_nothing(IPAM_ERROR_NONE, 0);

    if (r->family == IPAM_OTHER_FAMILY)
        return oracle_nothing(IPAM_ERROR_INVALID_FAMILY, 0);
    if (!s)
        return oracle_nothing(unknown_subnet(o), 0);
    res.error = random_in(o, s, r, &res);
    push(o, s, r->owner, r->nic);
    return res.error ? oracle_nothing(res.error, res.fresh_used) : res;
}

/* ---- static ---- */

static void leave(const struct oracle *o, struct oracle_subnet *s, int f,
                  const struct oracle_static *r, int a)
{
    struct oracle_family *other = &s->family[1 - f];
    int now = s->family[f].nic_addr[r->nic];
    int kept = other->nic_addr[r->nic];
    int mac = s->nic_mac[r->nic];

    if (now < 0 || now == a)
        return;
    if (!HAS(static_preserve_maps_only)) {
        release_half(o, s, f, r->owner, r->nic);
        return;
    }
    release_nic(o, s, r->owner, r->nic);
    if (kept < 0)
        return;
    lease(s, 1 - f, r->nic, r->owner, kept);
    if (mac) {
        s->nic_mac[r->nic] = mac;
        s->mac_owner[mac] = r->owner;
    }
}

static int find_pool(const struct oracle_subnet *s, int f, int a)
{
    static const int order[ORACLE_POOLS] = {1, 2, 0};

    for (int i = 0; i < ORACLE_POOLS; i++)
        if (s->pool_exists[order[i]] && s->family[f].pool[order[i]][IPAM_IPS][a])
            return order[i];
    return -1;
}

static int take(const struct oracle *o, struct oracle_subnet *s, int f, int pool,
                const struct oracle_static *r, int a)
{
    struct oracle_family *x = &s->family[f];
    int reserved = x->pool[pool][IPAM_RESERVED][a];

    if (!reserved) {
        if (x->pool[pool][IPAM_FREE][a]) {
            x->pool[pool][IPAM_FREE][a] = 0;
            x->list[IPAM_FREE][a] = 0;
        } else if (x->pool[pool][IPAM_RELEASED][a]) {
            x->pool[pool][IPAM_RELEASED][a] = 0;
        } else {
            return IPAM_ERROR_NO_AVAILABLE;
        }
    }
    lease(s, f, r->nic, r->owner, a);
    if (!(reserved && HAS(reserved_static_not_using)))
        into_using(s, f, pool, a);
    return IPAM_ERROR_NONE;
}

static int take_or_share(const struct oracle *o, struct oracle_subnet *s, int f, int pool,
                         const struct oracle_static *r, int a, struct oracle_result *res)
{
    struct oracle_family *x = &s->family[f];
    int error = set_mac(s, r->owner, r->nic, &r->mac, r->check, res);

    if (error)
        return error;
    if (x->n_owners[a] == 0)
        return pool < 0 ? IPAM_ERROR_UPSTREAM_CRASH : take(o, s, f, pool, r, a);
    for (int i = 0; i < x->n_owners[a]; i++)
        if (x->owner[a][i] == r->owner)
            return IPAM_ERROR_NONE;
    if (r->check)
        return IPAM_ERROR_CONFLICT;
    x->nic_addr[r->nic] = a;
    x->owner[a][x->n_owners[a]++] = r->owner;
    return IPAM_ERROR_NONE;
}

static int static_one(const struct oracle *o, struct oracle_subnet *s,
                      const struct oracle_static *r, const struct oracle_address *q,
                      struct oracle_result *res)
{
    struct oracle_family *x = &s->family[q->family];
    int early = HAS(static_release_before_range_check);
    int a = q->index;
    int pool;
    int error;

    if (early)
        leave(o, s, q->family, r, a);
    if (!x->has_block && HAS(static_missing_pool_crash)) {
        error = set_mac(s, r->owner, r->nic, &r->mac, r->check, res);
        push(o, s, r->owner, r->nic);
        return error ? error : IPAM_ERROR_NO_AVAILABLE;
    }
    if (!x->has_block || a < x->lo || a >= x->lo + x->size)
        return IPAM_ERROR_OUT_OF_RANGE;
    pool = find_pool(s, q->family, a);
    if (pool < 0 && !HAS(static_missing_pool_crash))
        return IPAM_ERROR_OUT_OF_RANGE;
    if (r->check && x->gateway == a && !HAS(static_gateway_allowed))
        return IPAM_ERROR_CONFLICT;
    if (!early && !HAS(static_keeps_old_lease))
        leave(o, s, q->family, r, a);
    error = take_or_share(o, s, q->family, pool, r, a, res);
    push(o, s, r->owner, r->nic);
    return error;
}

static int other_half(const struct oracle *o, struct oracle_subnet *s,
                      const struct oracle_static *r, struct oracle_result *res)
{
    struct oracle_random random;
    int f = 1 - r->address[0].family;

    memset(&random, 0, sizeof(random));
    random.owner = r->owner;
    random.nic = r->nic;
    random.check = r->check;
    random.mac.kind = res->mac ? IPAM_MAC_GIVEN : IPAM_MAC_NONE;
    random.mac.mac = res->mac;
    {
        struct oracle_result half = oracle_nothing(IPAM_ERROR_NONE, 0);
        int error = random_half(o, s, f, &random, &half);

        res->addr[f] = half.addr[f];
        return error;
    }
}

static void answer(const struct oracle *o, const struct oracle_subnet *s,
                   const struct oracle_static *r, int completed, struct oracle_result *res)
{
    if (s->protocol == IPAM_PROTOCOL_V4 || s->protocol == IPAM_PROTOCOL_V6) {
        res->addr[s->protocol == IPAM_PROTOCOL_V6] = r->address[0].index;
        return;
    }
    for (int i = 0; i < r->n; i++) {
        int at = r->address[i].family;

        if (HAS(dual_static_positional))
            at = completed && r->address[0].family == IPAM_V4 + 1 ? i + 1 : i;
        if (at < 2)
            res->addr[at] = r->address[i].index;
    }
}

static int static_in(const struct oracle *o, struct oracle_subnet *s, const struct oracle_static *r,
                     struct oracle_result *res)
{
    int later = HAS(static_parse_interleaved);
    int completed = s->protocol == IPAM_PROTOCOL_DUAL && r->family == IPAM_ANY_FAMILY && r->n != 2;
    int error;

    if (r->n == 0 && s->protocol != IPAM_PROTOCOL_MAC)
        return IPAM_ERROR_BAD_ADDRESS;
    if (r->n == 0) {
        error = set_mac(s, r->owner, r->nic, &r->mac, r->check, res);
        push(o, s, r->owner, r->nic);
        return error;
    }
    for (int i = 0; i < r->n; i++)
        if (!r->address[i].valid && !later)
            return IPAM_ERROR_BAD_ADDRESS;
    for (int i = 0; i < r->n && r->family != IPAM_ANY_FAMILY; i++)
        if (r->address[i].valid && r->address[i].family != (r->family == IPAM_ONLY_V6))
            return IPAM_ERROR_INVALID_FAMILY;
    for (int i = 0; i < r->n; i++) {
        if (!r->address[i].valid)
            return IPAM_ERROR_BAD_ADDRESS;
        error = static_one(o, s, r, &r->address[i], res);
        if (error && i > 0 && !HAS(static_partial_no_rollback)) {
            release_nic(o, s, r->owner, r->nic);
            pop(s, r->owner, r->nic);
        }
        if (error)
            return error;
    }
    error = completed ? other_half(o, s, r, res) : IPAM_ERROR_NONE;
    if (!error && s->protocol == IPAM_PROTOCOL_NONE)
        return IPAM_ERROR_NO_AVAILABLE;
    if (!error)
        answer(o, s, r, completed, res);
    return error;
}

struct oracle_result oracle_static(struct oracle *o, const struct oracle_static *r)
{
    struct oracle_subnet *s = oracle_known(o, r->subnet);
    struct oracle_result res = oracle_nothing(IPAM_ERROR_NONE, 0);

    if (r->family == IPAM_OTHER_FAMILY)
        return oracle_nothing(IPAM_ERROR_INVALID_FAMILY, 0);
    if (!s)
        return oracle_nothing(unknown_subnet(o), 0);
    res.error = static_in(o, s, r, &res);
    return res.error ? oracle_nothing(res.error, res.fresh_used) : res;
}
