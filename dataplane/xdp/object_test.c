/* SPDX-License-Identifier: BSD-3-Clause */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <tests/unit/unit.h>
#include <dataplane/xdp/object.h>

/* In a directory of the test's own: a build tree in build/, an installation in usr/. */
static const char *const made[] = {"build", "build/engine", "build/engine/host", "build/dataplane",
	"build/dataplane/xdp", "a build", "usr", "usr/sbin", "usr/" BPF_DATADIR,
	"usr/" BPF_DATADIR "/tandem"};
static const char *const objects[] = {"build/dataplane/xdp/xdp.bpf.o",
	"usr/" BPF_DATADIR "/tandem/xdp.bpf.o", "usr/" BPF_DATADIR "/tandem/tc.bpf.o"};
static char root[] = "/tmp/tandem-object-XXXXXX";

static const char *at(const char *path)
{
	static char full[PATH_MAX];

	snprintf(full, sizeof(full), "%s/%s", root, path);
	return full;
}

static int setup(void **state)
{
	if (!mkdtemp(root))
		return -1;
	for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++)
		if (mkdir(at(made[i]), 0700))
			return -1;
	for (size_t i = 0; i < sizeof(objects) / sizeof(objects[0]); i++) {
		FILE *f = fopen(at(objects[i]), "w");

		if (!f || fclose(f))
			return -1;
	}
	return 0;
}

static int teardown(void **state)
{
	for (size_t i = sizeof(objects) / sizeof(objects[0]); i-- > 0;)
		(void)unlink(at(objects[i]));
	for (size_t i = sizeof(made) / sizeof(made[0]); i-- > 0;)
		(void)rmdir(at(made[i]));
	return rmdir(root);
}

static void is_found(const char *program, const char *name, const char *object)
{
	char path[PATH_MAX], exe[PATH_MAX];

	snprintf(exe, sizeof(exe), "%s", at(program));
	assert_int_equal(bpf_object_find(exe, name, path, sizeof(path)), 0);
	assert_string_equal(path, at(object));
}

static void each_program_takes_its_own(void **state)
{
	is_found("build/engine/host/tandem-engine", "xdp", objects[0]);
	is_found("build/bench", "xdp", objects[0]);
	is_found("usr/sbin/tandem-engine", "xdp", objects[1]);
	is_found("usr/sbin/tandem-engine (deleted)", "tc", objects[2]); /* as the kernel says it */
}

static void missing_is_said(void **state)
{
	char path[PATH_MAX], exe[PATH_MAX];
	struct td_text err = {0};

	snprintf(exe, sizeof(exe), "%s", at("build/engine/host/tandem-engine"));
	assert_int_equal(bpf_object_find(exe, "tc", path, sizeof(path)), -ENOENT);
	assert_int_equal(bpf_object_find("tandem-engine", "tc", path, sizeof(path)), -ENOENT);
	assert_int_equal(bpf_object_path("no-such", path, sizeof(path), &err), -ENOENT);
	assert_non_null(strstr(err.s, "no-such.bpf.o"));
	assert_non_null(strstr(err.s, "object_test"));
}

static void long_path_is_refused(void **state)
{
	char path[8], exe[PATH_MAX], longer[PATH_MAX + 2];

	snprintf(exe, sizeof(exe), "%s", at("usr/sbin/tandem-engine"));
	assert_int_equal(bpf_object_find(exe, "xdp", path, sizeof(path)), -ENAMETOOLONG);
	memset(longer, '/', sizeof(longer));
	longer[sizeof(longer) - 1] = '\0';
	assert_int_equal(bpf_object_find(longer, "xdp", path, sizeof(path)), -ENAMETOOLONG);
}

/* A tree that moves after a directory was renamed: the space is no obstacle. */
static void moved_tree_takes_its_own(void **state)
{
	char from[PATH_MAX];

	snprintf(from, sizeof(from), "%s", at("build"));
	assert_int_equal(rename(from, at("a build")), 0);
	is_found("a build/engine/host/tandem-engine", "xdp", "a build/dataplane/xdp/xdp.bpf.o");
	snprintf(from, sizeof(from), "%s", at("a build"));
	assert_int_equal(rename(from, at("build")), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_program_takes_its_own),
		cmocka_unit_test(missing_is_said),
		cmocka_unit_test(long_path_is_refused),
		cmocka_unit_test(moved_tree_takes_its_own),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
