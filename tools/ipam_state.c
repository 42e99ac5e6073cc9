#include <stdlib.h>
#include <string.h>

#include "tools/ipam_internal.h"

static void put_list(const struct tool_ipam *s, uint32_t subnet, enum ipam_family family,
                     uint32_t pool, enum ipam_list list, const char *key, struct tool_text *out)
{
    struct ipam_addrset set;
    size_t length;
    char *text;

    ipam_list_of(s->ipam, subnet, family, pool, list, &set);
    length = ipam_addrset_print(&set, NULL, 0);
    text = tool_alloc(length + 1);
    ipam_addrset_print(&set, text, length + 1);
    tool_json_pair(out, key, text);
    free(text);
}

static void add_owners(const struct tool_ipam *s, uint32_t subnet, enum ipam_family family,
                       struct ipam_addr addr, struct tool_text *out)
{
    uint32_t owner;

    for (uint32_t i = 0; (owner = ipam_owner_at(s->ipam, subnet, family, addr, i)) != 0; i++) {
        if (i > 0)
            tool_text_add(out, ",");
        tool_text_add(out, tool_names_text(&s->owner, owner));
    }
}

void tool_ipam_owners(const struct tool_ipam *s, uint32_t subnet, struct ipam_addr addr,
                      struct tool_text *out)
{
    for (int f = 0; f < IPAM_FAMILIES && out->length == 0; f++)
        add_owners(s, subnet, (enum ipam_family)f, addr, out);
}

static void put_leases(const struct tool_ipam *s, uint32_t subnet, enum ipam_family family,
                       const uint32_t *nics, struct tool_text *out)
{
    struct ipam_addr a = {0, 0};
    char text[IPAM_ADDR_TEXT];

    tool_json_key(out, "ip_to_pod");
    tool_json_open(out, '{');
    while (ipam_next_owned(s->ipam, subnet, family, a, &a)) {
        struct tool_text owners = {NULL, 0, 0};

        add_owners(s, subnet, family, a, &owners);
        ipam_addr_print(a, text);
        tool_json_pair(out, text, tool_text_get(&owners));
        tool_text_free(&owners);
        a = ipam_addr_add(a, 1);
    }
    tool_json_close(out, '}');
    tool_json_key(out, "nic_to_ip");
    tool_json_open(out, '{');
    for (size_t i = 0; i < s->nic.count; i++) {
        if (!ipam_nic_address(s->ipam, subnet, family, nics[i], &a))
            continue;
        ipam_addr_print(a, text);
        tool_json_pair(out, tool_names_text(&s->nic, nics[i]), text);
    }
    tool_json_close(out, '}');
}

/* The block keeps a number for a gateway that is no exact address. */
static const char *gateway_text(const struct tool_ipam *s, const struct ipam_gateway *g,
                                char scratch[IPAM_ADDR_TEXT])
{
    if (g->valid) {
        ipam_addr_print(g->addr, scratch);
        return scratch;
    }
    for (size_t i = 0; i < s->gateway.count; i++) {
        struct ipam_gateway known = ipam_gateway_read(ipam_text(s->gateway.text[i]));

        if (!known.valid && known.text == g->text)
            return s->gateway.text[i];
    }
    return "";
}

static void put_family(const struct tool_ipam *s, uint32_t subnet, enum ipam_family family,
                       const uint32_t *nics, struct tool_text *out)
{
    struct ipam_cidr cidr;
    struct ipam_gateway gateway;
    char text[IPAM_CIDR_TEXT];

    tool_json_key(out, family == IPAM_V4 ? "v4" : "v6");
    tool_json_open(out, '{');
    put_list(s, subnet, family, IPAM_WHOLE_SUBNET, IPAM_AVAILABLE, "available", out);
    tool_json_key(out, "cidr");
    if (ipam_cidr_of(s->ipam, subnet, family, &cidr)) {
        ipam_cidr_print(&cidr, text);
        tool_json_string(out, text);
    } else {
        tool_text_add(out, "null");
    }
    put_list(s, subnet, family, IPAM_WHOLE_SUBNET, IPAM_FREE, "free", out);
    tool_json_pair(
        out, "gateway",
        ipam_gateway_of(s->ipam, subnet, family, &gateway) ? gateway_text(s, &gateway, text) : "");
    put_leases(s, subnet, family, nics, out);
    put_list(s, subnet, family, IPAM_WHOLE_SUBNET, IPAM_RESERVED, "reserved", out);
    put_list(s, subnet, family, IPAM_WHOLE_SUBNET, IPAM_USING, "using", out);
    tool_json_close(out, '}');
}

static void put_pool(const struct tool_ipam *s, uint32_t subnet, uint32_t pool,
                     struct tool_text *out)
{
    if (!ipam_pool_exists(s->ipam, subnet, pool))
        return;
    tool_json_key(out, tool_names_text(&s->pool, pool));
    tool_json_open(out, '{');
    for (int f = 0; f < IPAM_FAMILIES; f++) {
        enum ipam_family family = (enum ipam_family)f;

        tool_json_key(out, f == IPAM_V4 ? "v4" : "v6");
        tool_json_open(out, '{');
        put_list(s, subnet, family, pool, IPAM_AVAILABLE, "available", out);
        put_list(s, subnet, family, pool, IPAM_FREE, "free", out);
        put_list(s, subnet, family, pool, IPAM_IPS, "ips", out);
        put_list(s, subnet, family, pool, IPAM_RELEASED, "released", out);
        put_list(s, subnet, family, pool, IPAM_RESERVED, "reserved", out);
        put_list(s, subnet, family, pool, IPAM_USING, "using", out);
        tool_json_close(out, '}');
    }
    tool_json_close(out, '}');
}

static void put_pools(const struct tool_ipam *s, uint32_t subnet, struct tool_text *out)
{
    uint32_t *pools = tool_names_sorted(&s->pool);

    tool_json_key(out, "pools");
    tool_json_open(out, '{');
    put_pool(s, subnet, 0, out);
    for (size_t i = 0; i < s->pool.count; i++)
        put_pool(s, subnet, pools[i], out);
    tool_json_close(out, '}');
    free(pools);
}

static void put_macs(const struct tool_ipam *s, uint32_t subnet, const uint32_t *nics,
                     struct tool_text *out)
{
    uint32_t *macs = tool_names_sorted(&s->mac);

    tool_json_pair(out, "gateway_mac",
                   tool_names_text(&s->mac, ipam_gateway_mac_of(s->ipam, subnet)));
    tool_json_key(out, "mac_to_pod");
    tool_json_open(out, '{');
    for (size_t i = 0; i < s->mac.count; i++) {
        uint32_t owner = ipam_mac_owner(s->ipam, subnet, macs[i]);

        if (owner != 0)
            tool_json_pair(out, tool_names_text(&s->mac, macs[i]),
                           tool_names_text(&s->owner, owner));
    }
    tool_json_close(out, '}');
    tool_json_key(out, "nic_to_mac");
    tool_json_open(out, '{');
    for (size_t i = 0; i < s->nic.count; i++) {
        uint32_t mac = ipam_nic_mac(s->ipam, subnet, nics[i]);

        if (mac != 0)
            tool_json_pair(out, tool_names_text(&s->nic, nics[i]), tool_names_text(&s->mac, mac));
    }
    tool_json_close(out, '}');
    free(macs);
}

static void put_owner_nics(const struct tool_ipam *s, uint32_t subnet, struct tool_text *out)
{
    uint32_t *owners = tool_names_sorted(&s->owner);

    tool_json_key(out, "pod_to_nics");
    tool_json_open(out, '{');
    for (size_t i = 0; i < s->owner.count; i++) {
        uint32_t n = ipam_owner_nic_count(s->ipam, subnet, owners[i]);

        if (n == 0)
            continue;
        tool_json_key(out, tool_names_text(&s->owner, owners[i]));
        tool_json_open(out, '[');
        for (uint32_t k = 0; k < n; k++)
            tool_json_string(
                out, tool_names_text(&s->nic, ipam_owner_nic(s->ipam, subnet, owners[i], k)));
        tool_json_close(out, ']');
    }
    tool_json_close(out, '}');
    free(owners);
}

static void put_subnet(const struct tool_ipam *s, uint32_t subnet, struct tool_text *out)
{
    static const char *const protocols[] = {"", "IPv4", "IPv6", "Dual", "Mac"};
    uint32_t *nics = tool_names_sorted(&s->nic);

    tool_json_key(out, tool_names_text(&s->subnet, subnet));
    tool_json_open(out, '{');
    tool_json_pair(out, "cidr", s->cidr[subnet - 1]);
    put_macs(s, subnet, nics, out);
    put_owner_nics(s, subnet, out);
    put_pools(s, subnet, out);
    tool_json_pair(out, "protocol", protocols[ipam_protocol_of(s->ipam, subnet)]);
    put_family(s, subnet, IPAM_V4, nics, out);
    put_family(s, subnet, IPAM_V6, nics, out);
    tool_json_close(out, '}');
    free(nics);
}

void tool_ipam_state(const struct tool_ipam *s, struct tool_text *out)
{
    uint32_t *order = tool_names_sorted(&s->subnet);

    tool_json_open(out, '{');
    tool_json_key(out, "subnets");
    tool_json_open(out, '{');
    for (size_t i = 0; i < s->subnet.count; i++)
        if (ipam_subnet_exists(s->ipam, order[i]))
            put_subnet(s, order[i], out);
    tool_json_close(out, '}');
    tool_json_close(out, '}');
    free(order);
}
