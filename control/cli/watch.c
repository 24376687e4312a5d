/* SPDX-License-Identifier: BSD-3-Clause */
#include <control/cli/watch.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>

static volatile sig_atomic_t stopped;

static void stop(int number)
{
	(void)number;
	stopped = 1;
}

void watch_run(double seconds, double times, bool (*draw)(void *ctx), void *ctx)
{
	struct sigaction action = {.sa_handler = stop}, before;
	struct timespec pause;
	bool more = true;

	stopped = 0;
	sigaction(SIGINT, &action, &before);
	setvbuf(stdout, NULL, _IOFBF, 1 << 16); /* a picture is whole before it is seen */
	pause.tv_sec = (time_t)seconds;
	pause.tv_nsec = (long)((seconds - (double)pause.tv_sec) * 1e9);
	for (double n = 0; !stopped && more && (times == 0 || n < times); n++) {
		if (n > 0)
			nanosleep(&pause, NULL);
		if (!stopped)
			more = draw(ctx);
	}
	sigaction(SIGINT, &before, NULL);
}
