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

/* Where the handler of a queue keeps the ranges that it is about to write: those of the queue's own
 * handler are the world's, the others are there only with the queues. */
static unsigned next_sets(const struct sim_turn *t)
{
    switch ((enum sim_queue_id)t->queue) {
    case SIM_QUEUE_ADD_OVN_EIP:
        return SIM_STATUS_SETS;
    case SIM_QUEUE_UPDATE_OVN_EIP:
        return SIM_STATUS_SETS + 2;
    case SIM_QUEUE_ADD_VIP:
        return SIM_STATUS_SETS + 4;
    case SIM_QUEUE_UPDATE_VIP:
        return SIM_STATUS_SETS + 6;
    case SIM_QUEUE_DEL_VIP:
        return SIM_STATUS_SETS + 8;
    default:
        return SIM_STATUS_NEXT_USING;
    }
}

static int read_subnet(struct sim_turn *t)
{
    if (!sim_read_subnet(t, t->me->key))
        return SUCCEED;
    t->me->subnet = sim_ref_of(subnet_of_key(t));
    return NEXT;
}

static bool when_eips_count(const struct sim_turn *t)
{
    return sim_asks(t->w, SIM_ovn_subnets_count_eips) || !sim_subnet(t->w, subnet_of_key(t))->ovn;
}

/* ---- what is compared ---- */

static struct sim_seen *seen_mut(struct sim_turn *t)
{
    struct sim_seen *seen =
        (struct sim_seen *)((uint8_t *)t->w + t->w->at.seen) + (next_sets(t) - SIM_STATUS_SETS) / 2;

    sim_touch(t->w, seen, sizeof *seen);
    return seen;
}

void sim_see_status(struct sim_turn *t)
{
    sim_id subnet = subnet_of_key(t);
    struct sim_seen *seen = seen_mut(t);

    seen->using_ips = sim_subnet(t->w, subnet)->using_ips;
    seen->available_ips = sim_subnet(t->w, subnet)->available_ips;
    for (unsigned i = SIM_STATUS_USING; i <= SIM_STATUS_AVAILABLE; i++) {
        struct ipam_addrset stored = sim_status_set(t->w, subnet, i);

        sim_status_set_assign(t->w, subnet, next_sets(t) + i, &stored);
    }
}

/* Puts the range where it will be written from; does it differ from what the handler has read? */
static bool compute_range(struct sim_turn *t, unsigned which, enum ipam_list list)
{
    sim_id subnet = subnet_of_key(t);
    unsigned next = next_sets(t) + which;
    struct ipam_addrset out = sim_scratch_set(t->w, subnet);
    struct ipam_addrset in = sim_status_set(t->w, subnet, when_own_queue(t) ? which : next),
                        list_now;
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

    t->me->available_ips = taken < s->size ? s->size - taken : 0;
    if (when_own_queue(t))
        return s->using_ips != t->me->using_ips || s->available_ips != t->me->available_ips;
    return seen_mut(t)->using_ips != t->me->using_ips ||
           seen_mut(t)->available_ips != t->me->available_ips;
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
    bool counts = counts_differ(t);
    bool used = compute_range(t, SIM_STATUS_USING, IPAM_USING);
    bool available = compute_range(t, SIM_STATUS_AVAILABLE, IPAM_AVAILABLE);

    return counts || used || available ? NEXT : T6;
}

static void store(struct sim_turn *t)
{
    sim_id subnet = subnet_of_key(t);
    struct sim_subnet_slot *s = sim_subnet_mut(t->w, subnet);

    for (unsigned i = SIM_STATUS_USING; i <= SIM_STATUS_AVAILABLE; i++) {
        struct ipam_addrset from = sim_status_set(t->w, subnet, i + next_sets(t));

        sim_status_set_assign(t->w, subnet, i, &from);
    }
    s->using_ips = t->me->using_ips;
    s->available_ips = t->me->available_ips;
    s->status_known = 1;
}

static void forget_set(struct sim_world *w, sim_id subnet, unsigned which)
{
    struct ipam_addrset nothing = sim_scratch_set(w, subnet);

    ipam_addrset_clear(&nothing);
    sim_status_set_assign(w, subnet, which, &nothing);
}

void sim_status_forget_next(struct sim_world *w, sim_id subnet)
{
    for (unsigned i = SIM_STATUS_USING; i <= SIM_STATUS_AVAILABLE; i++) {
        struct ipam_addrset stored = sim_status_set(w, subnet, i);

        sim_status_set_assign(w, subnet, i + SIM_STATUS_NEXT_USING, &stored);
    }
    for (unsigned i = SIM_STATUS_SETS; i < sim_status_sets(&w->limits); i++)
        forget_set(w, subnet, i);
}

static void forget_next(struct sim_turn *t)
{
    sim_id subnet = subnet_of_key(t);

    if (when_own_queue(t)) {
        for (unsigned i = SIM_STATUS_USING; i <= SIM_STATUS_AVAILABLE; i++) {
            struct ipam_addrset stored = sim_status_set(t->w, subnet, i);

            sim_status_set_assign(t->w, subnet, i + SIM_STATUS_NEXT_USING, &stored);
        }
        return;
    }
    forget_set(t->w, subnet, next_sets(t));
    forget_set(t->w, subnet, next_sets(t) + 1);
    memset(seen_mut(t), 0, sizeof(struct sim_seen));
}

void sim_unsee_status(struct sim_turn *t)
{
    if (next_sets(t) != SIM_STATUS_NEXT_USING && t->me->net != 0 &&
        sim_net(t->w, sim_ref_id(t->me->net))->subnet != 0)
        forget_next(t);
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
