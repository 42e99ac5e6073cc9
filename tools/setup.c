#include "tools/setup.h"

#include <stdlib.h>
#include <string.h>

#include "model/outside.h"
#include "tools/memory.h"
#include "tools/text.h"
#include "tools/world.h"

enum { EIPS_MAX = 60000, GATEWAYS_MAX = 1000, OTHERS_MAX = 1000 };

/* "eips: [e1, e2]", "fips: [fip1]". */
static void describe_names(enum sim_kind_id kind, uint64_t count, struct tool_text *out)
{
    const char *key = tool_kind_key(kind);

    if (count == 0)
        return;
    tool_text_printf(out, "  %s: [", key);
    for (uint64_t i = 1; i <= count; i++)
        tool_text_printf(out, "%s%.*s%llu", i > 1 ? ", " : "",
                         kind == SIM_KIND_EIP ? 1 : (int)strlen(key) - 1, key,
                         (unsigned long long)i);
    tool_text_add(out, "]\n");
}

/* The world of the flags, as a file would have it: untimed, gateways that exist, two QoS policies;
 * with no other kinds than EIPs two NAT rules that are nothing but labels. */
static void describe(uint64_t eips, uint64_t gateways, const uint64_t others[SIM_KIND_COUNT],
                     const char *cidr, struct tool_text *out)
{
    uint64_t n_others = 0;

    tool_text_printf(out,
                     "world:\n"
                     "  clock: none\n"
                     "  objects:\n"
                     "  - kind: Subnet\n"
                     "    metadata: {name: ovn-vpc-external-network}\n"
                     "    spec: {cidrBlock: %s,\n"
                     "           provider: ovn-vpc-external-network.kube-system}\n",
                     cidr);
    tool_text_add(out, "  - kind: QoSPolicy\n"
                       "    metadata: {name: shared}\n"
                       "    spec: {shared: true, bandwidthLimitRules: [\n"
                       "      {direction: ingress, priority: 1, rateMax: 10, burstMax: 10}]}\n"
                       "  - kind: QoSPolicy\n"
                       "    metadata: {name: single}\n"
                       "    spec: {shared: false, bandwidthLimitRules: [\n"
                       "      {direction: egress, priority: 1, rateMax: 10, burstMax: 10}]}\n");
    for (uint64_t i = 1; i <= gateways; i++)
        tool_text_printf(out, "  - {kind: VpcNatGateway, metadata: {name: gw%llu}}\n",
                         (unsigned long long)i);
    for (unsigned k = SIM_KIND_EIP + 1u; k < SIM_KIND_COUNT; k++) {
        describe_names((enum sim_kind_id)k, others[k], out);
        n_others += others[k];
    }
    if (n_others == 0)
        tool_text_add(out, "  rules:\n"
                           "  - {kind: IptablesFIPRule, name: fip}\n"
                           "  - {kind: IptablesSnatRule, name: snat}\n");
    describe_names(SIM_KIND_EIP, eips, out);
}

bool tool_setup_plain(struct tool_builder *b, uint64_t eips, uint64_t gateways,
                      const uint64_t others[SIM_KIND_COUNT], const char *cidr,
                      struct tool_text *error)
{
    struct tool_text text = {0};
    bool ok;

    describe(eips, gateways, others, cidr, &text);
    ok = tool_world_read_bytes("flags", tool_text_get(&text), text.length, b, error);
    tool_text_free(&text);
    return ok;
}

static bool read_file(struct tool_setup *s, const char *path)
{
    struct tool_text error = {0};
    char *bytes = NULL;
    size_t size;
    bool ok = tool_file_read(path, &bytes, &size, &error) &&
              tool_world_read_bytes(path, bytes, size, s->builder, &error);

    if (!ok)
        fprintf(stderr, "%s\n", tool_text_get(&error));
    free(bytes);
    tool_text_free(&error);
    return ok;
}

static bool from_flags(struct tool_setup *s, const struct tool_arguments *a)
{
    struct tool_text error = {0};
    const char *cidr = tool_value(a, "subnet");
    uint64_t eips, gateways, others[SIM_KIND_COUNT] = {0};
    sim_v4 network;
    uint8_t prefix;
    bool ok;

    if (!tool_cli_number(a, "eips", s->eips > 0 ? s->eips : 3, EIPS_MAX, &eips) ||
        !tool_cli_number(a, "gateways", 1, GATEWAYS_MAX, &gateways))
        return false;
    for (unsigned k = SIM_KIND_EIP + 1u; k < SIM_KIND_COUNT; k++)
        if (!tool_cli_number(a, tool_kind_key((enum sim_kind_id)k), 0, OTHERS_MAX, &others[k]))
            return false;
    cidr = cidr != NULL ? cidr : s->subnet != NULL ? s->subnet : "10.0.1.0/29";
    if (eips == 0 || gateways == 0 || !tool_cidr_parse(cidr, strlen(cidr), &network, &prefix)) {
        tool_usage_error(a, "there must be an EIP, a gateway and an IPv4 block (/16 to /30)");
        return false;
    }
    ok = tool_setup_plain(s->builder, eips, gateways, others, cidr, &error);
    if (!ok)
        (void)tool_usage_error(a, "%s", tool_text_get(&error));
    tool_text_free(&error);
    return ok;
}

bool tool_setup_open(struct tool_setup *s, const struct tool_arguments *a)
{
    const char *path = tool_value(a, "config");
    enum sim_profile profile = SIM_PROFILE_MASTER;
    struct tool_setting set;

    s->builder = tool_builder_new();
    if (tool_given(a, "profile") && !tool_cli_profile(a, tool_value(a, "profile"), &profile))
        return false;
    if (!(path != NULL ? read_file(s, path) : from_flags(s, a)))
        return false;
    s->config = tool_builder_finish(s->builder);
    if (s->config == NULL) {
        fprintf(stderr, "%s\n", tool_builder_error(s->builder));
        return false;
    }
    tool_config_set_profile(s->config, profile);
    for (size_t n = 0; tool_value_at(a, "set", n) != NULL; n++) {
        if (!tool_cli_setting(a, tool_value_at(a, "set", n), &set))
            return false;
        s->config->setup.policy.value[set.which] = set.value;
    }
    return true;
}

void tool_setup_close(struct tool_setup *s)
{
    if (s->builder != NULL)
        tool_builder_free(s->builder);
    s->builder = NULL;
    s->config = NULL;
}

static enum sim_class class_named(const char *text, size_t length)
{
    unsigned i = 0;

    while (i < SIM_CLASS_COUNT && (strlen(sim_class_text((enum sim_class)i)) != length ||
                                   memcmp(sim_class_text((enum sim_class)i), text, length) != 0))
        i++;
    return (enum sim_class)i;
}

const char *tool_classes_parse(const char *text, uint32_t *out)
{
    *out = text == NULL || strcmp(text, "all") == 0 ? SIM_ALL_CLASSES : 0;
    if (*out != 0 || strcmp(text, "none") == 0)
        return NULL;
    while (*text != '\0') {
        size_t n = strcspn(text, ",");
        enum sim_class class = class_named(text, n);

        if (class == SIM_CLASS_COUNT)
            return text;
        *out |= UINT32_C(1) << class;
        text += n + (text[n] == ',');
    }
    return NULL;
}

bool tool_setup_classes(const struct tool_arguments *a, uint32_t *out)
{
    const char *unknown = tool_classes_parse(tool_value(a, "faults"), out);

    if (unknown == NULL)
        return true;
    tool_usage_error(a,
                     "there is no class %.*s (none, all, or some of:"
#define X(name, text, meaning) " " text
                     SIM_CLASSES(X) ")",
#undef X
                     (int)strcspn(unknown, ","), unknown);
    return false;
}

/* ---- policies in one word ---- */

bool tool_policy_set(const struct tool_arguments *a, const char *text, size_t length,
                     struct engine_config *config)
{
    char *copy = tool_copy(text, length), *word = copy, *next;
    enum sim_profile profile;
    bool ok;

    if ((next = strchr(word, '+')) != NULL)
        *next++ = '\0';
    ok = tool_cli_profile(a, word, &profile);
    if (ok)
        tool_config_set_profile(config, profile);
    while (ok && (word = next) != NULL) {
        struct tool_setting set;

        if ((next = strchr(word, '+')) != NULL)
            *next++ = '\0';
        ok = tool_cli_setting(a, word, &set);
        if (ok)
            config->setup.policy.value[set.which] = set.value;
    }
    free(copy);
    return ok;
}

void tool_policy_text(const struct engine_config *config, struct tool_text *out)
{
    struct sim_policy plain;
    char value[32];

    tool_text_add(out, sim_profile_text((enum sim_profile)config->setup.profile));
    sim_policy_of((enum sim_profile)config->setup.profile, &plain);
    for (unsigned i = 0; i < SIM_SWITCH_COUNT; i++) {
        if (plain.value[i] == config->setup.policy.value[i])
            continue;
        sim_switch_value_text((enum sim_switch)i, config->setup.policy.value[i], value,
                              sizeof value);
        tool_text_printf(out, "+%s=%s", sim_switch_text((enum sim_switch)i), value);
    }
}
