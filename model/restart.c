/* The controller's death and its start: everything in memory is lost, then caches are listed,
 * InitIPAM reserves what the objects' status names, and every object comes as ADDED
 * (pkg/controller/init.go and controller.go, all tags).
 */
#include "model/step_internal.h"

static void forget_watch(struct sim_world *w, enum sim_kind_id kind)
{
    size_t n = sim_watch_count(w, kind);
    size_t size = sizeof(struct sim_notice) + sim_kind_size(kind);
    uint8_t *events = (uint8_t *)(uintptr_t)sim_notice(w, kind, 0);

    if (n == 0)
        return;
    for (size_t i = 0; i < n; i++)
        sim_slot_mut(w, kind, sim_notice(w, kind, i)->id)->pending = 0;
    sim_touch(w, events, size * n);
    memset(events, 0, size * n);
    sim_watch_mut(w, kind)->count = 0;
}

static void forget_work(struct sim_world *w)
{
    sim_queues_clear(w);
    for (unsigned q = 0; q < w->n_queues; q++)
        if (sim_worker(w, q)->phase != SIM_PHASE_IDLE)
            memset(sim_worker_mut(w, q), 0, sim_worker_size((enum sim_queue_id)q));
    for (sim_id s = 0; s < w->limits.subnets; s++)
        sim_status_forget_next(w, s);
    for (unsigned k = 0; k < SIM_KIND_COUNT; k++)
        sim_pass_clear(w, (enum sim_kind_id)k);
}

static void forget_ipam(struct sim_world *w)
{
    for (sim_id s = 0; s < w->limits.subnets; s++) {
        ipam_subnet_delete(sim_ipam_mut(w), sim_ipam_subnet(s), sim_journal(w));
        sim_journal_drain(w);
    }
}

/* Everything in memory, so that all worlds without a controller look alike. */
void sim_forget_memory(struct sim_world *w)
{
    for (unsigned k = 0; k < SIM_KIND_COUNT; k++)
        forget_watch(w, (enum sim_kind_id)k);
    forget_work(w);
    forget_ipam(w);
    for (unsigned k = 0; k < SIM_KIND_COUNT; k++)
        for (sim_id i = 0; i < sim_limit(&w->limits, (enum sim_object)k); i++)
            sim_cache_set(w, (enum sim_kind_id)k, i, NULL);
    sim_globals_mut(w)->redo_time = 0;
    sim_globals_mut(w)->panicked = 0;
    sim_derived(w)->all_touched = 1;
}

void sim_crash(struct sim_turn *t)
{
    struct sim_event e = sim_event_new(t, SIM_EVENT_DOWN);

    sim_forget_memory(t->w);
    sim_globals_mut(t->w)->up = 0;
    sim_emit(t, &e);
}

/* ---- InitIPAM ---- */

static void list_all(struct sim_turn *t, enum sim_kind_id kind)
{
    struct sim_event e = sim_event_new(t, SIM_EVENT_LIST);

    e.object = (uint8_t)kind;
    e.selector = SIM_SELECT_ALL;
    for (sim_id i = 0; i < sim_limit(&t->w->limits, (enum sim_object)kind); i++)
        e.count += sim_exists(sim_cache(t->w, kind, i));
    sim_emit(t, &e);
}

/* The address is status.ip; an empty one fails to parse and reserves nothing. */
static void restore_eip(struct sim_turn *t, sim_id eip)
{
    const struct sim_eip *c = &sim_eip(t->w, eip)->cache;
    struct sim_alloc_wish wish = {SIM_NIC_BARE, c->status_ip, 0, false, c->mac};

    if (sim_flawed(t->w, SIM_FLAW_RESTORE, SIM_UNRESTORED_ALL) ||
        (sim_flawed(t->w, SIM_FLAW_RESTORE, SIM_UNRESTORED_TERMINATING) &&
         sim_eip_terminating(c)) ||
        (sim_flawed(t->w, SIM_FLAW_RESTORE, SIM_UNRESTORED_UNNAMED) && c->net == 0))
        return;
    (void)sim_ipam_static(t, sim_eip_owner(eip), sim_ext(t->w, c->net), &wish);
}

/* The second family's address is not passed on: in a dual-stack subnet another one is drawn. */
static void restore_vip(struct sim_turn *t, sim_id vip)
{
    const struct sim_vip *c = (const struct sim_vip *)sim_cache(t->w, SIM_KIND_VIP, vip);
    bool by_port = sim_asks(t->w, SIM_vip_restored_as) == SIM_vip_restored_as_port;
    struct sim_alloc_wish wish = {by_port ? SIM_NIC_PORT : SIM_NIC_BARE, c->status_v4, 0, false,
                                  c->status_mac};
    sim_id net = sim_net_key(t->w, c->net), subnet = sim_ref_id(sim_net(t->w, net)->subnet);

    if (by_port && (subnet == SIM_NONE || !sim_subnet(t->w, subnet)->present))
        return;
    (void)sim_ipam_static(t, (struct sim_owner){SIM_KIND_VIP, vip}, net, &wish);
}

/* An empty externalSubnet is no subnet here, whatever the add handler took it for. */
static void restore_ovn_eip(struct sim_turn *t, sim_id eip)
{
    const struct sim_ovn_eip *c =
        (const struct sim_ovn_eip *)sim_cache(t->w, SIM_KIND_OVN_EIP, eip);
    struct sim_alloc_wish wish = {SIM_NIC_BARE, c->status_v4, 0, false, c->status_mac};

    (void)sim_ipam_static(t, (struct sim_owner){SIM_KIND_OVN_EIP, eip}, sim_net_key(t->w, c->net),
                          &wish);
}

/* Kind by kind, each in order of name. */
static void restore_all(struct sim_turn *t)
{
    static const struct {
        enum sim_kind_id kind;
        void (*restore)(struct sim_turn *t, sim_id id);
    } order[] = {{SIM_KIND_VIP, restore_vip},
                 {SIM_KIND_EIP, restore_eip},
                 {SIM_KIND_OVN_EIP, restore_ovn_eip}};

    for (unsigned k = 0; k < sizeof order / sizeof *order; k++) {
        if (order[k].kind != SIM_KIND_EIP && !t->w->limits.owners)
            continue;
        list_all(t, order[k].kind);
        for (sim_id i = 0; i < sim_limit(&t->w->limits, (enum sim_object)order[k].kind); i++)
            if (sim_exists(sim_cache(t->w, order[k].kind, i)))
                order[k].restore(t, i);
    }
}

/* ---- caches ---- */

static void fill_caches(struct sim_world *w)
{
    for (unsigned k = 0; k < SIM_KIND_COUNT; k++)
        for (sim_id i = 0; i < sim_limit(&w->limits, (enum sim_object)k); i++)
            if (sim_exists(sim_api(w, (enum sim_kind_id)k, i)))
                sim_cache_set(w, (enum sim_kind_id)k, i, sim_api(w, (enum sim_kind_id)k, i));
}

/* An ADDED event of every object, kind by kind in the order in which the recordings start their
 * informers, each in order of name. */
static void tell_added(struct sim_turn *t)
{
    static const uint8_t order[SIM_KIND_COUNT] = {
        SIM_KIND_EIP, SIM_KIND_FIP,     SIM_KIND_DNAT,     SIM_KIND_SNAT,    SIM_KIND_OVN_EIP,
        SIM_KIND_VIP, SIM_KIND_OVN_FIP, SIM_KIND_OVN_SNAT, SIM_KIND_OVN_DNAT};

    for (unsigned k = 0; k < SIM_KIND_COUNT; k++) {
        enum sim_kind_id kind = (enum sim_kind_id)order[k];

        for (sim_id i = 0; i < sim_limit(&t->w->limits, (enum sim_object)kind); i++)
            if (sim_exists(sim_cache(t->w, kind, i)))
                sim_kind(kind)->added(t, i);
    }
}

/* The Subnets come as ADDED too, and upstream computes their status then, in handlers that are not
 * modelled. */
static void ask_status(struct sim_turn *t)
{
    for (sim_id s = 0; s < t->w->limits.subnets; s++)
        if (sim_subnet(t->w, s)->present && sim_asks(t->w, SIM_status_at_start))
            sim_queue_add(t, SIM_QUEUE_SUBNET_STATUS, sim_subnet(t->w, s)->net);
}

/* So do the gateways' pods. */
static void ask_sweeps(struct sim_turn *t)
{
    for (sim_id g = 0; g < t->w->limits.gateways; g++)
        if (sim_asks(t->w, SIM_gateway_swept) && sim_pods_present(t->w, g, false) != 0)
            sim_queue_add(t, SIM_QUEUE_UPDATE_VPC_EIP, g);
}

void sim_boot(struct sim_turn *t)
{
    struct sim_world *w = t->w;
    struct sim_event e = sim_event_new(t, SIM_EVENT_UP);

    sim_forget_memory(w); /* a panic leaves it as it was */
    sim_globals_mut(w)->up = 1;
    sim_emit(t, &e);
    fill_caches(w);
    sim_ipam_rebuild(w);
    restore_all(t);
    ask_status(t);
    ask_sweeps(t);
    tell_added(t);
    sim_init_gateways(t);
    sim_derived(w)->all_touched = 1;
}
