/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The alarms: what an operator should know of at once. Each has a name, under which the journal and
 * the store keep it (TD_EV_ALARM), and is raised and cleared by its number: engine/base/alarm.h.
 *
 * An alarm ends with the run of the engine, too: its stop clears what stands, and its start what a
 * run has left that ended otherwise (engine/host/journal/standing.h). What still is so is then
 * raised anew. ENGINE_LOST is tandemd's alone: control/lost.h.
 *
 *     X(ID, name, what raises it, what clears it, what the operator does then)
 */
#ifndef TANDEM_ALARM_H
#define TANDEM_ALARM_H

/* clang-format off */
#define TD_ALARMS(X)                                                                              \
	X(ONE_WAY_AUDIO, "one-way-audio",                                                         \
		"a talk of which only one side is heard",                                         \
		"10 s without any such talk",                                                     \
		"Look at the call that the text names: `tandemctl call`. The usual causes are "   \
		"NAT, a firewall in the way of the silent side's RTP, or the wrong `policy`.")    \
	X(NO_AUDIO, "no-audio",                                                                   \
		"a talk in which no side has sent RTP for 5 s",                                   \
		"10 s without any such talk",                                                     \
		"Look at the call that the text names: `tandemctl call`. A peer that is gone, "   \
		"or a path that is cut, ends by `rtp_timeout`. When it comes back with new "      \
		"calls, look for a firewall in the way of both sides' RTP.")                      \
	X(LINK_FULL, "link-full",                                                                 \
		"a call for which the link has no room",                                          \
		"nine tenths or less of the link's limits in use",                                \
		"Look at `tandemctl bandwidth links`. Raise the link's `limit` or `calls` if "    \
		"the line carries more.")                                                         \
	X(TRUNK_FULL, "trunk-full",                                                               \
		"a call for which the trunk has no room",                                         \
		"nine tenths or less of the trunk's limits in use",                               \
		"Look at `tandemctl bandwidth links`. Raise the trunk's `limit` or `max_calls` "  \
		"if the carrier allows more.")                                                    \
	X(SITE_FULL, "site-full",                                                                 \
		"a call or another contact refused for a limit of the whole site: `max_calls`, "  \
		"or no RTP port left on an address",                                              \
		"nine tenths or less of that limit in use",                                       \
		"Raise the limit that the text names: `max_calls` (with memory for it), or the "  \
		"range `rtp_ports`; both count from the engine's next start. If there are fewer " \
		"calls than that, look at `tandemctl show calls` for calls that nobody ends.")    \
	X(QUEUE_UNATTENDED, "queue-unattended",                                                   \
		"a queue in which somebody waits, and no agent with the channel of that contact " \
		"is logged in and responds; for calls, with a telephone that can be reached",                                                      \
		"an agent of the queue with this channel who is there again, or the queue's "     \
		"removal",                                                                        \
		"Look at `tandemctl show queues` and `show agents`. `tandemctl agent NAME "       \
		"unpause` brings one back who did not respond. Give a queue that is closed at "   \
		"times a `timeout` and an `overflow`.")                                           \
	X(CONNECTIONS_FULL, "connections-full",                                                   \
		"a SIP connection over TCP that found all places taken: `max_connections`, "      \
		"the places of telephones or of those whom nobody knows, or no descriptor left",  \
		"places of each kind are free again, for 10 s",                                   \
		"Look at `tandemctl show stats`, section tcp. Raise `max_connections` (and "      \
		"LimitNOFILE) for more telephones; lower `source_connections` when one source "   \
		"opens too many.")                                                                \
	X(ENGINE_LOST, "engine-lost",                                                             \
		"the engine's end, or 10 s since tandemd's start in which the engine was not "    \
		"reached; tandemd writes it into the store itself",                               \
		"tandemd has reached the engine",                                                 \
		"`systemctl status tandem-engine` and its log say why. Phones do not work until " \
		"the engine runs. A restart of the engine raises the alarm, too.")                \
	X(TRUNK_UNRESOLVED, "trunk-unresolved",                                                   \
		"a trunk whose `server` is a name for which no address was found",                \
		"an address found, or a configuration without that name",                        \
		"Look at the reason in the text and at `tandemctl show trunks`. Try the name with " \
		"`getent ahosts NAME` on this machine. Addresses found earlier stay in force.")   \
	X(MEDIA_REFUSED, "media-refused",                                                         \
		"SDP of a trunk's call that names an address to which the trunk's media may not go", \
		"a call of the trunk whose media may go, 10 min after the last other one",        \
		"Look at the address in the text. When it is the carrier's, add its network to "  \
		"the trunk's `media`. Else somebody forges calls of this trunk.")                 \
	X(CALLER_UNPROVEN, "caller-unproven",                                                     \
		"an answered call of a trunk to whose 200 no ACK has come, or as many calls as "  \
		"the trunk's `max_unproven` that ring before their caller has shown that it is there", \
		"a call of the trunk whose caller is proven, 10 min after the last that was not",            \
		"Look at the call: `tandemctl call`. Either the trunk's ACKs do not reach us (a " \
		"firewall, or a carrier that sends them elsewhere than our Contact says), or "    \
		"somebody forges calls of this trunk: keep such packets out by the firewall, or " \
		"let the trunk come by TCP.")                                                     \
	X(CALLS_LOST, "calls-lost",                                                               \
		"an engine that found at its start that the one before it ended with calls or "   \
		"other contacts: it was killed, it crashed, or its machine failed",               \
		"10 min",                                                                         \
		"Look in its log, and in that of the machine, why it ended. The calls are the "   \
		"rows of `cdr` with the disposition `lost`.")                                     \
	X(CHECK_FAILED, "check-failed",                                                           \
		"a call, an agent or another record that contradicts the others: a bug",          \
		"a round through all of them without a fault",                                    \
		"Report the text, with the version and the journal of that minute. Calls go on. " \
		"If some stay though nobody talks any more, restart the engine when it suits.")   \
	X(SITE_NOT_APPLIED, "site-not-applied",                                                   \
		"site.yaml differs from what is applied",                                         \
		"`tandemctl apply`, or the edit taken back",                                      \
		"See the difference: `tandemctl config diff`. `tandemctl apply` makes it the "    \
		"running site; a restart does not.")                                              \
	X(SITE_WRONG, "site-wrong",                                                               \
		"site.yaml has an error, or cannot be read: what was applied last is in force",   \
		"a site.yaml without an error",                                                   \
		"Repair the place that the text names; `tandemctl check` tells all errors. Then " \
		"`tandemctl apply`.")                                                             \
	X(PASSWORD_GUESSING, "password-guessing",                                                 \
		"more wrong passwords than `auth_failures` allows, for an agent or from an address", \
		"an end of all blocks, `auth_block` after the last of them began",                \
		"Look at `tandemctl show blocked`. If it is a telephone of yours, give it its "   \
		"password; if not, keep that address out by the firewall.")                       \
	X(JOURNAL_RESERVE, "journal-reserve",                                                     \
		"three quarters of `journal_reserve` in use: the steps of calls and live events are no longer kept", \
		"eleven sixteenths or less in use, since tandemd has stored records",             \
		"See that tandemd runs and can write its store: `tandemctl status`.")             \
	X(RECORDING_FAILED, "recording-failed",                                                   \
		"a recording that cannot be written, though the disk has room",                   \
		"a second in which nothing failed: recordings are tried again",                   \
		"Look at the directory `recording_dir`: it must be there, and the engine's "      \
		"user must be able to write to it.")                                              \
	X(RECORDING_DISK_FULL, "recording-disk-full",                                             \
		"less than 16 MB free for recordings, or a quota or the limit of a file's size "  \
		"reached: recordings stop, and calls go on",                                      \
		"32 MB free: new recordings are made again",                                      \
		"Make room on the disk of `recording_dir`. Where it has room, look at the "       \
		"quota and the file size limit of the engine's user.")
/* clang-format on */

#define TD_ALARM_ENUM(id, ...) TD_ALARM_##id,
enum td_alarm { TD_ALARMS(TD_ALARM_ENUM) TD_ALARM_COUNT };

#endif
