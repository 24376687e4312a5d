/* SPDX-License-Identifier: BSD-3-Clause */
/* The engine's side of td_engine_config(): see config.c. */
#ifndef TANDEM_ENGINE_CALL_CONFIG_H
#define TANDEM_ENGINE_CALL_CONFIG_H

#include <engine/call/state/state.h>

struct td_conf_site;
/* The site's value; without a site, the engine's own. */
void config_registrar(
	const struct td_engine *e, const struct td_conf *c, struct registrar_params *p);

#endif
