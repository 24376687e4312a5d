/* SPDX-License-Identifier: BSD-3-Clause */
#include <tools/reference/reference.h>
#include <tandem/alarm.h>

#define ALARM(id, name, raised, cleared, action) DOC_ROW(d, name, raised, cleared, action);

void reference_alarms(struct doc *d)
{
	doc_text(d,
		"`tandemctl alarms` tells when each was raised and cleared, and the log has the "
		"same. `tandemctl status` names those that stand. An alarm ends with the engine, "
		"too: its stop clears those that stand, and after a crash its next start does; "
		"what still is so is raised anew.");
	DOC_TABLE(d, "alarm", "raised by", "cleared by", "what to do");
	TD_ALARMS(ALARM)
}
