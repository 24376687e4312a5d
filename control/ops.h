/* SPDX-License-Identifier: BSD-3-Clause */
/* What tandemd answers on its socket (include/tandem/api.h, from TD_API_APPLY on). */
#ifndef TANDEM_CONTROL_OPS_H
#define TANDEM_CONTROL_OPS_H

#include <control/ops_state.h>

void ops_init(struct tandemd_ops *o, struct loop *loop, const struct tandemd_options *options,
	struct site *site, struct edited *edited, struct store *store, struct follow *follow);
void ops_fini(struct tandemd_ops *o);
extern const struct api_handlers ops_handlers; /* set .ctx to the struct tandemd_ops */

#endif
