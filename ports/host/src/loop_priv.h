/* loop_priv.h - what streams tell their loop. SPDX-License-Identifier: MIT */
#ifndef LOOP_PRIV_H
#define LOOP_PRIV_H

struct netp_loop;

/* The next wait is not to begin with looking (spin.h): what has come was work, not an answer that
 * the peer waits for a reply to, and more of it comes in larger pieces to who sleeps a while. */
void netp_loop_unhurried(struct netp_loop *l);

#endif
