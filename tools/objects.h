/* Objects of any kind as JSON, and the texts of their fields: written and read by one table, that
 * of model/fields.h.
 */
#ifndef EIPSIM_TOOLS_OBJECTS_H
#define EIPSIM_TOOLS_OBJECTS_H

#include "model/fields.h"
#include "tools/builder.h"
#include "tools/render.h"

/* {"annotations":...,"finalizers":...,"labels":...,"rv":...,"spec":...,...} */
void tool_render_object(const struct tool_render *r, enum sim_object kind,
                        const struct sim_meta *object, struct tool_text *out);
/* One section: what is not empty, or all of it. */
void tool_render_section(const struct tool_render *r, enum sim_object kind,
                         enum sim_section section, const struct sim_meta *object, bool all,
                         struct tool_text *out);
bool tool_has_section(enum sim_object kind, enum sim_section section,
                      const struct sim_meta *object);
/* ["a","b"], null if there is none */
void tool_render_finalizers(const struct tool_render *r, const struct sim_meta *object,
                            struct tool_text *out);
/* A member of an object being written, where the object has it. */
enum tool_metadata { TOOL_METADATA_ANNOTATIONS, TOOL_METADATA_FINALIZERS, TOOL_METADATA_LABELS };
void tool_render_metadata(const struct tool_render *r, enum sim_object kind,
                          const struct sim_meta *object, enum tool_metadata part,
                          struct tool_text *out);
/* "spec":{...},"status":{...} */
void tool_render_spec_and_status(const struct tool_render *r, enum sim_object kind,
                                 const struct sim_meta *object, struct tool_text *out);
/* "10.0.1.2,80,tcp,192.168.0.5,8080": a NAT rule as the gateway's script is told it; not whole:
 * what makes it unique, but for an SNAT. */
void tool_pod_rule_text(const struct tool_render *r, const struct sim_pod_rule *rule, bool whole,
                        struct tool_text *out);
/* "192.168.0.0/24"; mask is its length + 1, 0: none. */
const char *tool_network_text(const struct engine_config *config, sim_v4 v4, uint8_t mask,
                              char out[24]);
/* "fip,snat" */
void tool_nat_text(uint8_t nat, struct tool_text *out);
void tool_v6_text(const struct engine_config *config, sim_v6 v6, struct tool_text *out);
const char *tool_protocol_text(uint8_t protocol);

/* A label's value for an IPv6 address. */
void tool_v6_label(const struct engine_config *config, sim_v6 v6, struct tool_text *out);

/* The value of a field. */
void tool_field_text(const struct engine_config *config, const struct sim_field *field,
                     const struct sim_meta *object, struct tool_text *out);

/* ---- reading a field, in two passes (tools/builder.h) ---- */

/* False: tool_builder_error() says why. */
bool tool_field_mention(struct tool_builder *b, const struct sim_field *field, const char *text,
                        size_t length);
/* NULL, or the sentence that says what is wrong with the text, with a place for the field's key. */
const char *tool_field_parse(const struct engine_config *config, const struct sim_field *field,
                             const char *text, size_t length, struct sim_meta *object);

#endif
