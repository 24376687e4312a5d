/* SPDX-License-Identifier: BSD-3-Clause */
#include <control/config/config.h>
#include <control/config/reader.h>
#include <engine/conf/schema.h>
#include <engine/base/prng.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <tests/unit/unit.h>
#include <unistd.h>

static char dir[] = "/tmp/tandem-config-XXXXXX";
static char site_file[64];

/* All lines that were reported, each with a newline. */
static char said[16384];

static void listen(void *ctx, const struct config_error *e)
{
	strcat(said, e->line);
	strcat(said, "\n");
}

static int read_text(struct td_conf **out, const char *file, const char *text)
{
	struct config_source source = {.file = file, .text = text, .len = strlen(text), .cpus = 4};

	said[0] = '\0';
	return config_read(out, &source, listen, NULL);
}

static void file_write(const char *name, const void *data, size_t len)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fwrite(data, len, 1, f);
	assert_int_equal(fclose(f), 0);
}

static void wav_write(const char *name, unsigned rate)
{
	unsigned char wav[44 + 2] = "RIFF\x26\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0";

	wav[24] = rate & 0xff;
	wav[25] = rate >> 8;
	wav[32] = 2;
	wav[34] = 16;
	memcpy(wav + 36, "data\2\0\0\0", 8);
	file_write(name, wav, sizeof(wav));
}

static const char good[] =
	"site: {name: demo, domain: tandem.example, sip_port: 5060, rtp_ports: 20000-29999}\n"
	"engine: {signalling_core: none, worker_cores: [0, 2], memory_mb: 128,\n"
	"  journal_dir: j, journal_reserve: 64M, log: stderr}\n"
	"ports:\n"
	"  carrier: {type: af_xdp, device: eth1, address: [10.20.0.1/24]}\n"
	"  floor: {type: af_packet, device: eth2, address: [10.30.0.1/24, 10.30.0.2/24]}\n"
	"trunks:\n"
	"  acme: {address: [10.20.0.10], policy: latch, codecs: [pcma], limit: 2500k, link: dsl,\n"
	"    server: \"10.20.0.11:5070\"}\n"
	"  beta: {address: [10.20.0.20]}\n"
	"links:\n"
	"  dsl: {limit: 10M, calls: 50, layer: ethernet}\n"
	"sounds:\n"
	"  moh: {file: moh.wav}\n"
	"groups:\n"
	"  sales: {agents: [alice, bob], link: dsl}\n"
	"  support: {agents: [alice]}\n"
	"  empty:\n"
	"agents:\n"
	"  alice: {password: alice-secret}\n"
	"  bob: {password: \"bob secret\", algorithm: sha256, auto_login: false,\n"
	"    channels: [message, voice]}\n"
	"  carol: {contact: \"10.30.0.9:5062\"}\n"
	"queues:\n"
	"  sales: {groups: [sales], music: moh, record: true, wrap_up: 2s, ring: 10s,\n"
	"    timeout: 1m, max_length: 20, overflow: {queue: backup}}\n"
	"  backup: {groups: [support, sales], overflow: busy}\n"
	"routes:\n"
	"  \"4989100\": {queue: sales}\n"
	"  49*: {queue: backup, trunk: acme}\n"
	"  0*: {trunks: [acme, beta]}\n"
	"  1*: {trunks: [beta], queue: backup}\n";

/* printf 'alice:tandem.example:alice-secret' | md5sum; the other with sha256sum. */
#define ALICE_HA1 "6d55eb5498b9090158e4067306d2721c"
#define BOB_HA1   "463967779b0c35f5427c5f3b923a8b4f06476a25537a6ff145e1b0f4f8436c63"

static void a_good_site_is_compiled(void **state)
{
	struct td_conf *c = NULL, *again = NULL;
	struct td_text err;
	char wanted[4096];
	struct td_buf text;

	if (read_text(&c, site_file, good))
		fail_msg("%s", said);
	buf_init(&text);
	conf_encode(c, &text);
	buf_put(&text, "", 1);
	snprintf(wanted, sizeof(wanted),
		"site site name=demo domain=tandem.example sip_port=5060 rtp_ports=20000-29999 "
		"sip_dscp=24 rtp_dscp=46 max_calls=2000 max_agents=4096 "
		"max_groups=1024 max_queues=1024 max_links=1024 max_sounds=1024 "
		"max_bandwidth_rows=1024 max_duration=43200000 rtp_timeout=60000 "
		"hold_timeout=1800000 signalling_core=none worker_cores=0,2 "
		"hugepages=auto latency=balanced memory_mb=128 "
		"journal_dir=%s/j journal_reserve=67108864 "
		"recording_dir=/var/lib/tandem/recordings log=stderr nonce=300000 "
		"register_min=60000 register_max=3600000 auth_failures=10 auth_block=300000 "
		"max_connections=4096 "
		"source_connections=1024 connection_idle=7200000\n"
		"port carrier type=af_xdp device=eth1 address=10.20.0.1/24 mtu=1500 vlan=0 "
		"fallback=true "
		"memif_server=false queues=0\n"
		"port floor type=af_packet device=eth2 address=10.30.0.1/24,10.30.0.2/24 mtu=1500 "
		"vlan=0 fallback=true memif_server=false queues=0\n"
		"link dsl limit=10000000 calls=50 layer=ethernet\n"
		"trunk acme address=10.20.0.10 policy=latch srtp=off codecs=pcma sip_dscp=site "
		"rtp_dscp=site max_calls=0 limit=2500000 layer=wire link=dsl "
		"server=10.20.0.11:5070 reveal=false proof=required max_unproven=50 transport=udp\n"
		"trunk beta address=10.20.0.20 policy=address srtp=off codecs=pcma,pcmu "
		"sip_dscp=site rtp_dscp=site max_calls=0 limit=0 layer=wire "
		"reveal=false proof=required max_unproven=50 transport=udp\n"
		"group empty\ngroup sales link=dsl\ngroup support\n"
		"agent alice algorithm=md5 ha1=" ALICE_HA1
		" auth=always groups=sales,support policy=address srtp=off codecs=pcma,pcmu "
		"sip_dscp=site "
		"rtp_dscp=site auto_login=true channels=voice\n"
		"agent bob algorithm=sha256 ha1=" BOB_HA1
		" auth=always groups=sales policy=address srtp=off codecs=pcma,pcmu sip_dscp=site "
		"rtp_dscp=site "
		"auto_login=false channels=voice,message\n"
		"agent carol algorithm=md5 auth=always policy=address srtp=off codecs=pcma,pcmu "
		"sip_dscp=site rtp_dscp=site contact=10.30.0.9:5062 auto_login=true "
		"channels=voice\n"
		"sound moh file=%s/moh.wav\n"
		"queue backup groups=support,sales strategy=longest-idle record=false wrap_up=0 "
		"ring=15000 timeout=0 busy_backoff=5000 max_length=0 overflow=busy "
		"service_level=20000\n"
		"queue sales groups=sales strategy=longest-idle music=moh record=true "
		"wrap_up=2000 ring=10000 timeout=60000 busy_backoff=5000 max_length=20 "
		"overflow=queue overflow_queue=backup service_level=20000\n"
		"route 0* trunks=acme,beta refuse=false\n"
		"route 1* queue=backup trunks=beta refuse=false\n"
		"route 49* trunk=acme queue=backup refuse=false\n"
		"route 4989100 queue=sales refuse=false\n",
		dir, dir);
	assert_string_equal(text.data, wanted);
	if (conf_parse(&again, text.data, text.len - 1, &err))
		fail_msg("%s", err.s);
	conf_free(again);
	conf_free(c);
	buf_free(&text);
}

/* Head of most of the bad ones: one line, so that what follows begins on line 2. */
#define S "site: {domain: a.example}\n"
#define G S "groups: {g: {agents: []}}\n"

static const struct {
	const char *text, *said;
} bad[] = {
	/* not YAML, or not a site file */
	{"", "f.yaml:1:1: site: domain is missing; give it a value\n"},
	{"- a\n", "f.yaml:1:1: a site file is a map of sections: site, engine, ports and more\n"},
	{S "queues: {a: [b}\n",
		"f.yaml:2:15: this is not YAML: did not find expected ',' or ']' while parsing a "
		"flow sequence; look at indentation, colons and brackets\n"},
	{S "queues:\n\ta: b\n", "f.yaml:3:1: this is not YAML: a tab; indent with spaces\n"},
	{S "queues: {a: @b}\n",
		"f.yaml:2:13: this is not YAML: found character that cannot start any token while "
		"scanning for the next token; look at indentation, colons and brackets\n"},
	{S "queues:\n  a:\n    ring: 1s\n    record:true\n    timeout: 1s\n",
		"f.yaml:5:5: this is not YAML: no colon with a space behind it; write key: "
		"value\n"},
	{S "queues:\n  a:\n    record:true\n    ring: 1s\n",
		"f.yaml:5:9: this is not YAML: no key can stand here; look at the line above, "
		"too: a colon needs a space behind it, and a value with a colon needs quotes\n"},
	{S "# gr\xc3\xbc\xc3\x9f\xff\n",
		"f.yaml:2:7: this is not UTF-8 (invalid leading UTF-8 octet); save the file as "
		"UTF-8\n"},
	{S "---\nsite: {}\n", "f.yaml:3:1: a second document begins here; keep one in a file\n"},
	{S "engine: {log: *there}\n",
		"f.yaml:2:15: this is not YAML: found undefined alias; look at indentation, "
		"colons and brackets\n"},
	{S "queues: &q {a: *q}\n",
		"f.yaml:2:16: an alias stands inside what it stands for; write the value out\n"},
	/* sections */
	{S "quues: {}\n", "f.yaml:2:1: unknown section 'quues'; did you mean 'queues'?\n"},
	{S "telephones: {}\n",
		"f.yaml:2:1: unknown section 'telephones'; there are site, engine, ports, links, "
		"trunks, groups, agents, sounds, queues and routes\n"},
	{S "site: {domain: b.example}\n",
		"f.yaml:2:1: site is there twice, first on line 1; take one out\n"},
	{S "queues: sales\n",
		"f.yaml:2:9: queues: a map of names is wanted, like queues: {NAME: {...}}\n"},
	{S "engine: [1]\n",
		"f.yaml:2:9: engine: this is a list; a map of keys is wanted, like {key: value}\n"},
	{"site:\n  name: demo\n", "f.yaml:1:1: site: domain is missing; give it a value\n"},
	{S "? [a]\n: b\n", "f.yaml:2:3: a section's name is a single word\n"},
	/* keys */
	{G "queues:\n  q: {groups: [g], recrod: true}\n",
		"f.yaml:4:20: queues.q: unknown key 'recrod'; did you mean 'record'?\n"},
	{G "routes:\n  1: {destination: q}\n",
		"f.yaml:4:3: routes.1: queue is missing; name a queue that the calls go to, or "
		"trunks that they go out by, or write refuse: true\n"
		"f.yaml:4:7: routes.1: unknown key 'destination'; the keys here are trunk, "
		"queue, trunks, from, refuse\n"},
	{S "engine: {worker_core: [0]}\n",
		"f.yaml:2:10: engine: unknown key 'worker_core'; did you mean 'worker_cores'?\n"},
	{"site: {domain: a.example, memory_mb: 64}\n",
		"f.yaml:1:27: site: the key memory_mb stands in the section engine; move it "
		"there\n"},
	{"engine: {domain: a.example}\n",
		"f.yaml:1:10: engine: the key domain stands in the section site; move it there\n"},
	{"site: {domain: a.example, telephones: 64}\n",
		"f.yaml:1:27: site: unknown key 'telephones'; the keys here are name, domain, "
		"sip_port, rtp_ports, sip_dscp, rtp_dscp, max_calls, max_agents, max_groups, "
		"max_queues, max_links, max_sounds, max_bandwidth_rows, max_duration, "
		"rtp_timeout, hold_timeout\n"},
	{S "engine: {cores: [0]}\n",
		"f.yaml:2:10: engine: unknown key 'cores'; did you mean 'worker_cores'?\n"},
	{S "que: {}\n", "f.yaml:2:1: unknown section 'que'; did you mean 'queues'?\n"},
	{S "trunks:\n  t: {addr: [10.0.0.1]}\n",
		"f.yaml:3:7: trunks.t: unknown key 'addr'; did you mean 'address'?\n"},
	{S "trunks:\n  t: {address: [10.0.0.1]}\nroutes:\n  1: {trunk: t}\n",
		"f.yaml:5:3: routes.1: queue is missing: trunk says by which trunk the calls come; "
		"name a queue that they go to, or write trunks: [t] when they go out by it\n"},
	{G "queues:\n  q:\n    groups: [g]\n    ring: 5s\n    ring: 6s\n",
		"f.yaml:7:5: queues.q.ring is there twice, first on line 6; take one out\n"},
	{G "queues:\n  q: {groups: [g]}\n  q: {groups: [g]}\n",
		"f.yaml:5:3: queues.q is there twice, first on line 4; take one out\n"},
	{S "agents:\n  alice: {ha1: 00}\n",
		"f.yaml:3:3: agents.alice: password is missing; give one, or a contact that needs "
		"none\n"
		"f.yaml:3:11: agents.alice: unknown key 'ha1'; the keys here are password, "
		"algorithm, auth, number, policy, srtp, codecs, sip_dscp, rtp_dscp, contact, "
		"auto_login, link, "
		"channels\n"},
	/* more than there can be: the first one too many */
	{"site: {domain: a.example, max_groups: 2, max_agents: 1}\n"
	 "groups:\n  a: {}\n  c: {}\n  b: {}\n"
	 "agents:\n  bob: {password: x}\n",
		"f.yaml:4:3: groups.c: there are 3 groups, more than the site's max_groups (2); "
		"raise it\n"},
	{"site: {domain: a.example, max_agents: 1}\nagents:\n  al: {password: x}\n"
	 "  bob: {password: x}\n",
		"f.yaml:4:3: agents.bob: there are 2 agents, more than the site's max_agents (1); "
		"raise it\n"},
	{"site: {domain: a.example, max_queues: 0}\n",
		"f.yaml:1:39: site.max_queues: 0 is out of range; write a number from 1 to "
		"1000000\n"},
	/* values */
	{"site: {domain: a.example, sip_port: high}\n",
		"f.yaml:1:37: site.sip_port: 'high' is not a whole number; write one from 1 to "
		"65535\n"},
	{"site: {domain: a.example, sip_port: 70000}\n",
		"f.yaml:1:37: site.sip_port: 70000 is out of range; write a number from 1 to "
		"65535\n"},
	{"site: {domain: a.example, sip_port: [5060]}\n",
		"f.yaml:1:37: site.sip_port: this is a list; a single value is wanted\n"},
	{"site: {domain: a.example, sip_port: 20010}\n",
		"f.yaml:1:37: site.sip_port: 20010 lies among the media ports 20000-29999; move "
		"one of them\n"},
	{"site: {domain: a.example, rtp_ports: 20000-30000}\n",
		"f.yaml:1:38: site.rtp_ports: 20000-30000: the first port must be even, the last "
		"odd and higher, both from 1024 to 65535\n"},
	{"site: {domain: }\n",
		"f.yaml:1:16: site.domain: the value is missing; give one or take the key out\n"},
	{S "engine: {hugepages: perhaps}\n",
		"f.yaml:2:21: engine.hugepages: 'perhaps' is not known here; write one of: auto "
		"require never\n"},
	{S "engine: {journal_reserve: much}\n",
		"f.yaml:2:27: engine.journal_reserve: 'much' is no size; write a number and K, M, "
		"G or T, like 256M\n"},
	{G "queues:\n  q:\n    groups: [g]\n    ring: 10\n",
		"f.yaml:6:11: queues.q.ring: '10' is no duration; write a number and ms, s, m or "
		"h, like 20s\n"},
	{G "queues:\n  q: {groups: [g], record: yes}\n",
		"f.yaml:4:28: queues.q.record: 'yes' is neither true nor false; write one of "
		"these\n"},
	{G "queues:\n  q: {groups: g}\n",
		"f.yaml:4:15: queues.q.groups: a list is wanted; write [g]\n"},
	{G "queues:\n  q: {groups: []}\n",
		"f.yaml:4:15: queues.q.groups: the list is empty; name at least one, or take the "
		"key out\n"},
	{G "queues:\n  a/b: {groups: [g]}\n",
		"f.yaml:4:3: queues: the name 'a/b' has a character that names cannot have; use "
		"letters, digits and _-.+\n"},
	{S "trunks:\n  t: {address: [10.0.0.1, 10.0.0.300]}\n",
		"f.yaml:3:27: trunks.t.address: '10.0.0.300' is no address; write it like 10.0.0.1 "
		"or 10.0.0.0/24\n"},
	{S "trunks:\n  t: {address: [10.0.0.1], codecs: [pcma, frog]}\n",
		"f.yaml:3:43: trunks.t.codecs: 'frog' is no codec; write of:" TD_CODECS(
			TD_CODEC_WORD) "\n"},
	{S "agents:\n  alice: {password: a, channels: [voice, chat]}\n",
		"f.yaml:3:42: agents.alice.channels: 'chat' is not known here; write one of: voice "
		"message\n"},
	{S "agents:\n  alice: {password: a, channels: message}\n",
		"f.yaml:3:34: agents.alice.channels: a list is wanted; write [message]\n"},
	{S "agents:\n  alice: {password: a, channels: []}\n",
		"f.yaml:3:34: agents.alice.channels: the list is empty; name at least one, or take "
		"the key out\n"},
	{S "agents:\n  alice: {password: [a]}\n",
		"f.yaml:3:21: agents.alice.password: a password is wanted; write it in quotes\n"},
	{S "agents:\n  alice: {contact: alice}\n",
		"f.yaml:3:20: agents.alice.contact: 'alice' is no address; write it like "
		"10.0.0.1:5060\n"},
	{S "links:\n  dsl: {limit: 10Mbit}\n",
		"f.yaml:3:16: links.dsl.limit: '10Mbit' is no bit rate; write a number and k, M or "
		"G, like 10M for 10,000,000 bits a second\n"},
	{S "links:\n  dsl: {limit: 10}\n",
		"f.yaml:3:16: links.dsl.limit: 10 bits a second carry no call, which takes 95536; "
		"write more, like 10M, or 0 for no limit\n"},
	{S "trunks:\n  t: {address: [10.0.0.1], limit: 80k, layer: ip}\n",
		"f.yaml:3:35: trunks.t.limit: 80000 bits a second carry no call, which takes "
		"80276; "
		"write more, like 10M, or 0 for no limit\n"},
	/* references, and objects that do not go together */
	{S "trunks:\n  t: {address: [10.0.0.1], link: dsl}\n",
		"f.yaml:3:34: trunks.t.link: no link is called 'dsl'; add it under links:\n"},
	{S "links: {a: , b: }\ngroups:\n  g: {agents: [alice], link: a}\n"
	   "  h: {agents: [alice], link: b}\nagents:\n  alice: {password: a}\n",
		"f.yaml:7:3: agents.alice: the groups are behind different links, a and b; give "
		"the "
		"agent a link of its own\n"},
	{G "trunks:\n  t: {address: [10.0.0.0/24]}\nroutes:\n  1: {trunks: [t]}\n",
		"f.yaml:6:16: routes.1.trunks: where to call trunk t is not clear; give it a "
		"server, like 10.0.0.1:5060\n"},
	{G "trunks:\n  t: {address: [10.0.0.1]}\nroutes:\n  1: {queue: q, trunks: [t]}\n",
		"f.yaml:6:14: routes.1.queue: no queue is called 'q'; add it under queues:\n"},
	{S "queues:\n  q:\n    record: true\n",
		"f.yaml:3:3: queues.q: groups is missing; give it a value\n"},
	{S "groups: {sales: }\nqueues:\n  q: {groups: [slaes, help]}\n",
		"f.yaml:4:16: queues.q.groups: no group is called 'slaes'; did you mean 'sales'?\n"
		"f.yaml:4:23: queues.q.groups: no group is called 'help'; add it under groups:\n"},
	{G "queues:\n  q:\n    groups: [g]\n    music: moh\n",
		"f.yaml:6:12: queues.q.music: no sound is called 'moh'; add it under sounds:\n"},
	{G "queues:\n  q: {groups: [g], overflow: {queue: r}}\n",
		"f.yaml:4:38: queues.q.overflow: no queue is called 'r'; add it under queues:\n"},
	{G "queues:\n  q: {groups: [g], overflow: queue}\n",
		"f.yaml:4:30: queues.q.overflow: write hangup, busy, or {queue: NAME}\n"},
	{G "queues:\n  q: {groups: [g], overflow: {queue: r}}\n"
	   "  r: {groups: [g], overflow: {queue: q}}\n",
		"f.yaml:4:38: queues.q.overflow: the overflow goes in a circle: q, r, q; end it "
		"with hangup or busy\n"},
	{G "queues:\n  a: {groups: [g], overflow: {queue: q}}\n"
	   "  q: {groups: [g], overflow: {queue: q}}\n",
		"f.yaml:5:38: queues.q.overflow: the overflow goes in a circle: q, q; end it with "
		"hangup or busy\n"},
	{G "queues:\n  q: {groups: [g], overflow: sales}\n",
		"f.yaml:4:30: queues.q.overflow: write hangup, busy, or {queue: sales}\n"},
	/* one mistake is one line */
	{S "queue:\n  sales: {}\nroutes:\n  1: {queue: sales}\n",
		"f.yaml:2:1: unknown section 'queue'; did you mean 'queues'?\n"},
	{"sites: {domain: d}\n", "f.yaml:1:1: unknown section 'sites'; did you mean 'site'?\n"},
	{S "groups: {g: {agents: [al ice, bob]}}\nagents: {al ice: {password: a}}\n",
		"f.yaml:3:10: agents: the name 'al ice' has a character that names cannot have; "
		"use letters, digits and _-.+\n"},
	{S "groups: {g: {agents: [alice, bob]}}\nagents: {al ice: {password: a}, bob: {}}\n",
		"f.yaml:3:10: agents: the name 'al ice' has a character that names cannot have; "
		"use letters, digits and _-.+\n"
		"f.yaml:3:33: agents.bob: password is missing; give one, or a contact that needs "
		"none\n"},
	{S "agents:\n  alice: {pasword: a}\n",
		"f.yaml:3:11: agents.alice: unknown key 'pasword'; did you mean 'password'?\n"},
	{"site: {domian: d}\n", "f.yaml:1:8: site: unknown key 'domian'; did you mean 'domain'?\n"},
	{G "queues:\n  q: &q {groups: [g]}\n  r: {<<: *q}\n",
		"f.yaml:5:7: queues.r: merge keys (<<) are not supported; write the keys out\n"},
	{G "queues:\n  <<: {}\n",
		"f.yaml:4:3: queues: merge keys (<<) are not supported; write the keys out\n"},
	{S "routes:\n  100:\n    queue: sales\n", "f.yaml:4:12: routes.100.queue: no queue is "
						  "called 'sales'; add it under queues:\n"},
	{S "groups:\n  g: {agents: [alice, alcie, alice]}\nagents:\n  alice: {password: a}\n",
		"f.yaml:3:23: groups.g.agents: no agent is called 'alcie'; did you mean 'alice'?\n"
		"f.yaml:3:30: groups.g.agents: alice is there twice; take one out\n"},
	{S "groups: {g: {agents: alice}}\n",
		"f.yaml:2:22: groups.g.agents: a list of agents is wanted, like [alice, bob]\n"},
	/* nor is what follows from a value that could not be read, or a key that was misspelt */
	{S "agents:\n  alice: {channels: [voice, mesage]}\n",
		"f.yaml:3:29: agents.alice.channels: 'mesage' is not known here; write one of: "
		"voice message\n"},
	{S "agents:\n  alice: {channels: message}\n",
		"f.yaml:3:21: agents.alice.channels: a list is wanted; write [message]\n"},
	{S "agents:\n  alice: {chanels: [message]}\n",
		"f.yaml:3:11: agents.alice: unknown key 'chanels'; did you mean 'channels'?\n"},
	{S "engine: {register_max: 3x, register_min: 2h}\n",
		"f.yaml:2:24: engine.register_max: '3x' is no duration; write a number and ms, s, "
		"m or h, like 20s\n"},
	{S "engine: {register_max: 5h, connection_idle: 3x}\n",
		"f.yaml:2:45: engine.connection_idle: '3x' is no duration; write a number and ms, "
		"s, m or h, like 20s\n"},
	{S "engine: {registermax: 5h, register_min: 2h}\n",
		"f.yaml:2:10: engine: unknown key 'registermax'; did you mean 'register_max'?\n"},
	{S "engine: {register_max: 5h, conection_idle: 6h}\n",
		"f.yaml:2:28: engine: unknown key 'conection_idle'; did you mean "
		"'connection_idle'?\n"},
	{"site: {domain: a, sip_port: 20060, rtp_ports: 3000}\n",
		"f.yaml:1:47: site.rtp_ports: '3000' is no range of ports; write it like "
		"20000-29999\n"},
	{S "engine: {signalling_core: 0, worker_cores: 0}\n",
		"f.yaml:2:44: engine.worker_cores: a list is wanted; write [0]\n"},
	{S "ports:\n  a: {type: memf, device: e, address: [10.0.0.1/24], gateway: 10.0.0.2}\n",
		"f.yaml:3:13: ports.a.type: 'memf' is not known here; write one of: af_xdp "
		"af_packet memif ring pci\n"},
	{S "ports:\n  a: {vlan: 7x, device: e, address: [10.0.0.1/24], gateway: 10.0.0.2}\n",
		"f.yaml:3:13: ports.a.vlan: '7x' is not a whole number; write one from 0 to "
		"4094\n"},
	{S "ports:\n  a: {vlan: 7, device: e, address: [10.0.0/24], gateway: 10.0.0.2}\n",
		"f.yaml:3:37: ports.a.address: '10.0.0/24' is no address; write it like 10.0.0.1 "
		"or 10.0.0.0/24\n"},
	{S "ports:\n  a: {type: afpacket, device: e, address: [10.0.0.1/24]}\n"
	   "  b: {device: e, address: [10.0.0.2/24]}\n",
		"f.yaml:3:13: ports.a.type: 'afpacket' is not known here; write one of: af_xdp "
		"af_packet memif ring pci\n"},
	{S "ports:\n  a: {type: memf, device: e, address: [10.0.0.1/24]}\n"
	   "trunks:\n  t: {address: [10.0.0.9], transport: tcp}\n",
		"f.yaml:3:13: ports.a.type: 'memf' is not known here; write one of: af_xdp "
		"af_packet memif ring pci\n"},
	{S "links:\n  dsl: {limit: 90k, layer: eternet}\n",
		"f.yaml:3:28: links.dsl.layer: 'eternet' is not known here; write one of: ip "
		"ethernet wire\n"},
	{S "trunks:\n  t: {address: [10.0.0.0/24], server: 10.0.0.1}\nroutes:\n  1: {trunks: "
	   "[t]}\n",
		"f.yaml:3:39: trunks.t.server: '10.0.0.1' has no port; write it like "
		"10.0.0.1:5060\n"},
	{S "trunks:\n  t: {address: [10.0.0.0/24], sever: 10.0.0.1}\nroutes:\n  1: {trunks: [t]}\n",
		"f.yaml:3:31: trunks.t: unknown key 'sever'; did you mean 'server'?\n"},
	{S "trunks:\n  t: {address: [10.0.0.1]}\nroutes:\n  1: {trunks: t}\n",
		"f.yaml:5:15: routes.1.trunks: a list is wanted; write [t]\n"},
	{S "routes:\n  1: {trunkz: [t]}\n",
		"f.yaml:3:7: routes.1: unknown key 'trunkz'; did you mean 'trunks'?\n"},
	{G "queues:\n  q: {groups: [g], overflow: {queue: b c}}\n",
		"f.yaml:4:38: queues.q.overflow: the name 'b c' has a character that names cannot "
		"have; use letters, digits and _-.+\n"},
	{G "queues:\n  q: {groups: [g], overflow: {queue: }}\n",
		"f.yaml:4:38: queues.q.overflow: the value is missing; give one or take the key "
		"out\n"},
	{S "links: {a: }\ngroups:\n  g: {agents: [alice], link: a}\n"
	   "  h: {agents: [alice], link: bb}\nagents:\n  alice: {password: a}\n",
		"f.yaml:5:30: groups.h.link: no link is called 'bb'; add it under links:\n"},
	{S "groups: {g: {agents: [alice]}}\nagents:\n  alice: {channels: [mesage, message]}\n"
	   "queues: {q: {groups: [g]}}\nroutes: {1: {queue: q}}\n",
		"f.yaml:4:22: agents.alice.channels: 'mesage' is not known here; write one of: "
		"voice message\n"},
	{S "groups: {g: {agents: [alice, eve]}}\nagents:\n  alice: {channels: [message]}\n"
	   "queues: {q: {groups: [g]}}\nroutes: {1: {queue: q}}\n",
		"f.yaml:2:30: groups.g.agents: no agent is called 'eve'; add it under agents:\n"},
	{S "groups: {g: {agents: [alice]}}\nagents:\n  alice: {channels: [message]}\n"
	   "queues: {q: {groups: [g]}}\nroutes: {1: {queue: q}}\n",
		"f.yaml:6:21: routes.1.queue: no agent of queue q takes calls; give one of them "
		"the channel voice, or name another queue\n"},
	{S "trunks:\n  z: {address: [10.0.0.1]}\n  a: {address: [10.0.0.7, 10.0.0.1]}\n",
		"f.yaml:3:17: trunks.z.address: 10.0.0.1 is trunk a's too; an address can be "
		"one trunk's only\n"},
	{S "ports:\n  a: {device: e, address: [10.0.0.1/24]}\n"
	   "  b: {device: f, address: [10.0.0.1/24]}\n",
		"f.yaml:4:28: ports.b.address: 10.0.0.1 is port a's too; give each port its own\n"},
	{S "ports:\n  a: {device: e, address: [10.0.0.1/24], gateway: 10.0.0.9}\n",
		"f.yaml:3:51: ports.a.gateway: the kernel owns this port and its routes count; "
		"take gateway out and use ip route\n"},
	{S "ports:\n  a: {device: e, vlan: 4095, address: [10.0.0.1/24]}\n",
		"f.yaml:3:24: ports.a.vlan: 4095 is out of range; write a number from 0 to "
		"4094\n"},
	{S "ports:\n  a: {device: e, vlan: 7, address: [10.0.0.1/24], gateway: 10.0.1.9}\n",
		"f.yaml:3:60: ports.a.gateway: 10.0.1.9 lies in none of the port's networks; give "
		"one of its addresses with the network, like 10.0.0.1/24\n"},
	{S "ports:\n  a: {device: e, vlan: 7, address: [10.0.0.1/24], gateway: 'fe80::1'}\n",
		"f.yaml:3:60: ports.a.gateway: fe80::1 is not IPv4; write it as gateway6\n"},
	{S "ports:\n  a: {device: e, vlan: 7, address: [10.0.0.1/24], gateway: 10.0.0.1}\n",
		"f.yaml:3:60: ports.a.gateway: 10.0.0.1 is our own: no router has it; write the "
		"router's address\n"},
	{S "ports:\n  a: {device: e, address: [10.0.0.0/24, 10.0.1.2/31]}\n",
		"f.yaml:3:28: ports.a.address: 10.0.0.0/24 is a network's or its broadcast "
		"address; "
		"give the port an address of a host in it\n"},
	{S "engine: {journal_dir: /j, recording_dir: /j}\n",
		"f.yaml:2:42: engine.recording_dir: /j is journal_dir too; give each its own "
		"folder\n"},
	{S "ports:\n  a: {device: e, address: ['fe80::1/64']}\n",
		"f.yaml:3:28: ports.a.address: fe80::1 can't be reached from other hosts; give the "
		"port an address of its network\n"},
	{S "trunks:\n  t: {address: [10.0.0.9], sip_dscp: 64}\n",
		"f.yaml:3:38: trunks.t.sip_dscp: '64' is no DSCP; write EF, CS3, AF31 or the like, "
		"or 0 to 63\n"},
	{"site: {domain: a.example, rtp_dscp: site}\n", "f.yaml:1:37: site.rtp_dscp: 'site' is no "
							"DSCP; write EF, CS3, AF31 or the like, or "
							"0 to 63\n"},
	/* this machine */
	{S "engine: {worker_cores: [0, 4]}\n",
		"f.yaml:2:28: engine.worker_cores: CPU 4 is not there; this machine has 0 to 3\n"},
	{S "engine: {signalling_core: 9}\n",
		"f.yaml:2:27: engine.signalling_core: CPU 9 is not there; this machine has 0 to "
		"3\n"},
	{S "engine: {signalling_core: 0}\n",
		"f.yaml:2:27: engine.signalling_core: CPU 0 is a worker's; choose another one, or "
		"none\n"},
	{S "sounds:\n  moh: {file: /nonexistent/moh.wav}\n",
		"f.yaml:3:15: sounds.moh.file: /nonexistent/moh.wav: the file is not there; "
		"relative paths start beside the site file\n"},
	{S "sounds:\n  moh: {file: /dev/null}\n",
		"f.yaml:3:15: sounds.moh.file: /dev/null: cannot be read: it is no ordinary "
		"file\n"},
	/* all errors, in the order of the file, and none that only follows from another */
	{S "queues:\n  q: {groups: [g], ring: x}\ngroups: [g]\nroutes: {1: {queue: p}}\n",
		"f.yaml:3:26: queues.q.ring: 'x' is no duration; write a number and ms, s, m or h, "
		"like 20s\n"
		"f.yaml:4:9: groups: a map of names is wanted, like groups: {NAME: {...}}\n"
		"f.yaml:5:21: routes.1.queue: no queue is called 'p'; add it under queues:\n"},
};

static void bad_sites_are_refused_at_the_true_place(void **state)
{
	unsigned failed = 0;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct td_conf *c = NULL;
		int rc = read_text(&c, "f.yaml", bad[i].text);

		if (rc == -EINVAL && !c && !strcmp(said, bad[i].said))
			continue;
		failed++;
		print_error("case %zu: %d\n%swanted:\n%sgot:\n%s\n", i, rc, bad[i].text,
			bad[i].said, said);
		conf_free(c);
	}
	assert_int_equal(failed, 0);
}

static void both_families_and_marks_are_compiled(void **state)
{
	static const char site[] =
		S "ports:\n  a: {device: e, vlan: 7, address: [10.0.0.1/24, 2001:db8::1/64],\n"
		  "      gateway: 10.0.0.254, gateway6: fe80::1, mtu: 9000}\n"
		  "trunks:\n  t: {address: ['2001:db8:1::/48'], sip_dscp: AF31, rtp_dscp: ef}\n"
		  "agents:\n  alice: {contact: '[2001:db8::9]:5062', rtp_dscp: 0}\n";
	struct td_conf *c = NULL;
	struct td_buf text;

	if (read_text(&c, site_file, site))
		fail_msg("%s", said);
	buf_init(&text);
	conf_encode(c, &text);
	buf_put(&text, "", 1);
	assert_non_null(strstr(text.data, "port a type=af_xdp device=e "
					  "address=10.0.0.1/24,2001:db8::1/64 gateway=10.0.0.254 "
					  "gateway6=fe80::1 mtu=9000 vlan=7 "));
	assert_non_null(strstr(text.data, "trunk t address=2001:db8:1::/48 policy=address srtp=off "
					  "codecs=pcma,pcmu sip_dscp=26 rtp_dscp=46 "));
	assert_non_null(strstr(text.data, "sip_dscp=site rtp_dscp=0 contact=[2001:db8::9]:5062 "));
	buf_free(&text);
	conf_free(c);
}

static void sound_of_the_wrong_rate_is_refused(void **state)
{
	struct td_conf *c = NULL;

	wav_write("cd.wav", 44100);
	assert_int_equal(read_text(&c, site_file, S "sounds: {cd: {file: cd.wav}}\n"), -EINVAL);
	assert_non_null(
		strstr(said, "/cd.wav: format 1, 1 channels, 44100 Hz, 16 bit; make it mono"));
	file_write("cd.wav", "ID3", 3);
	assert_int_equal(read_text(&c, site_file, S "sounds: {cd: {file: cd.wav}}\n"), -EINVAL);
	assert_non_null(strstr(said, "/cd.wav: this is no WAV file; convert it with sox"));
}

static void a_file_that_is_not_there_is_named(void **state)
{
	struct config_source source = {.file = "/nonexistent/site.yaml"};

	said[0] = '\0';
	assert_int_equal(config_read(NULL, &source, listen, NULL), -EINVAL);
	assert_string_equal(
		said, "/nonexistent/site.yaml: cannot be read: No such file or directory\n");
}

/* Each takes seconds or minutes when it is loaded. */
static void what_is_too_deep_or_too_much_is_not_loaded(void **state)
{
	static char text[CONFIG_FILE_MAX + 2];
	struct td_buf b;

	memset(text, '[', 100000);
	assert_int_equal(read_text(NULL, "f.yaml", text), -EINVAL);
	assert_string_equal(
		said, "f.yaml:1:17: more than 16 levels of maps and lists; is this a site file?\n");
	for (unsigned i = 0; i < 100000; i += 2)
		memcpy(text + i, "- ", 2);
	assert_int_equal(read_text(NULL, "f.yaml", text), -EINVAL);
	assert_string_equal(
		said, "f.yaml:1:33: more than 16 levels of maps and lists; is this a site file?\n");
	memset(text, '#', sizeof(text) - 1);
	assert_int_equal(read_text(NULL, "f.yaml", text), -EINVAL);
	assert_string_equal(said, "f.yaml: longer than 4194304 bytes; is this a site file?\n");

	buf_init(&b);
	buf_str(&b, STR("["));
	for (unsigned i = 0; i < 101; i++)
		buf_printf(&b, "&a%u x,\n", i);
	buf_put(&b, "]", 2);
	assert_int_equal(read_text(NULL, "f.yaml", b.data), -EINVAL);
	assert_string_equal(said, "f.yaml:101:1: more than 100 anchors; is this a site file?\n");

	/* A list of 1,025 values, 1,024 times. */
	buf_reset(&b);
	buf_str(&b, STR("groups:\n g: {agents: &all ["));
	for (unsigned i = 0; i < 1024; i++)
		buf_printf(&b, "a%u,", i);
	buf_str(&b, STR("]}\n"));
	for (unsigned i = 0; i < 1024; i++)
		buf_printf(&b, " g%u: {agents: *all}\n", i);
	buf_put(&b, "", 1);
	assert_int_equal(read_text(NULL, "f.yaml", b.data), -EINVAL);
	assert_non_null(strstr(said, ": more than 1048576 values, those that aliases stand for "
				     "counted; is this a site file?\n"));
	buf_free(&b);
}

struct count {
	unsigned lines;
	char last[64];
};

static void count_line(void *ctx, const struct config_error *e)
{
	struct count *c = ctx;

	c->lines++;
	snprintf(c->last, sizeof(c->last), "%s", e->line);
}

static void of_many_errors_the_rest_is_counted(void **state)
{
	struct config_source source = {.file = "f.yaml", .cpus = 4};
	struct count c = {0};
	struct td_buf b;

	buf_init(&b);
	buf_str(&b, STR(S "groups: {g: {agents: ["));
	for (unsigned i = 0; i < READER_ERRORS_MAX + 7; i++)
		buf_printf(&b, "a%u,", i);
	buf_str(&b, STR("]}}\n"));
	source.text = b.data;
	source.len = b.len;
	assert_int_equal(config_read(NULL, &source, count_line, &c), -EINVAL);
	assert_int_equal(c.lines, READER_ERRORS_MAX + 1);
	assert_string_equal(c.last, "f.yaml: 7 errors more are not shown");
	buf_free(&b);
}

static void a_pipe_in_place_of_a_site_holds_up_no_one(void **state)
{
	struct config_source source = {.file = site_file, .cpus = 4};

	said[0] = '\0';
	unlink(site_file);
	assert_int_equal(mkfifo(site_file, 0600), 0);
	assert_int_equal(config_read(NULL, &source, listen, NULL), -EINVAL);
	assert_non_null(strstr(said, "/site.yaml: cannot be read: it is no ordinary file\n"));
	assert_int_equal(unlink(site_file), 0);
}

static void an_alias_is_as_good_as_what_it_stands_for(void **state)
{
	struct td_conf *c = NULL;

	assert_int_equal(read_text(&c, "f.yaml",
				 S "agents: {a: &a {password: x}, b: *a}\n"
				   "groups: {g: {agents: &l [a, b]}, h: {agents: *l}}\n"),
		0);
	assert_string_equal(said, "");
	conf_free(c);
}

static void the_file_is_read(void **state)
{
	struct config_source source = {.file = site_file, .cpus = 4};

	file_write("site.yaml", good, strlen(good));
	said[0] = '\0';
	if (config_read(NULL, &source, listen, NULL))
		fail_msg("%s", said);
	assert_string_equal(said, "");
}

static void forget(void *ctx, const struct config_error *e)
{
}

static int read_good(void)
{
	struct config_source source = {
		.file = site_file, .text = good, .len = strlen(good), .cpus = 4};
	struct td_conf *c = NULL;
	int rc = config_read(&c, &source, forget, NULL);

	conf_free(c);
	return rc;
}

static int read_bad(void)
{
	const char *text = S "sites: 1\nqueues: {a: {}, a: {b: c}}\n";
	struct config_source source = {.file = "f", .text = text, .len = strlen(text), .cpus = 4};
	int rc = config_read(NULL, &source, forget, NULL);

	return rc == -EINVAL ? 0 : rc;
}

static void reading_survives_oom(void **state)
{
	oom_each(read_good, -ENOMEM);
	oom_each(read_bad, -ENOMEM);
}

/* Bytes changed, cut out and doubled: refused or read, never more. */
static void mutated_sites_are_harmless(void **state)
{
	struct prng p;

	prng_init(&p, 1);
	for (unsigned i = 0; i < 3000; i++) {
		char text[2 * sizeof(good)];
		size_t len = sizeof(good) - 1, at, n;
		struct config_source source = {.file = site_file, .text = text, .cpus = 4};

		memcpy(text, good, len);
		for (unsigned edits = 1 + prng_below(&p, 4); edits; edits--) {
			at = prng_below(&p, len);
			n = prng_below(&p, 40);
			n = n < len - at ? n : len - at;
			switch (prng_below(&p, 3)) {
			case 0:
				text[at] = prng_below(&p, 2)
						   ? "[]{}:,-&*!|>'\"#% \n\t"[prng_below(&p, 20)]
						   : (char)prng_u64(&p);
				break;
			case 1:
				memmove(text + at, text + at + n, len - at - n);
				len -= n;
				break;
			default:
				memmove(text + at + n, text + at, len - at);
				len += n;
			}
			len = len < sizeof(good) ? len : sizeof(good);
		}
		source.len = len;
		config_read(NULL, &source, forget, NULL);
	}
}

static int setup(void **state)
{
	if (!mkdtemp(dir))
		return -1;
	snprintf(site_file, sizeof(site_file), "%s/site.yaml", dir);
	wav_write("moh.wav", 8000);
	return 0;
}

static int teardown(void **state)
{
	static const char *const names[] = {"moh.wav", "cd.wav", "site.yaml"};
	char path[128];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		unlink(path);
	}
	return rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_site_is_compiled),
		cmocka_unit_test(bad_sites_are_refused_at_the_true_place),
		cmocka_unit_test(both_families_and_marks_are_compiled),
		cmocka_unit_test(sound_of_the_wrong_rate_is_refused),
		cmocka_unit_test(a_file_that_is_not_there_is_named),
		cmocka_unit_test(what_is_too_deep_or_too_much_is_not_loaded),
		cmocka_unit_test(of_many_errors_the_rest_is_counted),
		cmocka_unit_test(a_pipe_in_place_of_a_site_holds_up_no_one),
		cmocka_unit_test(an_alias_is_as_good_as_what_it_stands_for),
		cmocka_unit_test(the_file_is_read),
		cmocka_unit_test(reading_survives_oom),
		cmocka_unit_test(mutated_sites_are_harmless),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
