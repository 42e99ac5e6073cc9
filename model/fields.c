#include "model/fields.h"

#include <string.h>

enum {
#define X(name, type) SIZE_##name = sizeof(type) + (SIM_FIELD_##name == SIM_FIELD_CIDR),
    SIM_FIELD_TYPES(X)
#undef X
};

#define ROW(section, key, type, member, bit)                                                       \
    {key,                                                                                          \
     offsetof(OBJECT, member),                                                                     \
     SIM_SECTION_##section,                                                                        \
     SIM_FIELD_##type,                                                                             \
     SIZE_##type,                                                                                  \
     SIM_SECTION_##section == SIM_SECTION_LABELS ? (bit) : 0,                                      \
     SIM_SECTION_##section == SIM_SECTION_LABELS ? 0 : (bit)},

#define OBJECT struct sim_eip
static const struct sim_field of_EIP[] = {SIM_FIELDS_OF_EIP(ROW)};
#undef OBJECT
#define OBJECT struct sim_nat_rule
static const struct sim_field of_DNAT[] = {SIM_FIELDS_OF_DNAT(ROW)};
static const struct sim_field of_FIP[] = {SIM_FIELDS_OF_FIP(ROW)};
static const struct sim_field of_SNAT[] = {SIM_FIELDS_OF_SNAT(ROW)};
#undef OBJECT
#define OBJECT struct sim_ovn_eip
static const struct sim_field of_OVN_EIP[] = {SIM_FIELDS_OF_OVN_EIP(ROW)};
#undef OBJECT
#define OBJECT struct sim_vip
static const struct sim_field of_VIP[] = {SIM_FIELDS_OF_VIP(ROW)};
#undef OBJECT
#define OBJECT struct sim_ovn_rule
static const struct sim_field of_OVN_DNAT[] = {SIM_FIELDS_OF_OVN_DNAT(ROW)};
static const struct sim_field of_OVN_FIP[] = {SIM_FIELDS_OF_OVN_FIP(ROW)};
static const struct sim_field of_OVN_SNAT[] = {SIM_FIELDS_OF_OVN_SNAT(ROW)};
#undef OBJECT

const struct sim_field *sim_fields(enum sim_object kind, size_t *n)
{
    static const struct {
        const struct sim_field *field;
        size_t n;
    } of[SIM_KIND_COUNT] = {
#define X(name, text, limit, type) {of_##name, sizeof of_##name / sizeof *of_##name},
        SIM_KINDS(X)
#undef X
    };

    *n = (unsigned)kind < SIM_KIND_COUNT ? of[kind].n : 0;
    return (unsigned)kind < SIM_KIND_COUNT ? of[kind].field : NULL;
}

const struct sim_field *sim_spec_field(enum sim_object kind, unsigned n)
{
    size_t count;
    const struct sim_field *f = sim_fields(kind, &count);

    for (size_t i = 0; i < count; i++)
        if (f[i].section == SIM_SECTION_SPEC && n-- == 0)
            return &f[i];
    return NULL;
}

uint32_t sim_field_value(const struct sim_field *field, const struct sim_meta *object)
{
    const uint8_t *at = (const uint8_t *)object + field->at;
    uint32_t four;
    uint16_t two;

    switch (field->size) {
    case 1:
        return field->type == SIM_FIELD_READY ? sim_ready(object) : *at;
    case 2:
        memcpy(&two, at, sizeof two);
        return two;
    default: /* 5: the address of a network */
        memcpy(&four, at, sizeof four);
        return four;
    }
}

void sim_field_set(const struct sim_field *field, struct sim_meta *object, uint32_t value)
{
    uint8_t *at = (uint8_t *)object + field->at;
    uint16_t two = (uint16_t)value;

    if (field->type == SIM_FIELD_READY)
        *at = (uint8_t)(value ? *at | SIM_EIP_READY : *at & ~SIM_EIP_READY);
    else if (field->size == 1)
        *at = (uint8_t)value;
    else if (field->size == 2)
        memcpy(at, &two, sizeof two);
    else
        memcpy(at, &value, sizeof value);
    if (field->section == SIM_SECTION_LABELS)
        object->labels |= field->bit;
}

bool sim_field_present(const struct sim_field *field, const struct sim_meta *object)
{
    return field->section == SIM_SECTION_LABELS ? (object->labels & field->bit) != 0
                                                : sim_field_value(field, object) != 0;
}

bool sim_field_in(const struct sim_field *field, unsigned generation)
{
    uint8_t since = (uint8_t)(field->since & ~SIM_API_OMITTED);

    return since == 0 || (since >> generation & 1) != 0;
}
