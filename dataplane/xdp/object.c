/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <dataplane/xdp/object.h>

/* Below a directory that also holds the executable, or absolute where the build was told so. */
static const char *const folders[] = {"dataplane/xdp", BPF_DATADIR "/tandem"};
#define FOLDERS (sizeof(folders) / sizeof(folders[0]))

/* 0, -ENOENT or -ENAMETOOLONG. */
static int bpf_object_try(
	const char *dir, const char *folder, const char *name, char *path, size_t size)
{
	int n = folder[0] == '/' ? snprintf(path, size, "%s/%s.bpf.o", folder, name)
				 : snprintf(path, size, "%s/%s/%s.bpf.o", dir, folder, name);

	if (n < 0 || (size_t)n >= size)
		return -ENAMETOOLONG;
	return access(path, R_OK) ? -ENOENT : 0;
}

int bpf_object_find(const char *program, const char *name, char *path, size_t size)
{
	char dir[PATH_MAX];
	char *end;

	if ((size_t)snprintf(dir, sizeof(dir), "%s", program) >= sizeof(dir))
		return -ENAMETOOLONG;
	while ((end = strrchr(dir, '/'))) {
		*end = '\0';
		for (size_t i = 0; i < FOLDERS; i++) {
			int rc = bpf_object_try(dir, folders[i], name, path, size);

			if (rc != -ENOENT)
				return rc;
		}
	}
	return -ENOENT;
}

int bpf_object_path(const char *name, char *path, size_t size, struct td_text *err)
{
	char self[PATH_MAX] = "";
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	int rc = n < 0 ? -errno : bpf_object_find(self, name, path, size);

	if (rc)
		td_text_set(err,
			"%s.bpf.o is not found in %s or %s above %s (%s); build or install again",
			name, folders[0], folders[1], self, strerror(-rc));
	return rc;
}
