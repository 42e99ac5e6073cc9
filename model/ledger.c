/* The ledger: an account of who holds what, folded from the events alone.
 *
 * It knows nothing of IPAM's lists and maps.  A NIC holds one address: a new one gives the old one
 * back.  A release gives back all that the owner's NICs hold in the subnets it covers.
 *
 *   per subnet:   nic[...]             address held, 0: none; by IPAM's number of the NIC
 *                 owner[size]          name + 1 of who holds the address, 0: nobody
 */
#include "model/sim_internal.h"

static uint32_t *nics_of(struct sim_world *w, sim_id subnet)
{
    return (uint32_t *)((uint8_t *)w + w->at.ledger + w->at.ledger_of[subnet]);
}

static uint16_t *owners_of(struct sim_world *w, sim_id subnet)
{
    return (uint16_t *)(nics_of(w, subnet) + sim_ipam_nics(w));
}

/* What a NIC of a name holds. */
static uint32_t *held_by(struct sim_world *w, sim_id subnet, uint16_t name, unsigned nic)
{
    return nics_of(w, subnet) + sim_ipam_nic(w, name, (enum sim_nic)nic) - 1;
}

static unsigned nics(const struct sim_world *w, uint16_t name)
{
    return name == w->limits.names ? (unsigned)SIM_NIC_VIP : sim_nics(&w->limits);
}

static uint32_t offset_of(const struct sim_world *w, sim_id subnet, sim_v4 v4)
{
    uint32_t offset = v4 - sim_subnet(w, subnet)->cidr;

    SIM_CHECK(offset >> (32 - sim_subnet(w, subnet)->prefix) == 0);
    return offset;
}

uint16_t sim_ledger_owner(const struct sim_world *w, sim_id subnet, sim_v4 v4)
{
    const uint32_t *nics_here = sim_at(w, w->at.ledger + w->at.ledger_of[subnet]);
    const uint16_t *owners = (const uint16_t *)(nics_here + sim_ipam_nics(w));

    return owners[offset_of(w, subnet, v4)];
}

static void give_back(struct sim_world *w, sim_id subnet, uint16_t name, unsigned nic)
{
    uint32_t *held = held_by(w, subnet, name, nic);
    bool other = false;

    if (*held == 0)
        return;
    for (unsigned n = 0; n < nics(w, name); n++)
        other = other || (n != nic && *held_by(w, subnet, name, n) == *held);
    if (!other && owners_of(w, subnet)[offset_of(w, subnet, *held)] == name + 1) {
        owners_of(w, subnet)[offset_of(w, subnet, *held)] = 0;
        sim_touched_address(w, subnet, *held);
    }
    *held = 0;
}

static void take(struct sim_world *w, sim_id subnet, uint16_t name, unsigned nic, sim_v4 v4)
{
    uint16_t *owner = owners_of(w, subnet) + offset_of(w, subnet, v4);
    uint32_t *held = held_by(w, subnet, name, nic);

    if (*held != v4)
        give_back(w, subnet, name, nic);
    if (*owner != 0 && *owner != name + 1) {
        struct sim_violation v;

        memset(&v, 0, sizeof v);
        v.invariant = SIM_INVARIANT_SINGLE_OWNER;
        sim_set_owners(&v, sim_owner_named(w, name), sim_owner_named(w, (uint16_t)(*owner - 1)));
        v.subnet = subnet;
        v.pod = SIM_NONE;
        v.v4 = v4;
        sim_flag(w, &v);
    }
    *held = v4;
    *owner = (uint16_t)(name + 1);
    sim_touched_address(w, subnet, v4);
}

static void fold_ipam(struct sim_world *w, const struct sim_event *e)
{
    uint16_t name = e->object < SIM_KIND_COUNT
                        ? sim_slot(w, (enum sim_kind_id)e->object, e->id)->name
                        : w->limits.names; /* the sweep */
    sim_id subnet = e->net == SIM_NONE ? SIM_NONE : sim_ref_id(sim_net(w, e->net)->subnet);

    if (e->verb != SIM_VERB_RELEASE) {
        if (e->ipam_error == 0)
            take(w, subnet, name, e->nic, e->v4);
        return;
    }
    for (sim_id s = 0; s < w->limits.subnets; s++)
        for (unsigned nic = 0; (e->net == SIM_NONE || s == subnet) && nic < nics(w, name); nic++)
            give_back(w, s, name, nic);
}

void sim_ledger_fold(struct sim_world *w, const struct sim_event *event)
{
    if (event->kind == SIM_EVENT_IPAM && !sim_flawed(w, SIM_FLAW_LEDGER, event->verb))
        fold_ipam(w, event);
    if (event->kind != SIM_EVENT_UP || sim_flawed(w, SIM_FLAW_LEDGER, SIM_VERB_NONE))
        return;
    for (sim_id s = 0; s < w->limits.subnets; s++) {
        size_t addresses = (size_t)1 << (32 - sim_subnet(w, s)->prefix);

        memset(nics_of(w, s), 0, (size_t)sim_ipam_nics(w) * 4 + addresses * 2);
    }
}
