/* netp_chaos.c - a relay that treats datagrams and connections as a bad network does.
 * SPDX-License-Identifier: MIT */
#include "chaos.h"

#include <errno.h>
#include <getopt.h>
#include <netproto/addr.h>
#include <netproto/text.h>
#include <stdio.h>
#include <string.h>

static const char help[] =
    "usage: netp_chaos --udp|--tcp --to ADDR:PORT [OPTION]...\n"
    "Relay between clients and a server as a bad network does; TFTP's change of port is kept.\n\n"
    "      --udp, --tcp         what to relay\n"
    "      --listen ADDR:PORT   for the clients (127.0.0.1:0); it is printed\n"
    "      --to ADDR:PORT       the server\n"
    "      --seed N             of the dice (1): the same for the same seed, in each direction of\n"
    "                           the first, the second, ... client\n"
    "      --delay MS           hold each datagram or piece back, up to so long (0)\n"
    "      --loss PCT           datagrams that are lost (0)\n"
    "      --dup PCT            datagrams that come twice (0)\n"
    "      --reorder PCT        datagrams that later ones overtake (0)\n"
    "      --split BYTES        TCP: pass on in pieces of up to so many bytes\n"
    "      --cut-after BYTES    TCP: close both sides when so many have passed, both ways\n"
    "      --reset-after BYTES  TCP: the same with a reset\n"
    "      --help\n\n"
    "It runs until SIGINT or SIGTERM, and then tells what it did.\n";

enum {
    OPT_UDP = 256,
    OPT_TCP,
    OPT_LISTEN,
    OPT_TO,
    OPT_SEED,
    OPT_DELAY,
    OPT_LOSS,
    OPT_DUP,
    OPT_REORDER,
    OPT_SPLIT,
    OPT_CUT,
    OPT_RESET,
    OPT_HELP
};

static const struct option longs[] = {{"udp", no_argument, NULL, OPT_UDP},
                                      {"tcp", no_argument, NULL, OPT_TCP},
                                      {"listen", required_argument, NULL, OPT_LISTEN},
                                      {"to", required_argument, NULL, OPT_TO},
                                      {"seed", required_argument, NULL, OPT_SEED},
                                      {"delay", required_argument, NULL, OPT_DELAY},
                                      {"loss", required_argument, NULL, OPT_LOSS},
                                      {"dup", required_argument, NULL, OPT_DUP},
                                      {"reorder", required_argument, NULL, OPT_REORDER},
                                      {"split", required_argument, NULL, OPT_SPLIT},
                                      {"cut-after", required_argument, NULL, OPT_CUT},
                                      {"reset-after", required_argument, NULL, OPT_RESET},
                                      {"help", no_argument, NULL, OPT_HELP},
                                      {0}};

/* --- dice ------------------------------------------------------------------------------------ */

bool chaos_chance(struct decision *dice, uint64_t percent)
{
    return decide(dice, 100) >= 100 - percent;
}

void chaos_dice(const struct chaos *c, struct decision *dice, unsigned client, unsigned direction)
{
    decision_seed(dice, c->seed * 1000003 + 2 * client + direction);
}

netp_ms chaos_delay(const struct chaos *c, struct decision *dice)
{
    return decide(dice, (uint32_t)c->delay_ms + 1);
}

/* --- options --------------------------------------------------------------------------------- */

static bool number(const char *s, uint64_t max, uint64_t *v)
{
    return netp_parse_dec(netp_str_of(s), max, v) == NETP_OK;
}

static bool option(struct chaos *c, int opt, const char *value)
{
    switch (opt) {
    case OPT_LISTEN:
        return netp_addr_parse(netp_str_of(value), &c->listen) == NETP_OK;
    case OPT_TO:
        return netp_addr_parse(netp_str_of(value), &c->to) == NETP_OK && c->to.port;
    case OPT_SEED:
        return number(value, UINT64_MAX, &c->seed);
    case OPT_DELAY:
        return number(value, 60000, &c->delay_ms);
    case OPT_LOSS:
        return number(value, 100, &c->loss);
    case OPT_DUP:
        return number(value, 100, &c->dup);
    case OPT_REORDER:
        return number(value, 100, &c->reorder);
    case OPT_SPLIT:
        return number(value, 1 << 20, &c->split) && c->split;
    case OPT_CUT:
        return number(value, UINT64_MAX, &c->cut_after);
    default:
        return number(value, UINT64_MAX, &c->reset_after);
    }
}

/* --- the program ----------------------------------------------------------------------------- */

static void on_signal(void *arg, int sig)
{
    (void)sig;
    netp_loop_stop(arg);
}

static void tell(const struct chaos *c, bool tcp)
{
    printf("seed %llu: %u clients, %llu bytes in %u %s", (unsigned long long)c->seed, c->clients,
           (unsigned long long)c->bytes, c->passed, tcp ? "pieces" : "datagrams");
    if (tcp) {
        printf(", %u cut, %u reset\n", c->cut, c->reset);
    } else {
        printf(", %u lost, %u repeated, %u reordered\n", c->lost, c->repeated, c->late);
    }
}

static int relay(struct chaos *c, bool tcp)
{
    char text[NETP_ADDR_CAP];
    struct netp_addr where;

    c->loop = netp_loop_new();
    if (!c->loop || netp_loop_signals(c->loop, on_signal, c->loop) != 0) {
        perror("netp_chaos");
        return 1;
    }
    where = tcp ? chaos_tcp_open(c) : chaos_udp_open(c);
    if (where.fam == 0) {
        perror("netp_chaos: --listen");
        return 1;
    }
    netp_addr_format(&where, text);
    printf("listening on %s\n", text);
    fflush(stdout);
    netp_loop_run(c->loop);
    tell(c, tcp);
    (tcp ? chaos_tcp_close : chaos_udp_close)();
    netp_loop_free(c->loop);
    return 0;
}

int main(int argc, char **argv)
{
    struct chaos c = {.listen = {{127, 0, 0, 1}, 0, 0, 4},
                      .seed = 1,
                      .cut_after = NETP_NEVER,
                      .reset_after = NETP_NEVER};
    bool udp = false, tcp = false;
    int opt;

    while ((opt = getopt_long(argc, argv, "", longs, NULL)) != -1) {
        if (opt == OPT_HELP) {
            fputs(help, stdout);
            return 0;
        }
        udp |= opt == OPT_UDP;
        tcp |= opt == OPT_TCP;
        if (opt == '?' || (opt >= OPT_LISTEN && !option(&c, opt, optarg))) {
            fprintf(stderr, "netp_chaos: '%s' is no good; try 'netp_chaos --help'\n",
                    argv[optind - 1]);
            return 2;
        }
    }
    if (udp == tcp || !c.to.fam || optind < argc) {
        fputs("netp_chaos: --udp or --tcp, and --to, are needed; try 'netp_chaos --help'\n",
              stderr);
        return 2;
    }
    return relay(&c, tcp);
}
