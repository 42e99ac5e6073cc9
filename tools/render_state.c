/* State, times and ranges. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/builder.h"
#include "tools/memory.h"
#include "tools/northbound.h"
#include "tools/objects.h"
#include "tools/put.h"
#include "tools/render.h"
#include "tools/vocabulary.h"

/* ---- times ---- */

/* Days since 1970 to a date, by 400-year eras that begin on 1 March. */
const char *tool_time_text(uint32_t seconds, char out[TOOL_TIME_TEXT])
{
    uint32_t days = seconds / 86400 + 719468, clock = seconds % 86400;
    uint32_t era = days / 146097, of_era = days % 146097;
    uint32_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    uint32_t of_year = of_era - (365 * year + year / 4 - year / 100);
    uint32_t month = (5 * of_year + 2) / 153, day = of_year - (153 * month + 2) / 5 + 1;

    month = month < 10 ? month + 3 : month - 9;
    year += era * 400 + (month <= 2);
    if (seconds == 0)
        out[0] = '\0';
    else
        snprintf(out, TOOL_TIME_TEXT, "%04u-%02u-%02uT%02u:%02u:%02u", year, month, day,
                 clock / 3600, clock / 60 % 60, clock % 60);
    return out;
}

static bool digits(const char *s, unsigned n, uint32_t *out)
{
    *out = 0;
    for (unsigned i = 0; i < n; i++) {
        if (s[i] < '0' || s[i] > '9')
            return false;
        *out = *out * 10 + (uint32_t)(s[i] - '0');
    }
    return true;
}

bool tool_time_parse(const char *text, size_t length, uint32_t *seconds)
{
    static const char form[] = "dddd-dd-ddTdd:dd:dd";
    uint32_t y, mo, d, h, mi, s, era, days;
    uint64_t all;
    char again[TOOL_TIME_TEXT];

    *seconds = 0;
    if (length == 0)
        return true;
    if (length == sizeof form && text[length - 1] == 'Z')
        length--;
    if (length != sizeof form - 1)
        return false;
    for (unsigned i = 0; i < length; i++)
        if (form[i] != 'd' && text[i] != form[i])
            return false;
    if (!digits(text, 4, &y) || !digits(text + 5, 2, &mo) || !digits(text + 8, 2, &d) ||
        !digits(text + 11, 2, &h) || !digits(text + 14, 2, &mi) || !digits(text + 17, 2, &s) ||
        y < 1970 || mo < 1 || mo > 12)
        return false;
    y -= mo <= 2;
    era = y / 400;
    days = era * 146097 + y % 400 * 365 + y % 400 / 4 - y % 400 / 100 +
           (153 * (mo > 2 ? mo - 3 : mo + 9) + 2) / 5 + d - 1;
    all = (uint64_t)(days - 719468) * 86400 + (uint64_t)h * 3600 + mi * 60 + s;
    if (all > UINT32_MAX)
        return false;
    *seconds = (uint32_t)all;
    /* a date that does not exist comes back as another one */
    return memcmp(tool_time_text(*seconds, again), text, length) == 0;
}

/* ---- ranges ---- */

/* n_minus may be 0. */
static void put_set(const struct ipam_addrset *set, const struct ipam_range *minus,
                    uint32_t n_minus, struct tool_text *out)
{
    char small[256], *all = small;
    size_t length = ipam_addrset_print_minus(set, minus, n_minus, small, sizeof small);

    if (length >= sizeof small) {
        all = tool_alloc(length + 1);
        ipam_addrset_print_minus(set, minus, n_minus, all, length + 1);
    }
    tool_text_bytes(out, all, length);
    if (all != small)
        free(all);
}

void tool_render_set(const struct ipam_addrset *set, struct tool_text *out)
{
    put_set(set, NULL, 0, out);
}

void tool_render_set_minus(const struct ipam_addrset *set, const struct sim_range *minus,
                           uint32_t n_minus, struct tool_text *out)
{
    struct ipam_range small[8] = {{{0, 0}, {0, 0}}}, *all = small;

    if (n_minus > sizeof small / sizeof *small)
        all = tool_alloc(n_minus * sizeof *all);
    for (uint32_t i = 0; i < n_minus; i++) {
        all[i].first = ipam_addr_v4(minus[i].first);
        all[i].last = ipam_addr_v4(minus[i].last);
    }
    put_set(set, all, n_minus, out);
    if (all != small)
        free(all);
}

void tool_render_status_range(const struct sim_world *w, sim_id subnet,
                              const struct ipam_addrset *set, struct tool_text *out)
{
    const struct sim_subnet_slot *s = sim_subnet(w, subnet);
    const struct sim_range *excludes = sim_at(w, w->at.excludes);

    if (sim_asks(w, SIM_status_minus_excludes))
        tool_render_set_minus(set, excludes + s->first_exclude, s->n_excludes, out);
    else
        tool_render_set(set, out);
}

/* ---- the parts ---- */

/* API, CACHE and WATCH come once for every kind; those of EIPs bear no kind's name. */
static bool by_object(enum tool_state_kind kind)
{
    return kind == TOOL_STATE_API || kind == TOOL_STATE_CACHE || kind == TOOL_STATE_WATCH;
}

static uint32_t count_of(const struct engine_config *config, struct tool_state s)
{
    const struct sim_limits *l = &config->setup.limits;

    switch ((enum tool_state_kind)s.kind) {
    case TOOL_STATE_API:
    case TOOL_STATE_CACHE:
        return sim_limit(l, (enum sim_object)s.object);
    case TOOL_STATE_WATCH:
        return s.object == SIM_KIND_EIP || (s.object < SIM_KIND_OVN_EIP ? l->nat : l->owners);
    case TOOL_STATE_OVN:
        return l->owners;
    case TOOL_STATE_IPAM:
        return l->subnets;
    case TOOL_STATE_POD:
        return (uint32_t)l->gateways * l->pods_per_gateway;
    case TOOL_STATE_QUEUE:
        return SIM_QUEUE_COUNT;
    default:
        return 1;
    }
}

/* The next group of parts; false beyond the last. */
static bool next_group(struct tool_state *s)
{
    if (by_object((enum tool_state_kind)s->kind) && s->object + 1 < SIM_KIND_COUNT) {
        s->object++;
        return true;
    }
    s->object = 0;
    return ++s->kind < TOOL_STATE_KIND_COUNT;
}

uint32_t tool_state_count(const struct engine_config *config)
{
    struct tool_state s = {0, 0, 0};
    uint32_t n = 0;

    do
        n += count_of(config, s);
    while (next_group(&s));
    return n;
}

struct tool_state tool_state_at(const struct engine_config *config, uint32_t index)
{
    struct tool_state s = {0, 0, 0};

    while (index >= count_of(config, s)) {
        index -= count_of(config, s);
        (void)next_group(&s);
    }
    s.id = (sim_id)index;
    return s;
}

static sim_id find_id(const struct engine_config *config, struct tool_state s, const char *text,
                      size_t length)
{
    switch ((enum tool_state_kind)s.kind) {
    case TOOL_STATE_API:
    case TOOL_STATE_CACHE:
        return tool_id_of(config, tool_name_kind((enum sim_kind_id)s.object), text, length);
    case TOOL_STATE_IPAM:
        return tool_subnet_of(config, text, length);
    case TOOL_STATE_POD:
        return tool_pod_of(config, text, length);
    case TOOL_STATE_QUEUE: {
        uint8_t q = tool_queue_find(text, length);

        return q < SIM_QUEUE_COUNT ? q : SIM_NONE;
    }
    default:
        return length == 0 && count_of(config, s) > 0 ? 0 : SIM_NONE;
    }
}

/* "api/", "api/IptablesFIPRule/", "watch", "watch/IptablesFIPRule" */
static void prefix_of(struct tool_state s, struct tool_text *out)
{
    static const char *const texts[] = {
#define X(name, prefix) prefix,
        TOOL_STATES(X)
#undef X
    };

    tool_text_add(out, texts[s.kind]);
    if (!by_object((enum tool_state_kind)s.kind) || s.object == SIM_KIND_EIP)
        return;
    if (s.kind == TOOL_STATE_WATCH)
        tool_put_char(out, '/');
    tool_text_add(out, sim_object_text((enum sim_object)s.object));
    if (s.kind != TOOL_STATE_WATCH)
        tool_put_char(out, '/');
}

/* The part with the longest prefix that the text begins with and that knows the rest of it. */
uint32_t tool_state_find(const struct engine_config *config, const char *text, size_t length)
{
    struct tool_state s = {0, 0, 0};
    struct tool_text prefix = {0};
    uint32_t base = 0, found = UINT32_MAX;

    do {
        tool_text_clear(&prefix);
        prefix_of(s, &prefix);
        if (length >= prefix.length && memcmp(text, tool_text_get(&prefix), prefix.length) == 0) {
            sim_id id = find_id(config, s, text + prefix.length, length - prefix.length);

            if (id != SIM_NONE)
                found = base + id;
        }
        base += count_of(config, s);
    } while (next_group(&s));
    tool_text_free(&prefix);
    return found;
}

void tool_state_text(const struct tool_render *r, struct tool_state state, struct tool_text *out)
{
    const struct engine_config *c = r->config;

    prefix_of(state, out);
    switch (state.kind) {
    case TOOL_STATE_API:
    case TOOL_STATE_CACHE:
        tool_text_add(out, c->names.object[state.object][state.id]);
        break;
    case TOOL_STATE_IPAM:
        tool_text_add(out, c->names.net[c->setup.subnets[state.id].net]);
        break;
    case TOOL_STATE_POD:
        tool_text_add(out, c->names.pod[state.id]);
        break;
    case TOOL_STATE_QUEUE:
        tool_text_add(out, sim_queue_text((enum sim_queue_id)state.id));
        break;
    default:
        break;
    }
}

/* ---- their values ---- */

/* Texts that have to be put in order before they are written. */
enum { TEXT = 96 };

struct texts {
    char (*text)[TEXT];
    uint32_t count;
    uint32_t capacity;
};

static char *add_text(struct texts *t)
{
    if (t->count == t->capacity) {
        t->capacity = t->capacity == 0 ? 32 : t->capacity * 2;
        t->text = tool_resize(t->text, t->capacity * sizeof *t->text);
    }
    return t->text[t->count++];
}

static int by_text(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void sort_texts(struct texts *t)
{
    if (t->count > 1)
        qsort(t->text, t->count, sizeof *t->text, by_text);
}

static void interface_texts(const struct sim_world *w, sim_id pod, struct texts *t)
{
    for (sim_id s = 0; s < w->limits.subnets; s++) {
        struct ipam_addrset set = sim_interface(w, pod, s);
        struct ipam_addr a;
        bool more = ipam_addrset_first(&set, &a);

        while (more) {
            char *text = add_text(t);
            size_t n = ipam_addr_print(a, text);

            snprintf(text + n, TEXT - n, "/%u", sim_subnet(w, s)->prefix);
            more = ipam_addrset_next(&set, ipam_addr_add(a, 1), &a);
        }
    }
    if (sim_pod(w, pod)->own_outside) {
        const struct sim_gateway_slot *g = sim_gateway(w, (size_t)pod / w->limits.pods_per_gateway);
        char *text = add_text(t);
        size_t n = ipam_addr_print(ipam_addr_v4(g->own), text);

        snprintf(text + n, TEXT - n, "/%u", g->own_prefix);
    }
    sort_texts(t);
}

static void put_texts(const struct texts *t, struct tool_text *out)
{
    if (t->count == 0)
        tool_text_add(out, "null");
    for (uint32_t i = 0; i < t->count; i++) {
        tool_put_char(out, i == 0 ? '[' : ',');
        tool_put_string(out, t->text[i]);
    }
    if (t->count > 0)
        tool_put_char(out, ']');
}

static void render_pod_rules(const struct tool_render *r, const struct sim_world *w, sim_id pod,
                             struct tool_text *out)
{
    static const char *const words[SIM_KIND_COUNT] = {
        [SIM_KIND_DNAT] = "dnat", [SIM_KIND_FIP] = "fip", [SIM_KIND_SNAT] = "snat"};
    struct texts t = {0};
    struct tool_text s = {0};

    for (unsigned i = 0; i < sim_pod(w, pod)->n_rules; i++) {
        const struct sim_pod_rule *rule = &sim_pod_rules(w, pod)[i];

        tool_text_clear(&s);
        tool_text_printf(&s, "%s ", words[rule->kind]);
        tool_pod_rule_text(r, rule, true, &s);
        snprintf(add_text(&t), TEXT, "%s", tool_text_get(&s));
    }
    sort_texts(&t);
    tool_put_key(out, "rules");
    put_texts(&t, out);
    free(t.text);
    tool_text_free(&s);
}

static void render_pod(const struct tool_render *r, const struct sim_world *w, sim_id pod,
                       struct tool_text *out)
{
    struct texts t = {0};

    if (sim_pod(w, pod)->state == SIM_POD_ABSENT) {
        tool_text_add(out, "null");
        return;
    }
    interface_texts(w, pod, &t);
    tool_text_add(out, "{\"addresses\":");
    put_texts(&t, out);
    free(t.text);
    if (w->limits.nat)
        tool_put_bool(out, "annotated", sim_pod(w, pod)->annotated);
    tool_put_bool(out, "inited", sim_pod(w, pod)->inited);
    if (w->limits.nat)
        render_pod_rules(r, w, pod, out);
    tool_put_char(out, '}');
}

static void render_northbound(const struct tool_render *r, const struct sim_world *w,
                              struct tool_text *out)
{
    struct texts t = {0};
    struct tool_text s = {0};

    for (uint32_t i = 0; i < sim_ovn_count(w); i++) {
        tool_text_clear(&s);
        tool_ovn_row_text(r, w, &sim_ovn_rows(w)[i], &s);
        snprintf(add_text(&t), TEXT, "%s", tool_text_get(&s));
    }
    sort_texts(&t);
    if (t.count > 0)
        put_texts(&t, out);
    else
        tool_text_add(out, "[]");
    free(t.text);
    tool_text_free(&s);
}

static void list_begin(struct tool_text *out, const char *name)
{
    tool_put_comma(out);
    tool_text_printf(out, "\"%s\":[", name);
}

static const char *node_text(const struct tool_render *r, const struct sim_world *w,
                             enum sim_queue_id q, sim_id node)
{
    return tool_key_text(r->config, q, sim_key_object(w, q, node));
}

static void queue_delayed(const struct tool_render *r, const struct sim_world *w,
                          enum sim_queue_id q, struct tool_text *out)
{
    const struct sim_queue *queue = sim_queue(w, q);
    struct tool_text s = {0};

    if (queue->delayed_head == 0)
        return;
    list_begin(out, "delayed");
    for (sim_ref at = queue->delayed_head; at != 0;
         at = sim_node(w, q, sim_ref_id(at))->next_delayed) {
        const struct sim_queue_node *node = sim_node(w, q, sim_ref_id(at));

        tool_put_comma(out);
        tool_text_clear(&s);
        tool_text_printf(&s, "%s@%llu", node_text(r, w, q, sim_ref_id(at)),
                         (unsigned long long)node->ready_at);
        tool_put_string(out, tool_text_get(&s));
    }
    tool_put_char(out, ']');
    tool_text_free(&s);
}

static bool holds_objects(const struct sim_world *w, enum sim_queue_id q)
{
    return q == SIM_QUEUE_DEL_EIP && sim_asks(w, SIM_del_queue_item) != 0;
}

/* The key being processed, SIM_NONE if there is none.  A queue of objects notes it nowhere but in
 * its worker. */
static sim_id in_process(const struct sim_world *w, enum sim_queue_id q)
{
    if (!holds_objects(w, q))
        return sim_ref_id(sim_queue(w, q)->processing);
    return sim_worker(w, q)->phase == SIM_PHASE_IDLE ? SIM_NONE : sim_worker(w, q)->key;
}

static void queue_processing(const struct tool_render *r, const struct sim_world *w,
                             enum sim_queue_id q, struct tool_text *out)
{
    sim_id key = in_process(w, q);
    struct tool_text s = {0};

    if (key == SIM_NONE)
        return;
    list_begin(out, "processing");
    tool_text_add(&s, node_text(r, w, q, key));
    if (!holds_objects(w, q) && (sim_node(w, q, key)->state & SIM_NODE_DIRTY))
        tool_text_add(&s, "+dirty");
    tool_put_item(out, tool_text_get(&s));
    tool_put_char(out, ']');
    tool_text_free(&s);
}

static void queue_ready(const struct tool_render *r, const struct sim_world *w, enum sim_queue_id q,
                        struct tool_text *out)
{
    const struct sim_queue *queue = sim_queue(w, q);
    bool objects = holds_objects(w, q);

    if (objects ? sim_globals(w)->deleted_count == 0 : queue->head == 0)
        return;
    list_begin(out, "ready");
    for (sim_ref at = queue->head; !objects && at != 0; at = sim_node(w, q, sim_ref_id(at))->next) {
        tool_put_comma(out);
        tool_put_string(out, node_text(r, w, q, sim_ref_id(at)));
    }
    for (unsigned i = 0; objects && i < sim_globals(w)->deleted_count; i++) {
        tool_put_comma(out);
        tool_put_string(out, tool_key_text(r->config, q, sim_deleted(w, i)->eip));
    }
    tool_put_char(out, ']');
}

static void render_queue(const struct tool_render *r, const struct sim_world *w,
                         enum sim_queue_id q, struct tool_text *out)
{
    if ((sim_queue_part(q) == SIM_PART_NAT && !w->limits.nat) ||
        (sim_queue_part(q) == SIM_PART_OWNERS && !w->limits.owners) ||
        (q == SIM_QUEUE_VIRTUAL_PARENTS && !sim_asks(w, SIM_vip_virtual_parents))) {
        tool_text_add(out, "null");
        return;
    }
    tool_put_char(out, '{');
    queue_delayed(r, w, q, out);
    queue_processing(r, w, q, out);
    queue_ready(r, w, q, out);
    tool_put_char(out, '}');
}

static void render_watch(const struct tool_render *r, const struct sim_world *w,
                         enum sim_kind_id kind, struct tool_text *out)
{
    unsigned count = sim_watch_count(w, kind);
    struct tool_text s = {0};

    if (count == 0)
        tool_text_add(out, "null");
    for (unsigned i = 0; i < count; i++) {
        const struct sim_notice *e = sim_notice(w, kind, i);

        tool_put_char(out, i == 0 ? '[' : ',');
        tool_text_clear(&s);
        tool_text_printf(&s, "%s %s %u", sim_verb_text((enum sim_verb)e->verb),
                         r->config->names.object[kind][e->id], sim_notice_object(e)->rv);
        tool_put_string(out, tool_text_get(&s));
    }
    if (count > 0)
        tool_put_char(out, ']');
    tool_text_free(&s);
}

/* ---- IPAM ---- */

struct ipam_view {
    const struct tool_render *r;
    const struct sim_world *w;
    sim_id subnet;
    struct tool_text *out;
};

static void render_list(const struct ipam_view *v, const char *name, uint32_t pool,
                        enum ipam_list list, bool as_status)
{
    struct ipam_addrset set;

    tool_put_comma(v->out);
    tool_text_printf(v->out, "\"%s\":\"", name);
    if (ipam_list_of(sim_ipam(v->w), sim_ipam_subnet(v->subnet), IPAM_V4, pool, list, &set)) {
        if (as_status)
            tool_render_status_range(v->w, v->subnet, &set, v->out);
        else
            tool_render_set(&set, v->out);
    }
    tool_put_char(v->out, '"');
}

static void render_nic(const struct ipam_view *v, uint32_t nic, struct tool_text *s)
{
    uint16_t name;
    enum sim_nic which = sim_ipam_nic_of(v->w, nic, &name);

    tool_text_clear(s);
    tool_nic_text(v->r, v->w, name, which, v->r->config->setup.subnets[v->subnet].net, s);
}

/* In the order of the NICs' texts: e1, e1..PROVIDER, e10, ...: '.' stands before digits and
 * letters, so name by name is not the order of the texts when one name begins another ("a",
 * "a-b": '-' stands before '.'); therefore they are sorted. */
struct nic_text {
    struct tool_text text;
    struct ipam_addr addr;
};

static int by_nic_text(const void *a, const void *b)
{
    const struct nic_text *x = a, *y = b;

    return strcmp(tool_text_get(&x->text), tool_text_get(&y->text));
}

static void render_nics_addresses(const struct ipam_view *v, enum ipam_family family,
                                  const char *key)
{
    uint32_t nics = sim_ipam_nics(v->w), n = 0;
    struct nic_text *all = tool_alloc(nics * sizeof *all);
    char text[IPAM_ADDR_TEXT];

    for (uint32_t nic = 1; nic <= nics; nic++)
        if (ipam_nic_address(sim_ipam(v->w), sim_ipam_subnet(v->subnet), family, nic, &all[n].addr))
            render_nic(v, nic, &all[n++].text);
    qsort(all, n, sizeof *all, by_nic_text);
    tool_text_printf(v->out, ",\"%s\":{", key);
    for (uint32_t i = 0; i < n; i++) {
        tool_put_comma(v->out);
        tool_put_string(v->out, tool_text_get(&all[i].text));
        ipam_addr_print(all[i].addr, text);
        tool_text_printf(v->out, ":\"%s\"", text);
        tool_text_free(&all[i].text);
    }
    tool_put_char(v->out, '}');
    free(all);
}

static void render_owner_nics(const struct ipam_view *v)
{
    struct tool_text s = {0};

    tool_text_add(v->out, ",\"nics\":{");
    for (uint16_t name = 0; name < v->w->limits.names; name++) {
        uint32_t owner = sim_ipam_owner(name);
        uint32_t n = ipam_owner_nic_count(sim_ipam(v->w), sim_ipam_subnet(v->subnet), owner);

        if (n == 0)
            continue;
        tool_put_comma(v->out);
        tool_put_string(v->out, v->r->name[name]);
        tool_text_add(v->out, ":[");
        for (uint32_t i = 0; i < n; i++) {
            render_nic(v, ipam_owner_nic(sim_ipam(v->w), sim_ipam_subnet(v->subnet), owner, i), &s);
            tool_put_comma(v->out);
            tool_put_string(v->out, tool_text_get(&s));
        }
        tool_put_char(v->out, ']');
    }
    tool_put_char(v->out, '}');
    tool_text_free(&s);
}

static void render_owners(const struct ipam_view *v, enum ipam_family family, const char *key)
{
    const struct ipam *ipam = sim_ipam(v->w);
    uint32_t subnet = sim_ipam_subnet(v->subnet);
    struct ipam_addr a = family == IPAM_V4 ? ipam_addr_v4(sim_subnet(v->w, v->subnet)->cidr)
                                           : sim_second_addr(sim_second(v->w, v->subnet), 0);
    struct texts t = {0};

    for (; ipam_next_owned(ipam, subnet, family, a, &a); a = ipam_addr_add(a, 1))
        ipam_addr_print(a, add_text(&t));
    sort_texts(&t);
    tool_text_printf(v->out, ",\"%s\":{", key);
    for (uint32_t i = 0; i < t.count; i++) {
        tool_put_comma(v->out);
        ipam_addr_parse(t.text[i], strlen(t.text[i]), &a);
        tool_put_string(v->out, t.text[i]);
        tool_put_char(v->out, ':');
        tool_put_string(v->out, v->r->name[ipam_owner_of(ipam, subnet, family, a) - 1]);
    }
    tool_put_char(v->out, '}');
    free(t.text);
}

static void render_ipam(const struct tool_render *r, const struct sim_world *w, sim_id subnet,
                        struct tool_text *out)
{
    struct ipam_view v = {.r = r, .w = w, .subnet = subnet, .out = out};

    if (!ipam_subnet_exists(sim_ipam(w), sim_ipam_subnet(subnet))) {
        tool_text_add(out, "null");
        return;
    }
    tool_put_char(out, '{');
    render_list(&v, "available", IPAM_WHOLE_SUBNET, IPAM_AVAILABLE, true);
    render_list(&v, "free", IPAM_WHOLE_SUBNET, IPAM_FREE, false);
    render_nics_addresses(&v, IPAM_V4, "nic");
    if (sim_second(w, subnet) != NULL)
        render_nics_addresses(&v, IPAM_V6, "nic6");
    render_owner_nics(&v);
    render_owners(&v, IPAM_V4, "owner");
    if (sim_second(w, subnet) != NULL)
        render_owners(&v, IPAM_V6, "owner6");
    render_list(&v, "released", 0, IPAM_RELEASED, false);
    render_list(&v, "using", IPAM_WHOLE_SUBNET, IPAM_USING, true);
    tool_put_char(out, '}');
}

static void render_object_or_null(const struct tool_render *r, enum sim_kind_id kind,
                                  const struct sim_meta *object, struct tool_text *out)
{
    if (sim_exists(object))
        tool_render_object(r, (enum sim_object)kind, object, out);
    else
        tool_text_add(out, "null");
}

void tool_render_state(const struct tool_render *r, const struct sim_world *w,
                       struct tool_state state, struct tool_text *out)
{
    enum sim_kind_id kind = (enum sim_kind_id)state.object;
    char time[TOOL_TIME_TEXT];

    switch (state.kind) {
    case TOOL_STATE_API:
        render_object_or_null(r, kind, sim_api(w, kind, state.id), out);
        break;
    case TOOL_STATE_CACHE:
        render_object_or_null(r, kind, sim_cache(w, kind, state.id), out);
        break;
    case TOOL_STATE_IPAM:
        render_ipam(r, w, state.id, out);
        break;
    case TOOL_STATE_OVN:
        render_northbound(r, w, out);
        break;
    case TOOL_STATE_POD:
        render_pod(r, w, state.id, out);
        break;
    case TOOL_STATE_QUEUE:
        render_queue(r, w, (enum sim_queue_id)state.id, out);
        break;
    case TOOL_STATE_REDO_TIME:
        tool_put_string(out, tool_time_text(sim_globals(w)->redo_time, time));
        break;
    default:
        render_watch(r, w, (enum sim_kind_id)state.object, out);
        break;
    }
}

/* ---- what they are written from ---- */

static void add_span(struct tool_span *out, unsigned *n, const void *bytes, size_t size)
{
    out[*n].bytes = bytes;
    out[*n].size = size;
    ++*n;
}

static void queue_bytes(const struct sim_world *w, enum sim_queue_id q, struct tool_span *out,
                        unsigned *n)
{
    add_span(out, n, sim_queue(w, q), sizeof(struct sim_queue));
    add_span(out, n, sim_node(w, q, 0), sim_queue(w, q)->keys * sizeof(struct sim_queue_node));
    if (sim_queue_of_items(w, q) && sim_item_capacity(&w->limits, q) > 0)
        add_span(
            out, n, sim_item(w, q, sim_limit(&w->limits, sim_queue_keys(q))),
            sim_item_capacity(&w->limits, q) *
                (sizeof(struct sim_notice) + sim_kind_size((enum sim_kind_id)sim_queue_keys(q))));
    if (!holds_objects(w, q))
        return;
    add_span(out, n, sim_worker(w, q), sim_worker_size(q));
    add_span(out, n, sim_deleted(w, 0), sim_globals(w)->deleted_count * sizeof(struct sim_deleted));
}

unsigned tool_state_bytes(const struct sim_world *w, struct tool_state state,
                          struct tool_span out[TOOL_STATE_SPANS])
{
    enum sim_kind_id kind = (enum sim_kind_id)state.object;
    unsigned n = 0;

    switch (state.kind) {
    case TOOL_STATE_API:
        add_span(out, &n, sim_api(w, kind, state.id), sim_kind_size(kind));
        break;
    case TOOL_STATE_CACHE:
        add_span(out, &n, sim_cache(w, kind, state.id), sim_kind_size(kind));
        break;
    case TOOL_STATE_IPAM:
        add_span(out, &n, sim_ipam(w), ipam_block_size(sim_ipam(w)));
        break;
    case TOOL_STATE_OVN:
        add_span(out, &n, sim_ovn_rows(w), sim_ovn_count(w) * sizeof(struct sim_ovn_row));
        break;
    case TOOL_STATE_POD:
        add_span(out, &n, sim_pod(w, state.id), sizeof(struct sim_pod_slot));
        add_span(out, &n, sim_at(w, w->at.interfaces + w->at.sets * state.id), w->at.sets);
        add_span(out, &n, sim_pod_rules(w, state.id),
                 sim_pod(w, state.id)->n_rules * sizeof(struct sim_pod_rule));
        break;
    case TOOL_STATE_QUEUE:
        queue_bytes(w, (enum sim_queue_id)state.id, out, &n);
        break;
    case TOOL_STATE_WATCH:
        add_span(out, &n, sim_at(w, w->at.watch[kind]),
                 sizeof(struct sim_watch) +
                     sim_watch_count(w, kind) * (sizeof(struct sim_notice) + sim_kind_size(kind)));
        break;
    default:
        add_span(out, &n, sim_globals(w), sizeof(struct sim_globals));
        break;
    }
    return n;
}
