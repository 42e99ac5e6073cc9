#include <string.h>

#include "tools/actions.h"
#include "tools/builder.h"
#include "tools/objects.h"
#include "tools/show.h"

/* Where what is said about a name begins. */
#define COLUMN 18u

struct view {
    const struct tool_render *r;
    const struct sim_world *w;
    struct tool_text line;
    FILE *out;
};

static void put_line(struct view *v)
{
    fprintf(v->out, "%s\n", tool_text_get(&v->line));
    tool_text_clear(&v->line);
}

/* ---- objects ---- */

static const char *v4(const struct view *v, sim_v4 value, char buffer[16])
{
    return value == 0 ? "-" : tool_v4_text(v->r->config, value, buffer);
}

static void put_status(struct view *v, const struct sim_eip *e)
{
    char a[16], b[16], time[TOOL_TIME_TEXT];

    tool_text_printf(&v->line, "rv %u  v4ip %s  status %s %s", e->rv, v4(v, e->spec_v4, a),
                     v4(v, e->status_ip, b), sim_eip_ready(e) ? "ready" : "not ready");
    if (e->nat != 0) {
        tool_text_add(&v->line, " nat ");
        tool_nat_text(e->nat, &v->line);
    }
    if (e->redo != 0)
        tool_text_printf(&v->line, " redo %s", tool_time_text(e->redo, time));
    if (sim_eip_terminating(e))
        tool_text_add(&v->line, "  TERMINATING");
    tool_text_add(&v->line, "  finalizers ");
    if (sim_eip_finalizer_count(e) == 0)
        tool_text_add(&v->line, "none");
    else
        tool_render_finalizers(v->r, &e->meta, &v->line);
}

static void put_eip(struct view *v, sim_id i)
{
    const struct sim_eip_slot *slot = sim_eip(v->w, i);

    if (!sim_eip_exists(&slot->api) && !sim_eip_exists(&slot->cache))
        return;
    tool_text_printf(&v->line, "  %s", v->r->config->names.eip[i]);
    tool_text_pad(&v->line, 0, COLUMN);
    if (sim_eip_exists(&slot->api)) {
        tool_render_section(v->r, SIM_OBJECT_EIP, SIM_SECTION_SPEC, &slot->api.meta, false,
                            &v->line);
        put_line(v);
        tool_text_pad(&v->line, 0, COLUMN);
        put_status(v, &slot->api);
    } else {
        tool_text_add(&v->line, "gone from the API server");
    }
    put_line(v);
    if (sim_eip_exists(&slot->api) && slot->api.rv == slot->cache.rv)
        return;
    tool_text_pad(&v->line, 0, COLUMN);
    tool_text_add(&v->line, "in the cache: ");
    if (sim_eip_exists(&slot->cache))
        put_status(v, &slot->cache);
    else
        tool_text_add(&v->line, "not there");
    put_line(v);
}

static void put_watch(struct view *v)
{
    unsigned count = sim_watch_count(v->w, SIM_KIND_EIP);

    tool_text_add(&v->line, count == 0 ? "watch: everything is delivered" : "watch:");
    for (unsigned i = 0; i < count; i++) {
        const struct sim_notice *e = sim_notice(v->w, SIM_KIND_EIP, i);

        tool_text_printf(&v->line, "%s %s %s %u", i == 0 ? "" : ",",
                         sim_verb_text((enum sim_verb)e->verb), v->r->config->names.eip[e->id],
                         sim_notice_object(e)->rv);
    }
    put_line(v);
}

/* ---- queues ---- */

/* An object of another kind, as the API server and, where it differs, as the cache has it. */
static void put_object(struct view *v, enum sim_kind_id kind, sim_id i)
{
    const struct sim_meta *api = sim_api(v->w, kind, i), *cache = sim_cache(v->w, kind, i);

    if (!sim_exists(api) && !sim_exists(cache))
        return;
    tool_text_printf(&v->line, "  %s", v->r->config->names.object[kind][i]);
    tool_text_pad(&v->line, 0, COLUMN);
    tool_text_printf(&v->line, "%s ", sim_object_text((enum sim_object)kind));
    if (sim_exists(api))
        tool_render_object(v->r, (enum sim_object)kind, api, &v->line);
    else
        tool_text_add(&v->line, "gone from the API server");
    put_line(v);
    if (sim_exists(api) && api->rv == cache->rv)
        return;
    tool_text_pad(&v->line, 0, COLUMN);
    tool_text_add(&v->line, "in the cache: ");
    if (sim_exists(cache))
        tool_render_object(v->r, (enum sim_object)kind, cache, &v->line);
    else
        tool_text_add(&v->line, "not there");
    put_line(v);
}

static void put_worker(struct view *v, enum sim_queue_id q)
{
    const struct sim_worker *worker = sim_worker(v->w, q);
    struct sim_stop stop;

    if (!sim_stopped_before(v->w, q, &stop)) {
        tool_text_add(&v->line, "idle");
        return;
    }
    tool_text_printf(&v->line, "at %s, before %s: %s", tool_key_text(v->r->config, q, worker->key),
                     stop.name, stop.text);
}

static void put_queue(struct view *v, enum sim_queue_id q)
{
    struct tool_state state = {TOOL_STATE_QUEUE, 0, (sim_id)q};
    struct tool_text json = {0};

    tool_text_printf(&v->line, "  %s", sim_queue_text(q));
    tool_text_pad(&v->line, 0, COLUMN);
    put_worker(v, q);
    tool_render_state(v->r, v->w, state, &json);
    if (strcmp(tool_text_get(&json), "{}") != 0) {
        put_line(v);
        tool_text_pad(&v->line, 0, COLUMN);
        tool_text_add(&v->line, tool_text_get(&json));
    }
    put_line(v);
    tool_text_free(&json);
}

/* ---- gateways ---- */

static void put_pod(struct view *v, sim_id pod)
{
    const struct sim_pod_slot *p = sim_pod(v->w, pod);

    if (p->state == SIM_POD_ABSENT)
        return;
    tool_text_printf(&v->line, "    %s  %s%s ", v->r->config->names.pod[pod],
                     sim_pod_state_text((enum sim_pod_state)p->state),
                     p->inited ? ", initialised:" : ", not initialised:");
    for (sim_id s = 0; s < v->w->limits.subnets; s++) {
        struct ipam_addrset set = sim_interface(v->w, pod, s);

        if (ipam_addrset_empty(&set))
            continue;
        tool_text_add(&v->line, " ");
        tool_render_set(&set, &v->line);
        tool_text_printf(&v->line, " (/%u)", sim_subnet(v->w, s)->prefix);
    }
    if (p->own_outside)
        tool_text_add(&v->line, " and its own");
    put_line(v);
}

static void put_gateway(struct view *v, sim_id g)
{
    tool_text_printf(&v->line, "  %s", v->r->config->names.gateway[g]);
    tool_text_pad(&v->line, 0, COLUMN);
    tool_text_add(&v->line, sim_gateway(v->w, g)->present ? "exists" : "does not exist");
    put_line(v);
    for (unsigned n = 0; n < v->w->limits.pods_per_gateway; n++)
        put_pod(v, sim_pod_id(v->w, g, n));
}

/* ---- subnets ---- */

static void put_list(struct view *v, sim_id subnet, const char *name, uint32_t pool,
                     enum ipam_list list)
{
    struct ipam_addrset set;

    tool_text_printf(&v->line, "%s ", name);
    if (!ipam_list_of(sim_ipam(v->w), sim_ipam_subnet(subnet), IPAM_V4, pool, list, &set) ||
        ipam_addrset_empty(&set))
        tool_text_add(&v->line, "none");
    else
        tool_render_set(&set, &v->line);
}

static void put_owners(struct view *v, sim_id subnet)
{
    const struct ipam *ipam = sim_ipam(v->w);
    uint32_t of = sim_ipam_subnet(subnet);
    struct ipam_addr a = ipam_addr_v4(sim_subnet(v->w, subnet)->cidr);
    char text[IPAM_ADDR_TEXT];

    for (; ipam_next_owned(ipam, of, IPAM_V4, a, &a); a = ipam_addr_add(a, 1)) {
        ipam_addr_print(a, text);
        fprintf(v->out, "    %-16s %s\n", text,
                v->r->name[ipam_owner_of(ipam, of, IPAM_V4, a) - 1]);
    }
}

/* As `kubectl get subnet -o yaml` prints these fields. */
static void put_range(struct view *v, const char *field, const struct ipam_addrset *set)
{
    tool_text_printf(&v->line, "      %s: ", field);
    if (ipam_addrset_empty(set))
        tool_text_add(&v->line, "\"\"");
    else
        tool_render_set(set, &v->line);
    put_line(v);
}

static void put_stored_status(struct view *v, sim_id subnet)
{
    const struct sim_subnet_slot *s = sim_subnet(v->w, subnet);
    struct ipam_addrset available = sim_status_set(v->w, subnet, SIM_STATUS_AVAILABLE);
    struct ipam_addrset used = sim_status_set(v->w, subnet, SIM_STATUS_USING);

    fprintf(v->out, "    status:\n");
    put_range(v, "v4availableIPrange", &available);
    fprintf(v->out, "      v4availableIPs: %u\n", s->available_ips);
    put_range(v, "v4usingIPrange", &used);
    fprintf(v->out, "      v4usingIPs: %u\n", s->using_ips);
}

static void put_subnet(struct view *v, sim_id i)
{
    const struct sim_subnet_slot *s = sim_subnet(v->w, i);
    char cidr[16];

    tool_text_printf(&v->line, "  %s", v->r->config->names.net[s->net]);
    tool_text_pad(&v->line, 0, COLUMN - 1);
    tool_text_printf(&v->line, " %s/%u%s", tool_v4_text(v->r->config, s->cidr, cidr), s->prefix,
                     s->present ? "" : ", does not exist");
    put_line(v);
    tool_text_add(&v->line, "    IPAM: ");
    put_list(v, i, "using", IPAM_WHOLE_SUBNET, IPAM_USING);
    put_list(v, i, "  available", IPAM_WHOLE_SUBNET, IPAM_AVAILABLE);
    put_list(v, i, "  free", IPAM_WHOLE_SUBNET, IPAM_FREE);
    put_list(v, i, "  released", 0, IPAM_RELEASED);
    put_line(v);
    put_owners(v, i);
    if (s->status_known)
        put_stored_status(v, i);
}

void tool_show_state(const struct tool_render *r, const struct sim_world *w, FILE *out)
{
    struct view v = {.r = r, .w = w, .out = out};

    fprintf(out, "controller: %s\n", sim_globals(w)->up ? "up" : "down");
    fputs("objects:\n", out);
    for (sim_id i = 0; i < w->limits.eips; i++)
        put_eip(&v, i);
    for (unsigned k = SIM_KIND_EIP + 1u; k < SIM_KIND_COUNT; k++)
        for (sim_id i = 0; i < sim_limit(&w->limits, (enum sim_object)k); i++)
            put_object(&v, (enum sim_kind_id)k, i);
    put_watch(&v);
    fputs("queues:\n", out);
    for (unsigned q = 0; q < SIM_QUEUE_COUNT; q++)
        if (sim_queue_part((enum sim_queue_id)q) == SIM_PART_EIPS || sim_queue(w, q)->keys > 0)
            put_queue(&v, (enum sim_queue_id)q);
    fputs("gateways:\n", out);
    for (sim_id g = 0; g < w->limits.gateways; g++)
        put_gateway(&v, g);
    fputs("subnets:\n", out);
    for (sim_id s = 0; s < w->limits.subnets; s++)
        put_subnet(&v, s);
    tool_text_free(&v.line);
}
