/* SPDX-License-Identifier: BSD-3-Clause */
/* What tandemd answers about the site's configuration; for ops.c. */
#ifndef TANDEM_CONTROL_OPS_CONFIG_H
#define TANDEM_CONTROL_OPS_CONFIG_H

#include <control/ops_state.h>
#include <jansson.h>

void op_apply(
	struct tandemd_ops *o, struct api_client *c, const struct td_api_msg *m, json_t *body);
void op_config_history(
	struct tandemd_ops *o, struct api_client *c, const struct td_api_msg *m, json_t *body);
void op_config_diff(
	struct tandemd_ops *o, struct api_client *c, const struct td_api_msg *m, json_t *body);
void op_config_rollback(
	struct tandemd_ops *o, struct api_client *c, const struct td_api_msg *m, json_t *body);

/* What the running engine takes when it starts next: "engine.worker_cores, ports.floor". Returns
 * out; "" for nothing, and while there is no engine. */
const char *waiting_paths(const struct site *s, char out[static TD_TEXT_BYTES]);

#endif
