#include <stdlib.h>
#include <string.h>

#include "tools/ipam_internal.h"

/* ---- small helpers ---- */

static enum ipam_error put_ok(struct tool_text *out)
{
    tool_json_open(out, '{');
    tool_json_pair_bool(out, "ok", 1);
    tool_json_close(out, '}');
    return IPAM_ERROR_NONE;
}

static enum ipam_error put_error(struct tool_text *out, const char *text)
{
    tool_json_open(out, '{');
    tool_json_pair(out, "error", text);
    tool_json_close(out, '}');
    return IPAM_ERROR_NONE;
}

/* Ours and crashes go to the caller; anything else is a result. */
static bool passes_up(enum ipam_error error)
{
    return ipam_error_is_ours(error) || error == IPAM_ERROR_UPSTREAM_CRASH;
}

static const char *print_addr(struct ipam_addr a)
{
    static char text[IPAM_ADDR_TEXT];

    ipam_addr_print(a, text);
    return text;
}

/* 0, which no subnet has, for a name that was never made. */
static uint32_t subnet_number(const struct tool_ipam *s, const char *name)
{
    return tool_names_find(&s->subnet, name);
}

static uint32_t pool_number(const struct tool_ipam *s, const char *name)
{
    uint32_t n = tool_names_find(&s->pool, name);

    return *name != '\0' && n == 0 ? IPAM_POOL_UNKNOWN : n;
}

static uint32_t count_parts(const char *text)
{
    uint32_t n = 1;

    for (; *text != '\0'; text++)
        n += *text == ',';
    return n;
}

/* Error texts that have the entry's text in them. */
static void put_entry_error(struct tool_text *out, enum ipam_error error, struct ipam_text what)
{
    struct tool_text sentence = {NULL, 0, 0};
    struct ipam_range r;
    struct ipam_text ignored;

    if (error == IPAM_ERROR_BAD_RANGE) {
        char first[IPAM_ADDR_TEXT];

        ipam_range_read(what, &r, &ignored);
        ipam_addr_print(r.first, first);
        tool_text_printf(&sentence, "invalid ip range \"%.*s\": %s is greater than %s",
                         (int)what.length, what.at, first, print_addr(r.last));
    } else if (error == IPAM_ERROR_INVALID_CIDR) {
        tool_text_printf(&sentence, "invalid CIDR address: %.*s", (int)what.length, what.at);
    } else {
        tool_text_printf(&sentence, "invalid IP address \"%.*s\"", (int)what.length, what.at);
    }
    put_error(out, tool_text_get(&sentence));
    tool_text_free(&sentence);
}

/* ---- subnets ---- */

static void remember_gateways(struct tool_ipam *s, const char *gw)
{
    struct ipam_text rest = ipam_text(gw);
    struct ipam_text part;
    bool more = true;

    tool_names_intern(&s->gateway, gw);
    while (ipam_text_part(&rest, &more, ',', &part)) {
        char *text = tool_copy(part.at, part.length);

        tool_names_intern(&s->gateway, text);
        free(text);
    }
}

static enum ipam_error run_subnet(struct tool_ipam *s, const struct tool_ipam_op *op,
                                  struct tool_arena *arena, struct tool_text *out)
{
    struct ipam_subnet_texts texts = {ipam_text(op->cidr), ipam_text(op->gw), op->excludes.item,
                                      op->excludes.count};
    uint32_t capacity = op->excludes.count * count_parts(op->cidr);
    struct ipam_range *space = tool_arena_alloc(arena, (capacity + 1) * sizeof *space);
    uint32_t subnet = subnet_number(s, op->name);
    bool known = ipam_subnet_exists(s->ipam, subnet);
    struct ipam_subnet_request request;
    enum ipam_error error = ipam_subnet_read(&texts, s->quirks, space, capacity, &request);

    if (error == IPAM_ERROR_NONE)
        error = ipam_subnet_set(s->ipam, subnet, &request, NULL);
    if (passes_up(error))
        return error;
    if (error == IPAM_ERROR_BAD_GATEWAY) {
        struct tool_text sentence = {NULL, 0, 0};

        tool_text_printf(&sentence, "dual subnet %s invalid gw %s", op->name, op->gw);
        put_error(out, tool_text_get(&sentence));
        tool_text_free(&sentence);
        return IPAM_ERROR_NONE;
    }
    if (error != IPAM_ERROR_NONE)
        return put_error(out, ipam_error_text(error));
    remember_gateways(s, op->gw);
    if (!known)
        s->cidr[subnet - 1] = tool_copy(op->cidr, strlen(op->cidr));
    return put_ok(out);
}

static enum ipam_error run_delsubnet(struct tool_ipam *s, const struct tool_ipam_op *op,
                                     struct tool_arena *arena, struct tool_text *out)
{
    uint32_t subnet = subnet_number(s, op->name);

    (void)arena;
    ipam_subnet_delete(s->ipam, subnet, NULL);
    if (subnet != 0) {
        free(s->cidr[subnet - 1]);
        s->cidr[subnet - 1] = NULL;
    }
    return put_ok(out);
}

/* ---- allocation ---- */

static void draw_text(uint64_t n, char out[18])
{
    static const char digits[] = "0123456789abcdef";
    unsigned char byte[6] = {2,
                             0,
                             (unsigned char)(n >> 24),
                             (unsigned char)(n >> 16),
                             (unsigned char)(n >> 8),
                             (unsigned char)n};

    for (unsigned i = 0; i < 6; i++) {
        out[3 * i] = digits[byte[i] >> 4];
        out[3 * i + 1] = digits[byte[i] & 15];
        out[3 * i + 2] = i < 5 ? ':' : '\0';
    }
}

/* The next MACs of the counter, until enough of them can be drawn. */
static void prepare_draws(struct tool_ipam *s, uint32_t subnet, uint32_t needed,
                          struct tool_arena *arena, struct ipam_mac_wish *wish)
{
    uint32_t capacity = needed + (uint32_t)s->mac.count + 1;
    uint32_t *fresh = tool_arena_alloc(arena, capacity * sizeof *fresh);
    uint32_t usable = 0;

    while (usable < needed && wish->n_fresh < capacity) {
        char text[18];
        uint32_t mac;

        draw_text(s->drawn + wish->n_fresh + 1, text);
        mac = tool_names_intern(&s->mac, text);
        fresh[wish->n_fresh++] = mac;
        usable += mac > s->limits.n_macs || ipam_mac_usable(s->ipam, subnet, mac);
    }
    wish->fresh = fresh;
}

/* false: the MACs do not fit. */
static bool prepare_mac(struct tool_ipam *s, const struct tool_ipam_op *op, uint32_t n_addresses,
                        struct tool_arena *arena, struct ipam_mac_wish *wish)
{
    memset(wish, 0, sizeof *wish);
    if (op->mac == NULL || *op->mac == '\0') {
        wish->kind = op->mac == NULL ? IPAM_MAC_DRAW : IPAM_MAC_NONE;
        prepare_draws(s, subnet_number(s, op->subnet), ipam_draws_needed(s->ipam, n_addresses),
                      arena, wish);
    } else {
        wish->kind = IPAM_MAC_GIVEN;
        wish->mac = tool_names_find(&s->mac, op->mac);
    }
    return s->mac.count <= s->limits.n_macs;
}

static struct ipam_addr_arg *read_addrs(const struct ipam_text *item, uint32_t n,
                                        struct tool_arena *arena)
{
    struct ipam_addr_arg *arg = tool_arena_alloc(arena, (n + 1) * sizeof *arg);

    for (uint32_t i = 0; i < n; i++)
        arg[i] = ipam_addr_read(item[i].at, item[i].length);
    return arg;
}

static const char *absent(const struct ipam_result *r)
{
    return r->nil_text ? "<nil>" : "";
}

static void put_lease(struct tool_ipam *s, const struct ipam_result *r, const char *error,
                      const char *echo4, const char *echo6, struct tool_text *out)
{
    const char *echo[IPAM_FAMILIES] = {echo4, echo6};

    s->drawn += r->fresh_used;
    tool_json_open(out, '{');
    if (*error != '\0')
        tool_json_pair(out, "error", error);
    tool_json_pair(out, "mac", tool_names_text(&s->mac, r->mac));
    for (int f = 0; f < IPAM_FAMILIES; f++) {
        const char *text = r->has[f] ? print_addr(r->addr[f]) : absent(r);

        tool_json_pair(out, f == IPAM_V4 ? "v4" : "v6", echo[f] != NULL ? echo[f] : text);
    }
    tool_json_close(out, '}');
}

static enum ipam_error run_random(struct tool_ipam *s, const struct tool_ipam_op *op,
                                  struct tool_arena *arena, struct tool_text *out)
{
    struct ipam_random_request request;
    struct ipam_result r;

    memset(&request, 0, sizeof request);
    if (!prepare_mac(s, op, 0, arena, &request.mac))
        return IPAM_ERROR_BAD_REQUEST;
    request.subnet = subnet_number(s, op->subnet);
    request.owner = tool_names_find(&s->owner, op->pod);
    request.nic = tool_names_find(&s->nic, op->nic);
    request.pool = pool_number(s, op->pool);
    request.skip = read_addrs(op->skip.item, op->skip.count, arena);
    request.n_skip = op->skip.count;
    request.family = (uint8_t)ipam_family_read(ipam_text(op->family != NULL ? op->family : ""));
    request.check = op->check;
    r = ipam_random(s->ipam, &request, NULL);
    if (passes_up((enum ipam_error)r.error))
        return (enum ipam_error)r.error;
    put_lease(s, &r, ipam_error_text((enum ipam_error)r.error), NULL, NULL, out);
    return IPAM_ERROR_NONE;
}

static struct ipam_text *split(const char *text, uint32_t *n, struct tool_arena *arena)
{
    struct ipam_text *part = tool_arena_alloc(arena, count_parts(text) * sizeof *part);
    struct ipam_text rest = ipam_text(text);
    bool more = true;

    *n = 0;
    while (ipam_text_part(&rest, &more, ',', &part[*n]))
        (*n)++;
    return part;
}

static void put_static(struct tool_ipam *s, const struct tool_ipam_op *op,
                       const struct ipam_result *r, const struct ipam_text *part,
                       struct tool_text *out)
{
    enum ipam_protocol protocol = ipam_protocol_of(s->ipam, subnet_number(s, op->subnet));
    struct tool_text sentence = {NULL, 0, 0};

    if (r->error == IPAM_ERROR_BAD_ADDRESS)
        tool_text_printf(&sentence, "invalid IP address \"%.*s\"", (int)part[r->element].length,
                         part[r->element].at);
    else
        tool_text_add(&sentence, ipam_error_text((enum ipam_error)r->error));
    /* A single-stack subnet gives the text back as it came. */
    put_lease(s, r, tool_text_get(&sentence),
              r->error == 0 && protocol == IPAM_PROTOCOL_V4 ? op->ip : NULL,
              r->error == 0 && protocol == IPAM_PROTOCOL_V6 ? op->ip : NULL, out);
    tool_text_free(&sentence);
}

static enum ipam_error run_static(struct tool_ipam *s, const struct tool_ipam_op *op,
                                  struct tool_arena *arena, struct tool_text *out)
{
    struct ipam_static_request request;
    struct ipam_text *part;
    struct ipam_result r;
    uint32_t n;

    memset(&request, 0, sizeof request);
    part = split(op->ip, &n, arena);
    if (!prepare_mac(s, op, n, arena, &request.mac))
        return IPAM_ERROR_BAD_REQUEST;
    request.subnet = subnet_number(s, op->subnet);
    request.owner = tool_names_find(&s->owner, op->pod);
    request.nic = tool_names_find(&s->nic, op->nic);
    request.n_addresses = *op->ip == '\0' ? 0 : n;
    request.address = read_addrs(part, n, arena);
    request.family = (uint8_t)ipam_family_read(ipam_text(op->family != NULL ? op->family : ""));
    request.check = op->check;
    r = ipam_static(s->ipam, &request, NULL);
    if (passes_up((enum ipam_error)r.error))
        return (enum ipam_error)r.error;
    put_static(s, op, &r, part, out);
    return IPAM_ERROR_NONE;
}

static enum ipam_error run_release_pod(struct tool_ipam *s, const struct tool_ipam_op *op,
                                       struct tool_arena *arena, struct tool_text *out)
{
    uint32_t subnet = *op->subnet == '\0' ? 0 : subnet_number(s, op->subnet);
    bool all = *op->subnet == '\0' || (s->quirks & IPAM_QUIRK_BIT(release_by_pod_all_subnets)) != 0;
    enum ipam_error error = IPAM_ERROR_NONE;

    (void)arena;
    if (subnet != 0 || all)
        error =
            ipam_release_owner(s->ipam, tool_names_find(&s->owner, op->pod), subnet, NULL, NULL);
    return passes_up(error) ? error : put_ok(out);
}

static enum ipam_error run_release_nic(struct tool_ipam *s, const struct tool_ipam_op *op,
                                       struct tool_arena *arena, struct tool_text *out)
{
    uint32_t subnet = *op->subnet == '\0' ? 0 : subnet_number(s, op->subnet);
    enum ipam_error error = IPAM_ERROR_NONE;

    (void)arena;
    if (subnet != 0 || *op->subnet == '\0')
        error = ipam_release_nic(s->ipam, tool_names_find(&s->owner, op->pod),
                                 tool_names_find(&s->nic, op->nic), subnet, NULL, NULL);
    return passes_up(error) ? error : put_ok(out);
}

/* ---- pools ---- */

/* The ranges of one family's entries. false: *out has the error of the first bad one. */
static bool read_ranges(const struct tool_ipam_list *entries, enum ipam_family family,
                        struct ipam_range *range, uint32_t *n, struct tool_text *out)
{
    *n = 0;
    for (uint32_t i = 0; i < entries->count; i++) {
        struct ipam_text what;
        enum ipam_error error;

        if (ipam_entry_family(entries->item[i]) != family)
            continue;
        error = ipam_range_read(entries->item[i], &range[*n], &what);
        if (error != IPAM_ERROR_NONE) {
            if (out != NULL)
                put_entry_error(out, error, what);
            return false;
        }
        (*n)++;
    }
    return true;
}

static void put_conflict(const struct tool_ipam *s, const struct tool_ipam_op *op, uint32_t other,
                         enum ipam_family family, const struct ipam_range *range, uint32_t n,
                         struct tool_text *out)
{
    struct tool_text sentence = {NULL, 0, 0};
    struct ipam_addrset ips;
    size_t length;
    char *common;

    ipam_list_of(s->ipam, subnet_number(s, op->subnet), family, other, IPAM_IPS, &ips);
    length = ipam_addrset_print_common(&ips, range, n, NULL, 0);
    common = tool_alloc(length + 1);
    ipam_addrset_print_common(&ips, range, n, common, length + 1);
    tool_text_printf(&sentence, "ippool %s has conflict IPs with ippool %s: %s", op->name,
                     tool_names_text(&s->pool, other), common);
    put_error(out, tool_text_get(&sentence));
    free(common);
    tool_text_free(&sentence);
}

static enum ipam_error run_pool(struct tool_ipam *s, const struct tool_ipam_op *op,
                                struct tool_arena *arena, struct tool_text *out)
{
    uint32_t subnet = subnet_number(s, op->subnet);
    uint32_t pool = pool_number(s, op->name);
    struct ipam_pool_request request;
    struct ipam_result r;

    if (!ipam_subnet_exists(s->ipam, subnet)) {
        struct tool_text sentence = {NULL, 0, 0};

        tool_text_printf(&sentence, "subnet %s does not exist in IPAM", op->subnet);
        put_error(out, tool_text_get(&sentence));
        tool_text_free(&sentence);
        return IPAM_ERROR_NONE;
    }
    memset(&request, 0, sizeof request);
    for (int f = 0; f < IPAM_FAMILIES; f++) {
        struct ipam_range *range = tool_arena_alloc(arena, (op->ips.count + 1) * sizeof *range);
        struct ipam_cidr cidr;
        uint32_t other;

        request.range[f] = range;
        if (!ipam_cidr_of(s->ipam, subnet, (enum ipam_family)f, &cidr))
            continue;
        if (!read_ranges(&op->ips, (enum ipam_family)f, range, &request.n_ranges[f], out))
            return IPAM_ERROR_NONE;
        other = ipam_pool_conflict(s->ipam, subnet, pool, (enum ipam_family)f, range,
                                   request.n_ranges[f]);
        if (other != 0) {
            put_conflict(s, op, other, (enum ipam_family)f, range, request.n_ranges[f], out);
            return IPAM_ERROR_NONE;
        }
    }
    r = ipam_pool_set(s->ipam, subnet, pool, &request, NULL);
    return passes_up((enum ipam_error)r.error) ? (enum ipam_error)r.error : put_ok(out);
}

static enum ipam_error run_delpool(struct tool_ipam *s, const struct tool_ipam_op *op,
                                   struct tool_arena *arena, struct tool_text *out)
{
    enum ipam_error error =
        ipam_pool_delete(s->ipam, subnet_number(s, op->subnet), pool_number(s, op->name), NULL);

    (void)arena;
    return passes_up(error) ? error : put_ok(out);
}

static enum ipam_error run_record_gw_mac(struct tool_ipam *s, const struct tool_ipam_op *op,
                                         struct tool_arena *arena, struct tool_text *out)
{
    enum ipam_error error = ipam_gateway_mac_set(s->ipam, subnet_number(s, op->subnet),
                                                 tool_names_find(&s->mac, op->mac), NULL);

    (void)arena;
    if (passes_up(error))
        return error;
    if (error != IPAM_ERROR_NONE) {
        struct tool_text sentence = {NULL, 0, 0};

        tool_text_printf(&sentence, "subnet %s not found in ipam", op->subnet);
        put_error(out, tool_text_get(&sentence));
        tool_text_free(&sentence);
        return IPAM_ERROR_NONE;
    }
    return put_ok(out);
}

/* ---- queries ---- */

static void put_address(const struct tool_ipam *s, uint32_t subnet, enum ipam_family family,
                        uint32_t nic, struct tool_text *out)
{
    struct ipam_addr a;
    bool has = ipam_nic_address(s->ipam, subnet, family, nic, &a);

    tool_json_open(out, '{');
    tool_json_pair(out, "ip", has ? print_addr(a) : "<nil>");
    tool_json_pair(out, "mac", tool_names_text(&s->mac, ipam_nic_mac(s->ipam, subnet, nic)));
    tool_json_pair(out, "subnet", tool_names_text(&s->subnet, subnet));
    tool_json_close(out, '}');
}

static enum ipam_error run_pod_address(struct tool_ipam *s, const struct tool_ipam_op *op,
                                       struct tool_arena *arena, struct tool_text *out)
{
    uint32_t owner = tool_names_find(&s->owner, op->pod);
    uint32_t *order = tool_names_sorted(&s->subnet);

    (void)arena;
    tool_json_open(out, '{');
    tool_json_key(out, "addresses");
    tool_json_open(out, '[');
    for (size_t i = 0; i < s->subnet.count; i++) {
        uint32_t n = ipam_owner_nic_count(s->ipam, order[i], owner);
        enum ipam_protocol protocol = ipam_protocol_of(s->ipam, order[i]);

        for (uint32_t k = 0; k < n; k++) {
            uint32_t nic = ipam_owner_nic(s->ipam, order[i], owner, k);

            if (protocol != IPAM_PROTOCOL_V6)
                put_address(s, order[i], IPAM_V4, nic, out);
            if (protocol != IPAM_PROTOCOL_V4)
                put_address(s, order[i], IPAM_V6, nic, out);
        }
    }
    tool_json_close(out, ']');
    tool_json_close(out, '}');
    free(order);
    return IPAM_ERROR_NONE;
}

static enum ipam_error run_contains(struct tool_ipam *s, const struct tool_ipam_op *op,
                                    struct tool_arena *arena, struct tool_text *out)
{
    struct ipam_addr_arg a = ipam_addr_read(op->ip, strlen(op->ip));

    (void)arena;
    tool_json_open(out, '{');
    tool_json_pair_bool(out, "contains", a.valid && ipam_contains(s->ipam, a.addr));
    tool_json_close(out, '}');
    return IPAM_ERROR_NONE;
}

static enum ipam_error run_assigned_other(struct tool_ipam *s, const struct tool_ipam_op *op,
                                          struct tool_arena *arena, struct tool_text *out)
{
    struct ipam_addr_arg a = ipam_addr_read(op->ip, strlen(op->ip));
    uint32_t subnet = subnet_number(s, op->subnet);
    struct tool_text owners = {NULL, 0, 0};
    bool other =
        a.valid && a.exact &&
        ipam_assigned_to_other(s->ipam, subnet, a.addr, tool_names_find(&s->owner, op->pod)) != 0;

    (void)arena;
    if (other)
        tool_ipam_owners(s, subnet, a.addr, &owners);
    tool_json_open(out, '{');
    tool_json_pair_bool(out, "assigned", other);
    tool_json_pair(out, "pod", tool_text_get(&owners));
    tool_json_close(out, '}');
    tool_text_free(&owners);
    return IPAM_ERROR_NONE;
}

static enum ipam_error run_v4mask(struct tool_ipam *s, const struct tool_ipam_op *op,
                                  struct tool_arena *arena, struct tool_text *out)
{
    uint32_t subnet = subnet_number(s, op->subnet);
    struct ipam_cidr cidr;
    struct tool_text mask = {NULL, 0, 0};

    (void)arena;
    if (!ipam_subnet_exists(s->ipam, subnet))
        return put_error(out, ipam_error_text(IPAM_ERROR_NO_AVAILABLE));
    if (!ipam_cidr_of(s->ipam, subnet, IPAM_V4, &cidr)) { /* defect B11: it changes nothing */
        tool_json_open(out, '{');
        tool_json_pair_bool(out, "panic", 1);
        tool_json_close(out, '}');
        return IPAM_ERROR_NONE;
    }
    tool_text_printf(&mask, "%u", cidr.prefix);
    tool_json_open(out, '{');
    tool_json_pair(out, "mask", tool_text_get(&mask));
    tool_json_close(out, '}');
    tool_text_free(&mask);
    return IPAM_ERROR_NONE;
}

static void put_minus(const struct tool_ipam *s, uint32_t subnet, enum ipam_family family,
                      uint32_t pool, enum ipam_list list, const struct ipam_range *range,
                      uint32_t n, const char *key, struct tool_text *out)
{
    struct ipam_addrset set;
    size_t length;
    char *text;

    ipam_list_of(s->ipam, subnet, family, pool, list, &set);
    length = ipam_addrset_print_minus(&set, range, n, NULL, 0);
    text = tool_alloc(length + 1);
    ipam_addrset_print_minus(&set, range, n, text, length + 1);
    tool_json_pair(out, key, text);
    free(text);
}

/* A list that could not be read must not be used; it is, if there is anything to take it from. */
static bool crashes(const struct tool_ipam *s, uint32_t subnet, enum ipam_family family)
{
    struct ipam_addrset using;
    struct ipam_addrset available;

    ipam_list_of(s->ipam, subnet, family, IPAM_WHOLE_SUBNET, IPAM_USING, &using);
    ipam_list_of(s->ipam, subnet, family, IPAM_WHOLE_SUBNET, IPAM_AVAILABLE, &available);
    return (s->quirks & IPAM_QUIRK_BIT(nil_list_crash)) != 0 &&
           !(ipam_addrset_empty(&using) && ipam_addrset_empty(&available));
}

static enum ipam_error run_range_string(struct tool_ipam *s, const struct tool_ipam_op *op,
                                        struct tool_arena *arena, struct tool_text *out)
{
    static const char *const keys[IPAM_FAMILIES][2] = {{"v4_using", "v4_available"},
                                                       {"v6_using", "v6_available"}};
    uint32_t subnet = subnet_number(s, op->subnet);
    struct ipam_range *range[IPAM_FAMILIES];
    uint32_t n[IPAM_FAMILIES];

    for (int f = 0; f < IPAM_FAMILIES; f++) {
        range[f] = tool_arena_alloc(arena, (op->excludes.count + 1) * sizeof *range[f]);
        if (!read_ranges(&op->excludes, (enum ipam_family)f, range[f], &n[f], NULL)) {
            if (crashes(s, subnet, (enum ipam_family)f))
                return IPAM_ERROR_UPSTREAM_CRASH;
            n[f] = 0;
        }
    }
    tool_json_open(out, '{');
    for (int list = 0; list < 2; list++)
        for (int f = 0; f < IPAM_FAMILIES; f++)
            put_minus(s, subnet, (enum ipam_family)f, IPAM_WHOLE_SUBNET,
                      list == 0 ? IPAM_USING : IPAM_AVAILABLE, range[f], n[f], keys[f][list], out);
    tool_json_close(out, '}');
    return IPAM_ERROR_NONE;
}

static void put_count(const struct tool_ipam *s, uint32_t subnet, enum ipam_family family,
                      uint32_t pool, enum ipam_list list, const char *key, struct tool_text *out)
{
    struct ipam_addrset set;
    char text[IPAM_COUNT_TEXT];

    ipam_list_of(s->ipam, subnet, family, pool, list, &set);
    ipam_count_print(ipam_addrset_count(&set), text);
    tool_json_pair(out, key, text);
}

static enum ipam_error run_pool_stats(struct tool_ipam *s, const struct tool_ipam_op *op,
                                      struct tool_arena *arena, struct tool_text *out)
{
    static const struct {
        enum ipam_family family;
        enum ipam_list list;
        const char *count, *range;
    } rows[] = {
        {IPAM_V4, IPAM_AVAILABLE, "v4_available", "v4_available_range"},
        {IPAM_V4, IPAM_USING, "v4_using", "v4_using_range"},
        {IPAM_V6, IPAM_AVAILABLE, "v6_available", "v6_available_range"},
        {IPAM_V6, IPAM_USING, "v6_using", "v6_using_range"},
    };
    uint32_t subnet = subnet_number(s, op->subnet);
    uint32_t pool = pool_number(s, op->pool);

    (void)arena;
    if (pool == IPAM_POOL_UNKNOWN)
        subnet = 0;
    tool_json_open(out, '{');
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        put_count(s, subnet, rows[i].family, pool, rows[i].list, rows[i].count, out);
        put_minus(s, subnet, rows[i].family, pool, rows[i].list, NULL, 0, rows[i].range, out);
    }
    tool_json_close(out, '}');
    return IPAM_ERROR_NONE;
}

const struct tool_ipam_verb tool_ipam_verbs[] = {
    {"subnet", "name cidr gw excludes", run_subnet},
    {"delsubnet", "name", run_delsubnet},
    {"random", "pod nic mac subnet pool skip check ?family", run_random},
    {"static", "pod nic ip mac subnet check ?family", run_static},
    {"release_pod", "pod subnet", run_release_pod},
    {"release_nic", "pod nic subnet", run_release_nic},
    {"pool", "subnet name ips", run_pool},
    {"delpool", "subnet name", run_delpool},
    {"pod_address", "pod", run_pod_address},
    {"contains", "ip", run_contains},
    {"assigned_other", "ip subnet pod", run_assigned_other},
    {"v4mask", "subnet", run_v4mask},
    {"range_string", "subnet excludes", run_range_string},
    {"pool_stats", "subnet pool", run_pool_stats},
    {"record_gw_mac", "subnet mac", run_record_gw_mac},
    {NULL, NULL, NULL},
};
