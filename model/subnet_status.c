/* The status of a subnet: handleUpdateSubnetStatus and its calculation (pkg/controller/subnet.go up
 * to v1.14, subnet_status.go from v1.15).
 *
 * Counts come from objects in the cache, ranges from IPAM.  Nothing ties the two together; that
 * they differ is how kube-ovn #4922 shows.
 */
#include "model/step_internal.h"

/* The queue's own handler; those of v1.12 that count a subnet's addresses themselves enter the same
 * table without lock, about me->net. */
static bool when_own_queue(const struct sim_turn *t)
{
    return t->queue == SIM_QUEUE_SUBNET_STATUS;
}

static sim_id net_of(const struct sim_turn *t)
{
    return when_own_queue(t) ? t->me->key : sim_ref_id(t->me->net);
}

static sim_id subnet_of_key(const struct sim_turn *t)
{
    return sim_ref_id(sim_net(t->w, net_of(t))->subnet);
}

/* ---- what the controller's memory shows of a subnet's status ---- */

/* Which of those that count a subnet a handler is; the queue's own comes last. */
static unsigned counter_of(const struct sim_turn *t)
{
    switch ((enum sim_queue_id)t->queue) {
    case SIM_QUEUE_ADD_OVN_EIP:
        return 0;
    case SIM_QUEUE_UPDATE_OVN_EIP:
        return 1;
    case SIM_QUEUE_ADD_VIP:
        return 2;
    default:
        return SIM_COUNTING_HANDLERS;
    }
}

/* Where one keeps the ranges that it has read, then those that it is about to write: the queue's
 * own are in every world. */
static unsigned sets_of(unsigned counter)
{
    return counter == SIM_COUNTING_HANDLERS ? SIM_STATUS_NEXT_USING : SIM_STATUS_SETS + 2 * counter;
}

enum { CACHED_SETS = SIM_STATUS_SETS + 2 * SIM_COUNTING_HANDLERS };

static unsigned next_sets(const struct sim_turn *t)
{
    return sets_of(counter_of(t));
}

static struct sim_seen *seen_mut(struct sim_world *w, unsigned i)
{
    struct sim_seen *seen = (struct sim_seen *)((uint8_t *)w + w->at.seen) + i;

    sim_touch(w, seen, sizeof *seen);
    return seen;
}

static struct sim_seen *cached_mut(struct sim_world *w, sim_id subnet)
{
    return seen_mut(w, SIM_COUNTING_HANDLERS + 1u + subnet);
}

static void copy_sets(struct sim_world *w, sim_id subnet, unsigned from, unsigned to)
{
    for (unsigned i = 0; i < 2; i++) {
        struct ipam_addrset set = sim_status_set(w, subnet, from + i);

        sim_status_set_assign(w, subnet, to + i, &set);
    }
}

static void clear_sets(struct sim_world *w, sim_id subnet, unsigned which)
{
    struct ipam_addrset nothing = sim_scratch_set(w, subnet);

    ipam_addrset_clear(&nothing);
    for (unsigned i = 0; i < 2; i++)
        sim_status_set_assign(w, subnet, which + i, &nothing);
}

static void copy_counts(struct sim_seen *to, uint32_t using_ips, uint32_t available_ips)
{
    to->using_ips = using_ips;
    to->available_ips = available_ips;
}

/* What the cache shows becomes what one holds for itself. */
static void take_copy(struct sim_world *w, sim_id subnet, unsigned counter)
{
    const struct sim_seen *cached = cached_mut(w, subnet);

    copy_sets(w, subnet, CACHED_SETS, sets_of(counter));
    copy_counts(seen_mut(w, counter), cached->using_ips, cached->available_ips);
}

void sim_see_status(struct sim_turn *t)
{
    struct sim_seen *seen = seen_mut(t->w, counter_of(t));

    seen->subnet = sim_ref_of(subnet_of_key(t));
    seen->holds = SIM_HOLDS_CACHED;
}

/* What a handler has computed stands in the object that it holds, and so before all who hold it. */
static void show(struct sim_turn *t)
{
    sim_id subnet = subnet_of_key(t);
    struct sim_seen *own = seen_mut(t->w, counter_of(t));

    copy_counts(own, t->me->using_ips, t->me->available_ips);
    if (own->holds == SIM_HOLDS_CACHED) {
        copy_sets(t->w, subnet, next_sets(t), CACHED_SETS);
        copy_counts(cached_mut(t->w, subnet), own->using_ips, own->available_ips);
    }
    for (unsigned i = 0; i < SIM_COUNTING_HANDLERS; i++) {
        struct sim_seen *other = seen_mut(t->w, i);

        if (other == own || own->holds < SIM_HOLDS_OLDER || other->subnet != own->subnet ||
            other->holds != own->holds)
            continue;
        copy_sets(t->w, subnet, next_sets(t), sets_of(i));
        copy_counts(other, own->using_ips, own->available_ips);
    }
    own->holds = SIM_HOLDS_NOTHING;
}

static uint8_t free_number(struct sim_world *w)
{
    uint8_t number = SIM_HOLDS_OLDER;

    for (unsigned i = 0; i < SIM_COUNTING_HANDLERS; i++)
        if (seen_mut(w, i)->holds >= number)
            number = (uint8_t)(seen_mut(w, i)->holds + 1);
    return number;
}

/* The cache gets a new object; who holds the one before keeps it. */
static void renew_cached(struct sim_turn *t, unsigned from)
{
    sim_id subnet = subnet_of_key(t);
    uint8_t number = free_number(t->w);

    for (unsigned i = 0; i < SIM_COUNTING_HANDLERS; i++) {
        struct sim_seen *seen = seen_mut(t->w, i);

        if (seen->subnet != sim_ref_of(subnet) || seen->holds != SIM_HOLDS_CACHED)
            continue;
        take_copy(t->w, subnet, i);
        seen->holds = number;
    }
    copy_sets(t->w, subnet, from, CACHED_SETS);
    copy_counts(cached_mut(t->w, subnet), t->me->using_ips, t->me->available_ips);
}

/* At a start the cache shows what is stored, and nobody holds anything. */
void sim_status_forget_next(struct sim_world *w, sim_id subnet)
{
    const struct sim_subnet_slot *s = sim_subnet(w, subnet);

    if (!w->limits.owners) {
        copy_sets(w, subnet, SIM_STATUS_USING, SIM_STATUS_NEXT_USING);
        return;
    }
    copy_sets(w, subnet, SIM_STATUS_USING, CACHED_SETS);
    copy_counts(cached_mut(w, subnet), s->using_ips, s->available_ips);
    for (unsigned i = 0; i <= SIM_COUNTING_HANDLERS; i++) {
        clear_sets(w, subnet, sets_of(i));
        memset(seen_mut(w, i), 0, sizeof(struct sim_seen));
    }
}

static void forget_next(struct sim_turn *t)
{
    if (!t->w->limits.owners) {
        copy_sets(t->w, subnet_of_key(t), SIM_STATUS_USING, SIM_STATUS_NEXT_USING);
        return;
    }
    clear_sets(t->w, subnet_of_key(t), next_sets(t));
    memset(seen_mut(t->w, counter_of(t)), 0, sizeof(struct sim_seen));
}

void sim_unsee_status(struct sim_turn *t)
{
    if (counter_of(t) < SIM_COUNTING_HANDLERS && t->me->net != 0 &&
        sim_net(t->w, sim_ref_id(t->me->net))->subnet != 0)
        forget_next(t);
}

/* ---- the handler ---- */

static int read_subnet(struct sim_turn *t)
{
    if (!sim_read_subnet(t, t->me->key))
        return SUCCEED;
    t->me->subnet = sim_ref_of(subnet_of_key(t));
    if (t->w->limits.owners)
        take_copy(t->w, subnet_of_key(t), SIM_COUNTING_HANDLERS);
    return NEXT;
}

static bool when_eips_count(const struct sim_turn *t)
{
    return sim_asks(t->w, SIM_ovn_subnets_count_eips) || !sim_subnet(t->w, subnet_of_key(t))->ovn;
}

/* Puts the range where it will be written from; does it differ from what the handler has read? */
static bool compute_range(struct sim_turn *t, unsigned which, enum ipam_list list)
{
    sim_id subnet = subnet_of_key(t);
    unsigned next = next_sets(t) + which;
    struct ipam_addrset out = sim_scratch_set(t->w, subnet);
    struct ipam_addrset in = sim_status_set(t->w, subnet, t->w->limits.owners ? next : which);
    struct ipam_addrset list_now;
    bool differs;

    ipam_addrset_clear(&out);
    if (ipam_list_of(sim_ipam(t->w), sim_ipam_subnet(subnet), IPAM_V4, IPAM_WHOLE_SUBNET, list,
                     &list_now))
        ipam_addrset_copy(&out, &list_now);
    if (sim_asks(t->w, SIM_status_minus_excludes) &&
        ipam_list_of(sim_ipam(t->w), sim_ipam_subnet(subnet), IPAM_V4, IPAM_WHOLE_SUBNET,
                     IPAM_RESERVED, &list_now))
        ipam_addrset_subtract(&out, &list_now);
    differs = !ipam_addrset_equal(&in, &out);
    sim_status_set_assign(t->w, subnet, next, &out);
    return differs;
}

static bool counts_differ(struct sim_turn *t)
{
    const struct sim_subnet_slot *s = sim_subnet(t->w, subnet_of_key(t));
    uint32_t taken = s->excluded + t->me->using_ips;
    const struct sim_seen *seen;

    t->me->available_ips = taken < s->size ? s->size - taken : 0;
    if (!t->w->limits.owners)
        return s->using_ips != t->me->using_ips || s->available_ips != t->me->available_ips;
    seen = seen_mut(t->w, counter_of(t));
    return seen->using_ips != t->me->using_ips || seen->available_ips != t->me->available_ips;
}

static uint32_t reporting(const struct sim_world *w, sim_id subnet)
{
    uint32_t n = 0;

    for (sim_id i = 0; i < w->limits.eips; i++) {
        const struct sim_eip *c = &sim_eip(w, i)->cache;

        n += sim_eip_exists(c) && sim_v4_is_address(c->status_ip) &&
             sim_subnet_of(w, c->net) == subnet;
    }
    return n;
}

/* Objects of another kind in the cache that carry the subnet's label. */
static void count_others(struct sim_turn *t, enum sim_kind_id kind)
{
    struct sim_event e = sim_event_new(t, SIM_EVENT_LIST);

    e.object = (uint8_t)kind;
    e.selector = SIM_SELECT_NET;
    e.id = net_of(t);
    for (sim_id i = 0; i < sim_limit(&t->w->limits, (enum sim_object)kind); i++)
        e.count += sim_labelled_with(sim_cache(t->w, kind, i), kind, e.id);
    t->me->using_ips += e.count;
    sim_emit(t, &e);
}

static bool when_others_count(const struct sim_turn *t)
{
    return t->w->limits.owners;
}

static bool when_ovn_eips_count(const struct sim_turn *t)
{
    if (!t->w->limits.owners)
        return false;
    switch (sim_asks(t->w, SIM_ovn_eips_counted)) {
    case SIM_ovn_eips_counted_first:
        if (sim_second(t->w, subnet_of_key(t)) == NULL)
            return false;
        /* fall through */
    case SIM_ovn_eips_counted_in_vlan:
        return sim_subnet(t->w, subnet_of_key(t))->vlan;
    case SIM_ovn_eips_counted_always:
        return true;
    default:
        return false;
    }
}

static bool when_ovn_eips_count_first(const struct sim_turn *t)
{
    return t->w->limits.owners &&
           sim_asks(t->w, SIM_ovn_eips_counted) == SIM_ovn_eips_counted_first &&
           sim_second(t->w, subnet_of_key(t)) == NULL;
}

static int count_vips(struct sim_turn *t)
{
    t->me->using_ips = 0;
    count_others(t, SIM_KIND_VIP);
    return NEXT;
}

static int count_ovn_eips(struct sim_turn *t)
{
    count_others(t, SIM_KIND_OVN_EIP);
    return NEXT;
}

static int count_eips(struct sim_turn *t)
{
    struct sim_event e = sim_event_new(t, SIM_EVENT_LIST);
    bool labelled = sim_asks(t->w, SIM_status_counts) == SIM_status_counts_labelled;

    e.object = SIM_OBJECT_EIP;
    e.selector = labelled ? SIM_SELECT_NET : SIM_SELECT_ALL;
    e.id = net_of(t);
    e.count = labelled ? sim_net(t->w, e.id)->labelled : reporting(t->w, subnet_of_key(t));
    t->me->using_ips += e.count;
    sim_emit(t, &e);
    return NEXT;
}

enum { T1, T2, T3A, T3C, T3, T3B, T4, T5, T6 };

static int compare(struct sim_turn *t)
{
    bool counts, used, available;

    if (!when_own_queue(t) && seen_mut(t->w, counter_of(t))->holds == SIM_HOLDS_CACHED)
        take_copy(t->w, subnet_of_key(t), counter_of(t));
    counts = counts_differ(t);
    used = compute_range(t, SIM_STATUS_USING, IPAM_USING);
    available = compute_range(t, SIM_STATUS_AVAILABLE, IPAM_AVAILABLE);
    if (!when_own_queue(t))
        show(t);
    return counts || used || available ? NEXT : T6;
}

static void store(struct sim_turn *t)
{
    sim_id subnet = subnet_of_key(t);
    struct sim_subnet_slot *s = sim_subnet_mut(t->w, subnet);

    copy_sets(t->w, subnet, next_sets(t), SIM_STATUS_USING);
    s->using_ips = t->me->using_ips;
    s->available_ips = t->me->available_ips;
    s->status_known = 1;
    if (t->w->limits.owners)
        renew_cached(t, next_sets(t));
}

static int write_status(struct sim_turn *t)
{
    struct sim_event e = sim_event_new(t, SIM_EVENT_WRITE);

    e.object = SIM_OBJECT_SUBNET;
    e.verb = SIM_VERB_PATCH_STATUS;
    e.id = net_of(t);
    e.fault = t->fault;
    t->fault = SIM_FAULT_NONE;
    e.using_ips = t->me->using_ips;
    e.available_ips = t->me->available_ips;
    e.effect = e.fault == SIM_FAULT_BEFORE ? SIM_RESULT_COUNT : SIM_RESULT_OK;
    e.result = e.fault == SIM_FAULT_NONE ? SIM_RESULT_OK : SIM_RESULT_ERROR;
    if (e.fault != SIM_FAULT_BEFORE)
        store(t);
    sim_emit(t, &e);
    if (e.result == SIM_RESULT_OK)
        return NEXT;
    forget_next(t);
    return FAIL;
}

static int check(struct sim_turn *t)
{
    struct ipam_addrset set = sim_status_set(t->w, subnet_of_key(t), next_sets(t));
    bool bad = when_own_queue(t) && t->me->using_ips != 0 && ipam_addrset_empty(&set);

    forget_next(t);
    return bad && sim_asks(t->w, SIM_status_check) ? FAIL : NEXT;
}

/* clang-format off */
const struct sim_step sim_subnet_status_steps[] = {
    [T1] = CALL("T1", when_own_queue, sim_take_lock, LOCK, SUBNET, "lock the subnet's name"),
    [T2] = GLUED("T2", when_own_queue, read_subnet, READ, SUBNET, "read the subnet; gone: done"),
    [T3A] = CALL("T3a", when_others_count, count_vips, LIST, VIP,
                 "count the Vips labelled with the subnet"),
    [T3C] = CALL("T3c", when_ovn_eips_count_first, count_ovn_eips, LIST, OVN_EIP,
                 "v1.12: count the OvnEips labelled with the subnet"),
    [T3] = CALL("T3", when_eips_count, count_eips, LIST, EIP,
                "count the EIPs labelled with the subnet"),
    [T3B] = CALL("T3b", when_ovn_eips_count, count_ovn_eips, LIST, OVN_EIP,
                 "count the OvnEips labelled with the subnet"),
    [T4] = LOCAL("T4", NULL, compare, "take the ranges from IPAM; done if nothing is new"),
    [T5] = CALL("T5", NULL, write_status, WRITE, SUBNET, "patch the status"),
    [T6] = LOCAL("T6", NULL, check, "error if a count stands beside an empty range"),
    END
};
/* clang-format on */
