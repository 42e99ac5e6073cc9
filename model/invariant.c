/* The invariants that hold after every event.  Each is a statement about one object or one
 * address, so that after an action only what it touched has to be looked at.
 */
#include "model/sim_internal.h"

void sim_set_owners(struct sim_violation *v, struct sim_owner owner, struct sim_owner other)
{
    v->kind = (uint8_t)owner.kind;
    v->eip = owner.id;
    v->other_kind = (uint8_t)other.kind;
    v->other = other.id;
}

void sim_find(struct sim_findings *f, enum sim_invariant invariant, struct sim_owner owner,
              struct sim_owner other, sim_id subnet, sim_id pod, sim_v4 v4)
{
    if (sim_flawed(f->world, SIM_FLAW_CHECK, invariant))
        return;
    if (f->count < f->capacity) {
        struct sim_violation *v = &f->out[f->count];

        memset(v, 0, sizeof *v);
        v->invariant = (uint8_t)invariant;
        sim_set_owners(v, owner, other);
        v->subnet = subnet;
        v->pod = pod;
        v->v4 = v4;
    }
    f->count++;
}

/* A finding that no pod has to do with. */
static void find(struct sim_findings *f, enum sim_invariant invariant, struct sim_owner owner,
                 struct sim_owner other, sim_id subnet, sim_v4 v4)
{
    sim_find(f, invariant, owner, other, subnet, SIM_NONE, v4);
}

static struct sim_owner nobody(void)
{
    return sim_eip_owner(SIM_NONE);
}

/* ---- owners and their names ---- */

sim_id sim_named(const struct sim_world *w, enum sim_kind_id kind, uint16_t name)
{
    sim_id n = sim_limit(&w->limits, (enum sim_object)kind), low = 0, high = n;

    while (low < high) {
        sim_id middle = (sim_id)(low + (high - low) / 2);

        if (sim_slot(w, kind, middle)->name < name)
            low = (sim_id)(middle + 1);
        else
            high = middle;
    }
    return low < n && sim_slot(w, kind, low)->name == name ? low : SIM_NONE;
}

struct sim_owner sim_owner_named(const struct sim_world *w, uint16_t name)
{
    struct sim_owner found = nobody();

    for (unsigned k = 0; k < SIM_KIND_COUNT; k++) {
        struct sim_owner who = {(uint16_t)k, SIM_NONE};

        if (sim_kind((enum sim_kind_id)k)->reports == NULL)
            continue;
        who.id = sim_named(w, (enum sim_kind_id)k, name);
        if (who.id == SIM_NONE)
            continue;
        if (sim_alive(w, who))
            return who;
        if (found.id == SIM_NONE)
            found = who;
    }
    return found;
}

bool sim_name_alive(const struct sim_world *w, uint16_t name)
{
    struct sim_owner who = sim_owner_named(w, name);

    return who.id != SIM_NONE && sim_alive(w, who);
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

bool sim_alive(const struct sim_world *w, struct sim_owner who)
{
    enum sim_kind_id kind = (enum sim_kind_id)who.kind;

    if ((sim_exists(sim_api(w, kind, who.id)) && !sim_flawed(w, SIM_FLAW_ALIVE, SIM_SIGN_OBJECT)) ||
        (sim_slot(w, kind, who.id)->pending > 0 && !sim_flawed(w, SIM_FLAW_ALIVE, SIM_SIGN_EVENT)))
        return true;
    if (sim_flawed(w, SIM_FLAW_ALIVE, SIM_SIGN_KEY))
        return false;
    for (unsigned q = 0; q < w->n_queues; q++)
        if (sim_queue_keys((enum sim_queue_id)q) == (enum sim_object)kind &&
            sim_queue_knows(w, (enum sim_queue_id)q, who.id))
            return true;
    return kind == SIM_KIND_EIP && in_deleted(w, who.id);
}

/* live-owner, for all that an object's name holds. */
static void check_held(struct sim_findings *f, const struct sim_world *w, struct sim_owner who)
{
    uint16_t name = sim_owner_name(w, who);
    sim_v4 seen = 0;

    if (sim_alive(w, who) || sim_name_alive(w, name))
        return;
    for (sim_id s = 0; s < w->limits.subnets; s++)
        for (unsigned nic = 0; nic < sim_nics(&w->limits); nic++) {
            sim_v4 v4 = sim_ipam_held(w, name, s, (enum sim_nic)nic);

            if (v4 != 0 && v4 != seen)
                find(f, SIM_INVARIANT_LIVE_OWNER, who, nobody(), s, v4);
            seen = v4;
        }
}

/* What a live object that is not terminating reports, 0: nothing, or in no subnet that there is. */
static sim_v4 reported(const struct sim_world *w, struct sim_owner who, sim_id *subnet)
{
    enum sim_kind_id kind = (enum sim_kind_id)who.kind;
    const struct sim_meta *object = sim_api(w, kind, who.id);
    sim_v4 v4;

    *subnet = SIM_NONE;
    if (!sim_exists(object) || sim_terminating(object))
        return 0;
    v4 = sim_kind(kind)->reports(w, object, subnet);
    return sim_v4_is_address(v4) && *subnet != SIM_NONE ? v4 : 0;
}

/* Objects of different kinds and one name are one owner to IPAM: it gives both one address. */
static void check_namesakes(struct sim_findings *f, const struct sim_world *w, struct sim_owner who,
                            sim_id subnet, sim_v4 v4)
{
    for (unsigned k = who.kind + 1u; k < SIM_KIND_COUNT; k++) { /* each pair once */
        struct sim_owner other = {(uint16_t)k, SIM_NONE};
        sim_id in;

        if (sim_kind((enum sim_kind_id)k)->reports == NULL)
            continue;
        other.id = sim_named(w, (enum sim_kind_id)k, sim_owner_name(w, who));
        if (other.id != SIM_NONE && reported(w, other, &in) == v4 && in == subnet)
            find(f, SIM_INVARIANT_SINGLE_OWNER, who, other, subnet, v4);
    }
}

/* held-by-ipam and single-owner, for what an object reports. */
static void check_reported(struct sim_findings *f, const struct sim_world *w, struct sim_owner who)
{
    struct sim_owner other;
    sim_id subnet;
    sim_v4 v4 = reported(w, who, &subnet);
    uint32_t owner;

    if (v4 == 0)
        return;
    owner = ipam_owner_of(sim_ipam(w), sim_ipam_subnet(subnet), IPAM_V4, ipam_addr_v4(v4));
    check_namesakes(f, w, who, subnet, v4);
    if (owner == sim_ipam_owner(sim_owner_name(w, who)))
        return;
    other = owner == 0 ? nobody() : sim_owner_named(w, (uint16_t)(owner - 1));
    find(f, SIM_INVARIANT_HELD_BY_IPAM, who, other, subnet, v4);
    if (other.id != SIM_NONE && sim_alive(w, other))
        find(f, SIM_INVARIANT_SINGLE_OWNER, who, other, subnet, v4);
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
    struct sim_owner eip;
    bool used, available, reserved;

    if (!ipam_subnet_exists(sim_ipam(w), sim_ipam_subnet(subnet)))
        return;
    owner = ipam_owner_of(sim_ipam(w), sim_ipam_subnet(subnet), IPAM_V4, ipam_addr_v4(v4));
    used = in_list(w, subnet, IPAM_USING, v4);
    available = in_list(w, subnet, IPAM_AVAILABLE, v4);
    reserved = in_list(w, subnet, IPAM_RESERVED, v4);
    eip = owner == 0 ? nobody() : sim_owner_named(w, (uint16_t)(owner - 1));
    if ((owner != 0) != used || (used && available) || (!used && !available && !reserved))
        find(f, SIM_INVARIANT_IPAM_LISTS, eip, nobody(), subnet, v4);
    if (ledger != owner)
        find(f, SIM_INVARIANT_LEDGER, eip,
             ledger == 0 ? nobody() : sim_owner_named(w, (uint16_t)(ledger - 1)), subnet, v4);
}

static void check_everything(struct sim_findings *f, const struct sim_world *w)
{
    for (unsigned k = 0; k < SIM_KIND_COUNT; k++)
        for (sim_id i = 0; sim_kind((enum sim_kind_id)k)->reports != NULL &&
                           i < sim_limit(&w->limits, (enum sim_object)k);
             i++) {
            struct sim_owner who = {(uint16_t)k, i};

            check_held(f, w, who);
            check_reported(f, w, who);
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
    for (uint32_t i = 0; i < d->n_owners; i++) {
        check_held(&f, world, d->owner[i]);
        check_reported(&f, world, d->owner[i]);
    }
    for (uint32_t i = 0; i < d->n_addresses; i++)
        check_address(&f, world, d->address[i].subnet, d->address[i].v4);
#ifdef EIPSIM_VALIDATE /* what is wrong there stays wrong, so one state of some tells */
    if (d->identity.low % EIPSIM_VALIDATE == 0)
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
        find(&f, SIM_INVARIANT_IPAM_LISTS, nobody(), nobody(), SIM_NONE, 0);
    return f.count;
}
