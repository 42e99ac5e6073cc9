/* The invariants that hold after every event.  Each is a statement about one EIP or one address, so
 * that after an action only what it touched has to be looked at.
 */
#include "model/sim_internal.h"

void sim_find(struct sim_findings *f, enum sim_invariant invariant, sim_id eip, sim_id other,
              sim_id subnet, sim_id pod, sim_v4 v4)
{
    if (sim_flawed(f->world, SIM_FLAW_CHECK, invariant))
        return;
    if (f->count < f->capacity) {
        struct sim_violation *v = &f->out[f->count];

        memset(v, 0, sizeof *v);
        v->invariant = (uint8_t)invariant;
        v->eip = eip;
        v->other = other;
        v->subnet = subnet;
        v->pod = pod;
        v->v4 = v4;
    }
    f->count++;
}

/* A finding that no pod has to do with. */
static void find(struct sim_findings *f, enum sim_invariant invariant, sim_id eip, sim_id other,
                 sim_id subnet, sim_v4 v4)
{
    sim_find(f, invariant, eip, other, subnet, SIM_NONE, v4);
}

sim_id sim_eip_named(const struct sim_world *w, uint16_t name)
{
    sim_id low = 0, high = w->limits.eips;

    while (low < high) {
        sim_id middle = (sim_id)(low + (high - low) / 2);

        if (sim_eip(w, middle)->name < name)
            low = (sim_id)(middle + 1);
        else
            high = middle;
    }
    return low < w->limits.eips && sim_eip(w, low)->name == name ? low : SIM_NONE;
}

static bool in_deleted(const struct sim_world *w, sim_id eip)
{
    for (unsigned i = 0; i < sim_globals(w)->deleted_count; i++)
        if (sim_deleted(w, i)->eip == eip)
            return true;
    return sim_queue_of_objects(w, SIM_QUEUE_DEL_EIP) &&
           sim_worker(w, SIM_QUEUE_DEL_EIP)->phase != SIM_PHASE_IDLE &&
           sim_worker(w, SIM_QUEUE_DEL_EIP)->key == eip;
}

bool sim_eip_alive(const struct sim_world *w, sim_id eip)
{
    const struct sim_eip_slot *slot = sim_eip(w, eip);

    if ((sim_eip_exists(&slot->api) && !sim_flawed(w, SIM_FLAW_ALIVE, SIM_SIGN_OBJECT)) ||
        (slot->pending > 0 && !sim_flawed(w, SIM_FLAW_ALIVE, SIM_SIGN_EVENT)))
        return true;
    if (sim_flawed(w, SIM_FLAW_ALIVE, SIM_SIGN_KEY))
        return false;
    for (unsigned q = 0; q < w->n_queues; q++)
        if (sim_queue_keys((enum sim_queue_id)q) == SIM_OBJECT_EIP &&
            sim_node(w, (enum sim_queue_id)q, eip)->state != 0)
            return true;
    return in_deleted(w, eip);
}

/* live-owner, for all that an EIP's name holds. */
static void check_held(struct sim_findings *f, const struct sim_world *w, sim_id eip)
{
    sim_v4 seen = 0;

    if (sim_eip_alive(w, eip))
        return;
    for (sim_id s = 0; s < w->limits.subnets; s++)
        for (unsigned nic = 0; nic < 2; nic++) {
            sim_v4 v4 = sim_ipam_held(w, eip, s, (enum sim_nic)nic);

            if (v4 != 0 && v4 != seen)
                find(f, SIM_INVARIANT_LIVE_OWNER, eip, SIM_NONE, s, v4);
            seen = v4;
        }
}

/* held-by-ipam and single-owner, for what an EIP reports. */
static void check_reported(struct sim_findings *f, const struct sim_world *w, sim_id eip)
{
    const struct sim_eip_slot *slot = sim_eip(w, eip);
    sim_v4 v4 = slot->api.status_ip;
    sim_id subnet, other;
    uint32_t owner;

    if (!sim_eip_exists(&slot->api) || sim_eip_terminating(&slot->api) || !sim_v4_is_address(v4))
        return;
    subnet = sim_subnet_of(w, slot->api.net);
    if (subnet == SIM_NONE)
        return;
    owner = ipam_owner_of(sim_ipam(w), sim_ipam_subnet(subnet), IPAM_V4, ipam_addr_v4(v4));
    if (owner == sim_ipam_owner(slot->name))
        return;
    other = owner == 0 ? SIM_NONE : sim_eip_named(w, (uint16_t)(owner - 1));
    find(f, SIM_INVARIANT_HELD_BY_IPAM, eip, other, subnet, v4);
    if (other != SIM_NONE && sim_eip_alive(w, other))
        find(f, SIM_INVARIANT_SINGLE_OWNER, eip, other, subnet, v4);
}

static bool in_list(const struct sim_world *w, sim_id subnet, enum ipam_list list, sim_v4 v4)
{
    struct ipam_addrset set;

    return ipam_list_of(sim_ipam(w), sim_ipam_subnet(subnet), IPAM_V4, IPAM_WHOLE_SUBNET, list,
                        &set) &&
           ipam_addrset_contains(&set, ipam_addr_v4(v4));
}

/* ledger and ipam-lists, for one address. */
static void check_address(struct sim_findings *f, const struct sim_world *w, sim_id subnet,
                          sim_v4 v4)
{
    uint32_t owner;
    uint16_t ledger = sim_ledger_owner(w, subnet, v4);
    sim_id eip;
    bool used, available, reserved;

    if (!ipam_subnet_exists(sim_ipam(w), sim_ipam_subnet(subnet)))
        return;
    owner = ipam_owner_of(sim_ipam(w), sim_ipam_subnet(subnet), IPAM_V4, ipam_addr_v4(v4));
    used = in_list(w, subnet, IPAM_USING, v4);
    available = in_list(w, subnet, IPAM_AVAILABLE, v4);
    reserved = in_list(w, subnet, IPAM_RESERVED, v4);
    eip = owner == 0 ? SIM_NONE : sim_eip_named(w, (uint16_t)(owner - 1));
    if ((owner != 0) != used || (used && available) || (!used && !available && !reserved))
        find(f, SIM_INVARIANT_IPAM_LISTS, eip, SIM_NONE, subnet, v4);
    if (ledger != owner)
        find(f, SIM_INVARIANT_LEDGER, eip,
             ledger == 0 ? SIM_NONE : sim_eip_named(w, (uint16_t)(ledger - 1)), subnet, v4);
}

static void check_everything(struct sim_findings *f, const struct sim_world *w)
{
    for (sim_id i = 0; i < w->limits.eips; i++) {
        check_held(f, w, i);
        check_reported(f, w, i);
    }
    for (sim_id s = 0; s < w->limits.subnets; s++)
        for (uint32_t n = 1; n <= sim_subnet(w, s)->size; n++)
            check_address(f, w, s, sim_subnet(w, s)->cidr + n);
}

static void copy_flagged(struct sim_findings *f, const struct sim_derived *d)
{
    for (uint32_t i = 0; i < d->n_flagged; i++) {
        if (f->count < f->capacity)
            memcpy(&f->out[f->count], &d->flagged[i], sizeof d->flagged[i]);
        f->count++;
    }
}

size_t sim_check(struct sim_world *world, struct sim_violation *out, size_t capacity)
{
    const struct sim_derived *d = sim_derived(world);
    struct sim_findings f = {.world = world, .out = out, .capacity = capacity};

    copy_flagged(&f, d);
    if (!sim_globals(world)->up)
        return f.count;
    if (d->all_touched) {
        check_everything(&f, world);
        return f.count;
    }
    for (uint32_t i = 0; i < d->n_eips; i++) {
        check_held(&f, world, d->eip[i]);
        check_reported(&f, world, d->eip[i]);
    }
    for (uint32_t i = 0; i < d->n_addresses; i++)
        check_address(&f, world, d->address[i].subnet, d->address[i].v4);
#ifdef EIPSIM_VALIDATE
    SIM_CHECK(ipam_validate(sim_ipam(world)) == NULL);
#endif
    return f.count;
}

size_t sim_check_all(struct sim_world *world, struct sim_violation *out, size_t capacity)
{
    struct sim_findings f = {.world = world, .out = out, .capacity = capacity};

    copy_flagged(&f, sim_derived(world));
    if (!sim_globals(world)->up)
        return f.count;
    check_everything(&f, world);
    if (ipam_validate(sim_ipam(world)) != NULL)
        find(&f, SIM_INVARIANT_IPAM_LISTS, SIM_NONE, SIM_NONE, SIM_NONE, 0);
    return f.count;
}
