/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/conf/schema.h>
#include <engine/base/prng.h>
#include <stdio.h>
#include <stdlib.h>
#include <tandem/acd.h>
#include <tests/unit/unit.h>

#define SOUNDS_MAX 1024 /* the default */
#define SITE       "site site domain=tandem.example\n"
#define SMALL                                                                  \
	SITE "port floor device=eth2 address=10.30.0.1/24\n"                   \
	     "trunk acme address=10.20.0.10\n"                                 \
	     "group sales\n"                                                   \
	     "agent alice ha1=00112233445566778899aabbccddeeff groups=sales\n" \
	     "sound moh file=/srv/moh.wav\n"                                   \
	     "queue sales groups=sales music=moh wrap_up=5000\n"               \
	     "route 4989100 queue=sales\n"

static struct td_conf *parse(const char *text)
{
	struct td_text err;
	struct td_conf *c = NULL;

	if (conf_parse(&c, text, strlen(text), &err))
		fail_msg("%s", err.s);
	return c;
}

static char *encode(const struct td_conf *c)
{
	struct td_buf buf;
	char *text;

	buf_init(&buf);
	conf_encode(c, &buf);
	buf_put(&buf, "", 1);
	assert_int_equal(buf.error, 0);
	text = strdup(buf.data);
	buf_free(&buf);
	return text;
}

static void parse_reads_values_and_defaults(void **state)
{
	struct td_conf *c = parse(SMALL);
	const struct td_conf_queue *q = conf_lookup(c, TD_KIND_QUEUE, STR("sales"));
	const struct td_conf_site *site = conf_site(c);
	const struct td_conf_agent *alice = c->of[TD_KIND_AGENT].agent;

	assert_string_equal(site->name, "tandem");
	assert_string_equal(site->domain, "tandem.example");
	assert_int_equal(site->sip_port, 5060);
	assert_int_equal(site->rtp_port_min, 20000);
	assert_int_equal(site->rtp_port_max, 29999);
	assert_int_equal(site->signalling_core, -1);
	assert_int_equal(site->worker_count, 1);
	assert_int_equal(site->worker_cores[0], 0);
	assert_int_equal(site->journal_reserve, 256 << 20);
	assert_int_equal(site->nonce_ms, 300000);
	assert_int_equal(site->register_max_s, 3600);
	assert_non_null(q);
	assert_int_equal(q->group_count, 1);
	assert_string_equal(q->groups[0], "sales");
	assert_string_equal(q->music, "moh");
	assert_int_equal(q->wrap_up_ms, 5000);
	assert_int_equal(q->ring_ms, 15000);
	assert_false(q->record);
	assert_string_equal(alice->name, "alice");
	assert_true(alice->auto_login);
	assert_int_equal(alice->codecs[0], TD_CODEC_PCMA);
	assert_int_equal(alice->codecs[1], TD_CODEC_PCMU);
	assert_int_equal(alice->codecs[2], 0);
	assert_int_equal(alice->channels, 1 << TD_CHANNEL_VOICE);
	assert_int_equal(c->of[TD_KIND_PORT].port[0].address[0].bits, 24);
	assert_true(c->of[TD_KIND_PORT].port[0].fallback);
	assert_null(conf_lookup(c, TD_KIND_QUEUE, STR("sale")));
	assert_int_equal(conf_sound(c, STR("moh")), 0);
	assert_int_equal(conf_sound(c, STR("zzz")), -1);
	conf_free(c);
}

static void a_server_is_an_address_or_a_name(void **state)
{
	struct td_conf *c = parse(SITE "trunk a address=10.0.0.1 server=Sip-2.Example.com:5080\n"
				       "trunk b address=10.0.0.2 server=[2001:db8::1]:5090\n"
				       "trunk c address=10.0.0.3\n");
	const struct td_conf_trunk *t = c->of[TD_KIND_TRUNK].trunk;
	char *text = encode(c);

	assert_string_equal(t[0].server.name, "sip-2.example.com");
	assert_int_equal(t[0].server.addr.family, 0);
	assert_int_equal(t[0].server.addr.port, 5080);
	assert_string_equal(t[1].server.name, "");
	assert_int_equal(t[1].server.addr.family, 6);
	assert_int_equal(t[1].server.addr.port, 5090);
	assert_int_equal(t[2].server.addr.port, 0);
	assert_non_null(strstr(text, " server=sip-2.example.com:5080 reveal=false proof=required "
				     "max_unproven=50 transport=udp\n"));
	assert_non_null(strstr(text, " server=[2001:db8::1]:5090 reveal=false proof=required "
				     "max_unproven=50 transport=udp\n"));
	assert_null(strstr(strstr(text, "trunk c"), "server="));
	free(text);
	conf_free(c);
}

static void change(struct td_conf **c, const char *lines)
{
	struct td_text err;
	struct td_conf *next;

	if (conf_apply(&next, *c, lines, strlen(lines), &err))
		fail_msg("%s", err.s);
	conf_free(*c);
	*c = next;
}

/* Who hears music goes on hearing it, whatever comes and goes before it in the alphabet. */
static void a_sound_keeps_its_number(void **state)
{
	struct td_conf *c = parse(SITE "sound m file=m\nsound z file=z\n");
	char line[64];

	assert_int_equal(conf_sound(c, STR("m")), 0);
	assert_int_equal(conf_sound(c, STR("z")), 1);
	change(&c, "set sound b file=b\nset sound a file=a\n");
	assert_int_equal(conf_sound(c, STR("a")), 2);
	assert_int_equal(conf_sound(c, STR("b")), 3);
	assert_int_equal(conf_sound(c, STR("m")), 0);
	assert_int_equal(conf_sound(c, STR("z")), 1);
	change(&c, "del sound m\nset sound z file=other\n");
	assert_int_equal(conf_sound(c, STR("z")), 1);
	/* 0 is free, but may still be heard: all others come first. */
	for (int i = 4; i < (int)SOUNDS_MAX; i++) {
		snprintf(line, sizeof(line), "set sound n file=%d\n", i);
		change(&c, line);
		assert_int_equal(conf_sound(c, STR("n")), i);
		change(&c, "del sound n\n");
	}
	change(&c, "set sound n file=n\nset sound o file=o\n");
	assert_int_equal(conf_sound(c, STR("n")), 0);
	assert_int_equal(conf_sound(c, STR("o")), 4); /* 1, 2 and 3 are in use */
	conf_free(c);
}

static void sounds_have_a_limit(void **state)
{
	struct td_text err;
	struct td_conf *c;
	struct td_buf text;

	buf_init(&text);
	buf_str(&text, STR(SITE));
	for (unsigned i = 0; i < SOUNDS_MAX; i++)
		buf_printf(&text, "sound s%u file=x\n", i);
	assert_int_equal(conf_parse(&c, text.data, text.len, &err), 0);
	assert_int_equal(c->sound_number[SOUNDS_MAX - 1], SOUNDS_MAX - 1);
	conf_free(c);
	buf_str(&text, STR("sound t file=x\n"));
	assert_int_equal(conf_parse(&c, text.data, text.len, &err), -EINVAL);
	assert_non_null(
		strstr(err.s, "there are 1025 sounds, more than the site's max_sounds (1024)"));
	buf_free(&text);
}

/* The dataplane's table keeps the size that it had at the start. */
static void sounds_keep_the_limit_of_the_start(void **state)
{
	static const char raised[] = "set site site domain=a.example max_sounds=3\n";
	static const char more[] = "set sound t file=x\nset sound u file=x\n";
	struct td_conf *c = parse("site site domain=a.example max_sounds=2\nsound s file=x\n"), *no;
	struct td_text err;

	change(&c, raised);
	change(&c, "set sound t file=x\n");
	assert_int_equal(conf_sound(c, STR("t")), 1);
	change(&c, "del sound s\nset sound v file=x\n");
	assert_int_equal(conf_sound(c, STR("v")), 0); /* not 2, which is for the next start */
	assert_int_equal(conf_apply(&no, c, more, strlen(more), &err), -EINVAL);
	assert_string_equal(err.s,
		"there are 3 sounds, and max_sounds was 2 at the start; set max_sounds, restart "
		"the engine, then apply these");
	conf_free(c);
}

static void quotes_and_comments_are_read(void **state)
{
	struct td_conf *c = parse(
		"# made by tandemd\n\n" SITE "sound a file=\"/srv/a \\\"b\\\" \\\\=c.wav\"\r\n");
	char *text = encode(c);

	assert_string_equal(c->of[TD_KIND_SOUND].sound[0].file, "/srv/a \"b\" \\=c.wav");
	assert_non_null(strstr(text, "file=\"/srv/a \\\"b\\\" \\\\=c.wav\"\n"));
	free(text);
	conf_free(c);
}

#define KERNEL "port k device=eth1 address=10.0.0.9/24\n"
#define MEMIF  "port m type=memif device=m.sock address=10.0.1.9/24\n"
#define CHAT   "group writers\nagent w channels=message groups=writers\nqueue chat groups=writers\n"

static const struct {
	const char *text, *err;
} bad[] = {
	{"", "there is no line 'site site domain=...'"},
	{"site site\n", "site site: domain: domain is missing; give it a value"},
	{SITE SITE, "line 2: site site is there twice"},
	{"site demo domain=a.example\n", "line 1: the site's object is called site, not 'demo'"},
	{SITE "quue x\n", "line 2: 'quue' is no kind of object"},
	{SITE "queue\n", "line 2: queue: the name is empty"},
	{SITE "queue a b\n", "line 2: queue a: 'b' is not key=value"},
	{SITE "queue a =b\n", "line 2: queue a: '=b' is not key=value"},
	{SITE "sound a file=\"x\n", "line 2: sound a: 'file=\"x' is not key=value"},
	{SITE "sound a file=\"x\"y\n", "line 2: sound a: 'file=\"x\"y' is not key=value"},
	{SITE "sound a file=x file=y\n", "line 2: sound a: file is there twice"},
	{SITE "sound a fil=x\n", "line 2: sound a: unknown key 'fil'"},
	{SITE "group a agents=b\n", "line 2: group a: unknown key 'agents'"},
	{SITE "sound a file=\n", "line 2: sound a: file: this is empty"},
	{SITE "group a/b\n",
		"line 2: group: the name 'a/b' has a character that names cannot have; use "
		"letters, digits and _-.+"},
	{SITE "group aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n",
		"line 2: group: the name 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' is too long; 31 "
		"characters at most"},
	{SITE "queue NONE\n",
		"line 2: queue: queue_log writes NONE for nobody; take another name than 'NONE'"},
	{SITE "agent All\n", "line 2: agent: a queue_log's reader takes ALL for everybody; take "
			     "another name than 'All'"},
	{SITE "trunk none\n",
		"line 2: trunk: queue_log writes NONE for nobody; take another name than 'none'"},
	{SITE "route 1*2 queue=a\n", "line 2: route: '1*2': a * can only be the last character"},
	{SITE "queue a groups=b\n",
		"queue a: groups: no group is called 'b'; add it under groups:"},
	{SITE "group sales\nqueue a groups=slaes\n",
		"queue a: groups: no group is called 'slaes'; did you mean 'sales'?"},
	{SITE "queue a\n", "queue a: groups: groups is missing; give it a value"},
	{SITE "group b\nqueue a groups=b,b\n",
		"line 3: queue a: groups: b is there twice; take one out"},
	{SITE "group b\nqueue a groups=b ring=10s\n",
		"line 3: queue a: ring: '10s' is no duration; write a number and ms, s, m or h, "
		"like 20s"},
	{SITE "group b\nqueue a groups=b ring=10\n",
		"line 3: queue a: ring: 10 is out of range; write a duration from 1s to 1h"},
	{SITE "group b\nqueue a groups=b overflow=queue\n",
		"queue a: overflow: which queue is not clear; write overflow: {queue: NAME}"},
	{SITE "group b\nqueue a groups=b overflow=queue overflow_queue=c\n"
	      "queue c groups=b overflow=queue overflow_queue=a\n",
		"queue a: overflow_queue: the overflow goes in a circle: a, c, a; end it with "
		"hangup or busy"},
	{SITE "trunk a address=10.0.0.1\ntrunk b address=10.0.0.0/24\n",
		"trunk b: address: 10.0.0.0/24 is trunk a's too; an address can be one trunk's "
		"only"},
	{SITE "trunk a address=10.0.0.1,x\n",
		"line 2: trunk a: address: 'x' is no address; write it like 10.0.0.1 or "
		"10.0.0.0/24"},
	{SITE "trunk a address=10.0.0.1 policy=lax\n",
		"line 2: trunk a: policy: 'lax' is not known here; write one of: strict address "
		"latch"},
	{SITE "trunk a address=10.0.0.1 codecs=frog\n",
		"line 2: trunk a: codecs: 'frog' is no codec; write of:" TD_CODECS(TD_CODEC_WORD)},
	{SITE "agent a contact=10.0.0.1:5060 channels=voice,fax\n",
		"line 2: agent a: channels: 'fax' is not known here; write one of: voice message"},
	{SITE "agent a contact=10.0.0.1:5060 channels=message,voice,message\n",
		"line 2: agent a: channels: message is there twice; take one out"},
	{SITE "trunk a address=10.0.0.1 max_calls=many\n",
		"line 2: trunk a: max_calls: 'many' is not a whole number; write one from 0 to "
		"1000000"},
	{SITE CHAT "route 1 queue=chat\n",
		"route 1: queue: no agent of queue chat takes calls; give one of them the channel "
		"voice, or name another queue"},
	{SITE CHAT "group g\nqueue a groups=g overflow=queue overflow_queue=b\n"
		   "queue b groups=g overflow=queue overflow_queue=chat\nroute 1 queue=a\n",
		"queue b: overflow_queue: no agent of queue chat takes calls; give one of them the "
		"channel voice, or name another queue"},
	{SITE CHAT "trunk t address=10.0.0.1\nroute 1 trunks=t queue=chat\n",
		"route 1: queue: no agent of queue chat takes calls; give one of them the channel "
		"voice, or name another queue"},
	{SITE "trunk t address=10.0.0.1\nroute 1 trunk=t\n",
		"route 1: queue: queue is missing: trunk says by which trunk the calls come; name "
		"a queue that they go to, or write trunks: [t] when they go out by it"},
	{SITE "trunk t address=10.0.0.1\nroute 1 trunks=t refuse=true\n",
		"route 1: refuse: the route refuses calls, and also says where they go; take "
		"refuse out, or queue and trunks"},
	{SITE "trunk t address=10.0.0.1\nroute 1 trunk=t trunks=t from=agents\n",
		"route 1: from: trunks are missing, but trunk says by which of them calls come; "
		"add trunks, or take trunk out"},
	{SITE "group g link=x\ngroup h link=y\nlink y\nagent a channels=message groups=g,h\n",
		"group g: link: no link is called 'x'; add it under links:"},
	{SITE "agent a channels=message\nagent b channels=voice,message\n",
		"agent b: password is missing; give one, or a contact that needs none"},
	{SITE "agent a ha1=0F\n", "line 2: agent a: ha1: '0F' is not lower-case hexadecimal"},
	{SITE "agent a ha1=00\n", "agent a: ha1: ha1 must have 32 digits"},
	{SITE "agent a contact=10.0.0.1\n",
		"line 2: agent a: contact: '10.0.0.1' has no port; write it like 10.0.0.1:5060"},
	{SITE KERNEL "trunk a address=10.0.0.1 server=10.0.0.9:5060\n",
		"trunk a: server: 10.0.0.9 is our own: no call can go there; write the address of "
		"the carrier's server"},
	{SITE KERNEL "trunk a address=10.0.0.1 server=10.0.0.255:5060\n",
		"trunk a: server: 10.0.0.255 is a network's or its broadcast address: no call can "
		"go there; write the address of the carrier's server"},
	{SITE KERNEL "trunk a address=10.0.0.9\n",
		"trunk a: address: 10.0.0.9 is our own: no call can go there; write the address of "
		"the carrier's server"},
	{SITE "trunk a address=10.0.0.1 server=127.0.0.1:5060\n",
		"trunk a: server: 127.0.0.1 is no host's: no call can go there; write the address "
		"of the carrier's server"},
	{SITE "trunk a address=10.0.0.1 server=0.0.0.0:5060\n",
		"trunk a: server: 0.0.0.0 is no host's: no call can go there; write the address of "
		"the carrier's server"},
	{SITE "trunk a address=10.0.0.1 server=[ff02::1]:5060\n",
		"trunk a: server: ff02::1 is no host's: no call can go there; write the address of "
		"the carrier's server"},
	{SITE "trunk a address=10.0.0.1 server=169.254.1.1:5060\n",
		"trunk a: server: 169.254.1.1 is link-local: no call can go there; write the "
		"address of the carrier's server"},
	{SITE "trunk a address=10.0.0.1 server=10.0.0.2\n",
		"line 2: trunk a: server: '10.0.0.2' has no port; write it like 10.0.0.1:5060"},
	{SITE "trunk a address=10.0.0.1 server=sip.example.com\n",
		"line 2: trunk a: server: 'sip.example.com' has no port; write it like "
		"sip.example.com:5060"},
	{SITE "trunk a address=10.0.0.1 server=10.0.0.300:5060\n",
		"line 2: trunk a: server: '10.0.0.300:5060' is no address and no host name; write "
		"it like 10.0.0.1:5060 or sip.example.com:5060"},
	{SITE "trunk a address=10.0.0.1 server=sip.example.com:0\n",
		"line 2: trunk a: server: 'sip.example.com:0': 0 is no port; write one from 1 to "
		"65535"},
	{SITE "trunk a address=10.0.0.1 server=10.0.0.2:70000\n",
		"line 2: trunk a: server: '10.0.0.2:70000': 70000 is no port; write one from 1 to "
		"65535"},
	{SITE "trunk a address=10.0.0.1 server=[2001:db8::1]:sip\n",
		"line 2: trunk a: server: '[2001:db8::1]:sip': sip is no port; write one from 1 to "
		"65535"},
	{SITE "trunk a address=10.0.0.1 server=2001:db8::1:5060\n",
		"line 2: trunk a: server: '2001:db8::1:5060' is an IPv6 address without brackets; "
		"write it like [2001:db8::1]:5060"},
	{SITE "trunk a address=10.0.0.1 server=[2001:db8::1]\n",
		"line 2: trunk a: server: '[2001:db8::1]' has no port; write it like "
		"[2001:db8::1]:5060"},
	{SITE "trunk a address=10.0.0.1 server=sip.example.com:\n",
		"line 2: trunk a: server: 'sip.example.com:' has no port; write it like "
		"sip.example.com:5060"},
	{SITE "trunk a address=10.0.0.1 server=:5060\n",
		"line 2: trunk a: server: ':5060' is no address and no host name; write it like "
		"10.0.0.1:5060 or sip.example.com:5060"},
	{SITE "agent a contact=2001:db8::1\n",
		"line 2: agent a: contact: '2001:db8::1' is an IPv6 address without brackets; "
		"write it like [2001:db8::1]:5060"},
	{SITE "agent a contact=10.0.0.1:70000\n",
		"line 2: agent a: contact: '10.0.0.1:70000': 70000 is no port; write one from 1 to "
		"65535"},
	{SITE "agent a contact=sip.example.com:70000\n",
		"line 2: agent a: contact: 'sip.example.com:70000' is no address; write it like "
		"10.0.0.1:5060"},
	{SITE "port a type=pci device=0000:01:00.0 address=10.0.0.9/24\n"
	      "trunk a address=10.0.0.1 transport=tcp\n",
		"trunk a: transport: TCP needs a port of type af_xdp or af_packet without vlan, "
		"which the kernel owns too"},
	{SITE KERNEL MEMIF "trunk a address=10.0.1.7 transport=tcp\n",
		"trunk a: transport: TCP is the kernel's, and port m, which leads to 10.0.1.7, is "
		"not; use udp, or reach it by a port of type af_xdp or af_packet without vlan"},
	{SITE KERNEL MEMIF "trunk a address=10.0.1.7 server=10.0.1.8:5060 transport=tcp\n",
		"trunk a: transport: TCP is the kernel's, and port m, which leads to 10.0.1.8, is "
		"not; use udp, or reach it by a port of type af_xdp or af_packet without vlan"},
	{SITE KERNEL "trunk a address=2001:db8:9::1 transport=tcp\n",
		"trunk a: transport: TCP to 2001:db8:9::1 needs an IPv6 address on a port of type "
		"af_xdp or af_packet without vlan"},
	{"site site domain=a connection_idle=60000\n",
		"site site: connection_idle: 60s is shorter than register_max (3600s): telephones "
		"on "
		"TCP would be cut off between two registrations; make it longer"},
	{SITE "trunk a address=10.0.0.1 server=sip..example.com:5060\n",
		"line 2: trunk a: server: 'sip..example.com:5060' is no address and no host name; "
		"write it like 10.0.0.1:5060 or sip.example.com:5060"},
	{SITE "port a device=e address=10.0.0.1/24\nport b device=f address=10.0.0.1/24\n",
		"port b: address: 10.0.0.1 is port a's too; give each port its own"},
	{SITE "port a device=e address=10.0.0.1/24\nport b device=e address=10.0.0.2/24\n",
		"port b: device: e is port a's too; a device can be one port's only"},
	{SITE "port a device=e address=10.0.0.1/24 gateway=10.0.0.2\n",
		"port a: gateway: the kernel owns this port and its routes count; take gateway "
		"out and use ip route"},
	{"site site domain=a_b\n",
		"line 1: site site: domain: 'a_b' is no domain; use letters, digits, - and ."},
	{"site site domain=a rtp_ports=20001-29999\n",
		"line 1: site site: rtp_ports: 20001-29999: the first port must be even, the last "
		"odd and higher, both from 1024 to 65535"},
	{"site site domain=a rtp_ports=5000-5999\n",
		"site site: sip_port: 5060 lies among the media ports 5000-5999; move one of them"},
	{"site site domain=a signalling_core=0\n",
		"site site: signalling_core: CPU 0 is a worker's; choose another one, or none"},
	{"site site domain=a worker_cores=0,256\n",
		"line 1: site site: worker_cores: '256' is no CPU; write its number"},
	{"site site domain=a journal_reserve=1K\n",
		"line 1: site site: journal_reserve: 1K is out of range; write a size from 4M to "
		"1T"},
	{"site site domain=a register_min=1500\n",
		"line 1: site site: register_min: 1500 is not a whole number of seconds"},
	{"site site domain=a register_min=7200000\n",
		"site site: register_min: 7200s is longer than register_max (3600s); make it "
		"shorter"},
};

static void calls_and_tcp_that_can_end_somewhere_are_right(void **state)
{
	static const char *const good[] = {
		/* nobody calls the writers' queue; the empty one may get agents yet */
		SITE CHAT "queue a groups=writers overflow=queue overflow_queue=chat\n",
		SITE CHAT "group g\nqueue q groups=g\nroute 1 queue=q\n",
		SITE CHAT "agent v contact=10.0.0.1:5060 groups=writers\nroute 1 queue=chat\n",
		SITE CHAT "group g\nagent v contact=10.0.0.1:5060 groups=g\n"
			  "queue q groups=writers,g\nroute 1 queue=q\n",
		/* the kernel leads there, or may: a name has no address yet */
		SITE KERNEL MEMIF "trunk a address=10.0.0.7 transport=tcp\n",
		SITE KERNEL MEMIF "trunk a address=10.9.0.7 transport=tcp\n",
		SITE KERNEL MEMIF "trunk a address=10.0.1.7 server=sip.a.b:5060 transport=tcp\n",
		SITE KERNEL MEMIF "trunk a address=10.0.1.7\n",
	};

	for (unsigned i = 0; i < sizeof(good) / sizeof(*good); i++)
		conf_free(parse(good[i]));
}

static void nearest_is(const char *wanted, bool parts, const char *best)
{
	struct conf_nearest near = {.wanted = str_of(wanted), .parts = parts};

	for (unsigned i = 0; i < td_schema_count; i++)
		if (td_schema[i].kind == TD_KIND_SITE)
			conf_nearest(&near, str_of(td_schema[i].name));
	assert_true(str_eq(near.best, str_of(best)));
}

static void a_part_of_a_word_is_near_it(void **state)
{
	nearest_is("cores", true, "worker_cores");
	nearest_is("worker", true, "worker_cores");
	nearest_is("memory", true, "memory_mb");
	nearest_is("domain_name", true, "domain");
	nearest_is("rtp_port", true, "rtp_ports"); /* spelling before parts: not rtp_dscp */
	nearest_is("max_cals", true, "max_calls");
	nearest_is("memory", false, "");
	nearest_is("me", true, "");
	nearest_is("ports", true, "rtp_ports");
	nearest_is("orts", true, "");
}

static void bad_text_is_refused_in_one_line(void **state)
{
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct td_text err = {""};
		struct td_conf *c = NULL;

		assert_int_equal(conf_parse(&c, bad[i].text, strlen(bad[i].text), &err), -EINVAL);
		assert_string_equal(err.s, bad[i].err);
		assert_null(c);
	}
}

static void apply_is_all_or_nothing(void **state)
{
	static const struct {
		const char *lines, *err;
	} refused[] = {
		{"del group sales\n", "agent alice: groups: no group is called 'sales'; add it "
				      "under groups:"},
		{"del queue nowhere\n", "line 1: there is no queue nowhere"},
		{"set group new\ndel site site\n", "line 2: the site cannot be deleted"},
		{"queue sales groups=sales\n",
			"line 1: a change begins with set or del, not with 'queue'"},
	};
	struct td_conf *old = parse(SMALL), *new = NULL;
	char *before = encode(old), *after;
	struct td_text err;
	const char *lines = "del route 4989100\nset queue sales groups=sales,late ring=9000\n"
			    "set group late\nset route 49* queue=sales trunk=acme\n";

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		assert_int_equal(
			conf_apply(&new, old, refused[i].lines, strlen(refused[i].lines), &err),
			-EINVAL);
		assert_string_equal(err.s, refused[i].err);
		assert_null(new);
	}
	assert_int_equal(conf_apply(&new, old, lines, strlen(lines), &err), 0);
	after = encode(old);
	assert_string_equal(before, after);
	assert_null(conf_lookup(new, TD_KIND_ROUTE, STR("4989100")));
	const struct td_conf_queue *q = conf_lookup(new, TD_KIND_QUEUE, STR("sales"));
	assert_int_equal(q->group_count, 2);
	assert_int_equal(q->ring_ms, 9000);
	assert_int_equal(q->wrap_up_ms, 0); /* set replaces the whole object */
	free(before);
	free(after);
	conf_free(old);
	conf_free(new);
}

/* A sound configuration of random objects. */
static char *random_text(uint64_t seed)
{
	static const char *const overflow[] = {"hangup", "busy", "queue overflow_queue=q0"};
	static const char *const channels[] = {"voice", "message", "voice,message"};
	struct prng p;
	struct td_buf b;
	char *text;
	unsigned groups, sounds, queues;

	prng_init(&p, seed);
	groups = 1 + prng_below(&p, 8);
	sounds = 1 + prng_below(&p, 4);
	queues = 1 + prng_below(&p, 20);
	buf_init(&b);
	buf_printf(&b, "site site domain=tandem.example max_calls=%u nonce=%u worker_cores=%s\n",
		1 + prng_below(&p, 1000), 1000 + prng_below(&p, 100000),
		prng_below(&p, 2) ? "0" : "1,2,3");
	for (unsigned i = 0; i < groups; i++) /* somebody takes calls in each */
		buf_printf(
			&b, "group g%u\nagent v%u contact=10.2.0.%u:5060 groups=g%u\n", i, i, i, i);
	for (unsigned i = 0; i < sounds; i++)
		buf_printf(
			&b, "sound s%u file=\"/srv/%u \\\" \\\\ =.wav\"\n", i, prng_below(&p, 9));
	for (unsigned i = prng_below(&p, 40); i > 0; i--)
		buf_printf(&b,
			"agent a%u channels=%s contact=10.1.0.%u:%u codecs=%s groups=g%u "
			"auto_login=%s\n",
			i, channels[prng_below(&p, 3)], i, 1 + prng_below(&p, 65535),
			prng_below(&p, 2) ? "pcmu" : "pcma,pcmu", prng_below(&p, groups),
			prng_below(&p, 2) ? "true" : "false");
	for (unsigned i = 0; i < queues; i++)
		buf_printf(&b, "queue q%u groups=g%u music=s%u wrap_up=%u record=%s overflow=%s\n",
			i, prng_below(&p, groups), prng_below(&p, sounds), prng_below(&p, 10000),
			prng_below(&p, 2) ? "true" : "false", overflow[prng_below(&p, i ? 3 : 2)]);
	for (unsigned i = prng_below(&p, 9); i > 0; i--)
		buf_printf(&b, "route 49%u* queue=q%u\n", i, prng_below(&p, queues));
	for (unsigned i = prng_below(&p, 4); i > 0; i--)
		buf_printf(&b, "trunk t%u address=10.%u.0.0/16,2001:db8:%u::/48\n", i, i, i);
	buf_put(&b, "", 1);
	assert_int_equal(b.error, 0);
	text = strdup(b.data);
	buf_free(&b);
	return text;
}

static void encode_and_parse_are_inverse(void **state)
{
	for (uint64_t seed = 1; seed <= 200; seed++) {
		char *text = random_text(seed), *first, *second;
		struct td_conf *c = parse(text), *again;

		first = encode(c);
		again = parse(first);
		second = encode(again);
		assert_string_equal(first, second);
		conf_free(c);
		conf_free(again);
		free(text);
		free(first);
		free(second);
	}
}

static void the_difference_makes_new_of_old(void **state)
{
	for (uint64_t seed = 1; seed <= 200; seed++) {
		char *old_text = random_text(seed), *new_text = random_text(seed + 1000);
		struct td_conf *old = parse(old_text), *new = parse(new_text), *got = NULL;
		struct td_text err;
		char *wanted = encode(new), *made;
		struct conf_count count;
		struct td_buf lines;

		buf_init(&lines);
		conf_diff(old, new, &lines);
		assert_int_equal(lines.error, 0);
		if (conf_apply(&got, old, lines.data, lines.len, &err))
			fail_msg("seed %lu: %s", seed, err);
		made = encode(got);
		assert_string_equal(made, wanted);
		buf_reset(&lines);
		count = conf_diff(got, new, &lines);
		assert_int_equal(lines.len, 0);
		assert_int_equal(count.set + count.deleted, 0);
		buf_free(&lines);
		conf_free(old);
		conf_free(new);
		conf_free(got);
		free(old_text);
		free(new_text);
		free(wanted);
		free(made);
	}
}

static void the_difference_is_the_least(void **state)
{
	struct td_conf *old = parse(SMALL), *new = NULL;
	const char *lines = "set queue sales groups=sales music=moh wrap_up=7000\n"
			    "set group late\ndel route 4989100\n";
	struct td_text err;
	struct conf_count count;
	struct td_buf buf;

	assert_int_equal(conf_apply(&new, old, lines, strlen(lines), &err), 0);
	buf_init(&buf);
	count = conf_diff(old, new, &buf);
	buf_put(&buf, "", 1);
	assert_int_equal(count.set, 2);
	assert_int_equal(count.deleted, 1);
	assert_false(count.restart);
	assert_string_equal(buf.data,
		"set group late\n"
		"set queue sales groups=sales strategy=longest-idle music=moh record=false "
		"wrap_up=7000 ring=15000 timeout=0 busy_backoff=5000 max_length=0 "
		"overflow=hangup service_level=20000\n"
		"del route 4989100\n");
	buf_reset(&buf);
	conf_free(new);

	new = parse("site site domain=tandem.example max_calls=9\n");
	assert_true(conf_diff(old, new, &buf).restart);
	conf_free(new);
	new = parse(SITE);
	assert_true(conf_diff(old, new, &buf).restart); /* a port went away */
	buf_free(&buf);
	conf_free(old);
	conf_free(new);
}

static void sorted_objects_of_all_sizes(void **state)
{
	struct td_buf b;
	struct td_conf *c = NULL;
	struct td_text err;

	buf_init(&b);
	buf_str(&b, STR("site site domain=a.example max_groups=2000\n"));
	for (int i = 2000; i > 0; i--)
		buf_printf(&b, "group g%d\n", i);
	assert_int_equal(conf_parse(&c, b.data, b.len, &err), 0);
	assert_int_equal(c->of[TD_KIND_GROUP].count, 2000);
	for (uint32_t i = 1; i < 2000; i++)
		assert_true(strcmp(c->of[TD_KIND_GROUP].group[i - 1].name,
				    c->of[TD_KIND_GROUP].group[i].name) < 0);
	conf_free(c);
	buf_free(&b);
}

static int parse_and_diff(void)
{
	struct td_conf *old = NULL, *new = NULL;
	const char *lines = "set group a\nset group b\nset group c\nset group d\nset group e\n"
			    "set group f\nset group g\nset group h\nset group i\n";
	struct td_text err;
	struct td_buf buf;
	int rc;

	buf_init(&buf);
	rc = conf_parse(&old, SMALL, strlen(SMALL), &err);
	if (rc == 0)
		rc = conf_apply(&new, old, lines, strlen(lines), &err);
	if (rc == 0) {
		conf_diff(old, new, &buf);
		conf_encode(new, &buf);
		rc = buf.error;
	}
	buf_free(&buf);
	conf_free(old);
	conf_free(new);
	return rc;
}

static void parse_survives_oom(void **state)
{
	oom_each(parse_and_diff, -ENOMEM);
}

/* Any prefix and any one changed byte of good text: refused or read, never more. */
static void mutated_text_is_harmless(void **state)
{
	struct prng p;
	size_t len = strlen(SMALL);

	prng_init(&p, 1);
	for (unsigned i = 0; i < 5000; i++) {
		char *text = malloc(len);
		struct td_text err;
		size_t n = prng_below(&p, len + 1);
		struct td_conf *c = NULL;

		memcpy(text, SMALL, len);
		if (n < len)
			text[n] = prng_below(&p, 256);
		if (i % 2)
			n = len;
		conf_parse(&c, text, n, &err);
		conf_free(c);
		free(text);
	}
}

static void every_key_is_documented_and_its_default_is_good(void **state)
{
	union {
		uint64_t align;
		char bytes[8192];
	} object;
	struct td_text err;

	for (unsigned i = 0; i < td_schema_count; i++) {
		const struct conf_key *k = &td_schema[i];

		assert_true(td_kinds[k->kind].size <= sizeof(object));
		assert_ptr_equal(conf_key_lookup(k->kind, str_of(k->name)), k); /* once */
		assert_true(k->help && k->help[strlen(k->help) - 1] == '.');
		assert_true(k->type == CONF_WORD || k->offset + k->size <= td_kinds[k->kind].size);
		if (!k->value || conf_key_is_list(k))
			continue;
		if (!conf_value_decode(k, &object, str_of(k->value), true, &err))
			fail_msg("%s %s: %s", td_kinds[k->kind].name, k->name, err);
	}
}

/* Decodes to its number, and is written as it was read. */
static void word_is(enum td_kind kind, const char *key, const char *word, uint8_t number)
{
	const struct conf_key *k = conf_key_lookup(kind, str_of(key));
	union {
		uint64_t align;
		uint8_t bytes[8192];
	} object = {0};
	struct td_text err;
	struct td_buf out;

	assert_true(conf_value_decode(k, &object, str_of(word), true, &err));
	assert_int_equal(object.bytes[k->offset], number);
	buf_init(&out);
	conf_value_encode(k, &object, &out);
	assert_int_equal(out.len, strlen(word));
	assert_memory_equal(out.data, word, out.len);
	buf_free(&out);
}

static void words_have_the_numbers_of_their_enums(void **state)
{
	word_is(TD_KIND_SITE, "hugepages", "never", TD_HUGEPAGES_NEVER);
	word_is(TD_KIND_SITE, "latency", "balanced", TD_LATENCY_BALANCED);
	word_is(TD_KIND_SITE, "latency", "cpu", TD_LATENCY_CPU);
	word_is(TD_KIND_PORT, "type", "af_xdp", TD_PORT_AF_XDP);
	word_is(TD_KIND_PORT, "type", "memif", TD_PORT_MEMIF);
	word_is(TD_KIND_PORT, "type", "pci", TD_PORT_PCI);
	word_is(TD_KIND_LINK, "layer", "wire", TD_LAYER_WIRE);
	word_is(TD_KIND_TRUNK, "layer", "ip", TD_LAYER_IP);
	word_is(TD_KIND_TRUNK, "policy", "latch", TD_SOURCE_LATCH);
	word_is(TD_KIND_AGENT, "policy", "strict", TD_SOURCE_STRICT);
	word_is(TD_KIND_AGENT, "srtp", "required", TD_SRTP_REQUIRED);
	word_is(TD_KIND_AGENT, "algorithm", "sha256", TD_DIGEST_SHA256);
	word_is(TD_KIND_AGENT, "channels", "voice", 1 << TD_CHANNEL_VOICE);
	word_is(TD_KIND_AGENT, "channels", "message", 1 << TD_CHANNEL_MESSAGE);
	word_is(TD_KIND_QUEUE, "strategy", "longest-idle", TD_STRATEGY_LONGEST_IDLE);
	word_is(TD_KIND_QUEUE, "overflow", "busy", TD_OVERFLOW_BUSY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parse_reads_values_and_defaults),
		cmocka_unit_test(a_server_is_an_address_or_a_name),
		cmocka_unit_test(a_sound_keeps_its_number),
		cmocka_unit_test(sounds_have_a_limit),
		cmocka_unit_test(sounds_keep_the_limit_of_the_start),
		cmocka_unit_test(quotes_and_comments_are_read),
		cmocka_unit_test(bad_text_is_refused_in_one_line),
		cmocka_unit_test(calls_and_tcp_that_can_end_somewhere_are_right),
		cmocka_unit_test(a_part_of_a_word_is_near_it),
		cmocka_unit_test(apply_is_all_or_nothing),
		cmocka_unit_test(encode_and_parse_are_inverse),
		cmocka_unit_test(the_difference_makes_new_of_old),
		cmocka_unit_test(the_difference_is_the_least),
		cmocka_unit_test(sorted_objects_of_all_sizes),
		cmocka_unit_test(parse_survives_oom),
		cmocka_unit_test(mutated_text_is_harmless),
		cmocka_unit_test(every_key_is_documented_and_its_default_is_good),
		cmocka_unit_test(words_have_the_numbers_of_their_enums),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
