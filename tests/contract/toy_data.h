/* tests/contract/toy_data.h - a toy of FTP's shape, to try the contract with: a control connection
 * whose commands make the application open and close data connections.
 *
 * SPDX-License-Identifier: MIT
 *
 *     C: LISTEN               the server shall listen ...
 *     S: 227 5000             ... and does; the client connects there and asks
 *     C: RETR a
 *     S: 150 go               bytes cross on the data connection, whose end is the end of the file
 *     S: 226 done
 *     C: PORT 6000            or the client listens, and the server connects after its 150
 *     S: 200 ok
 *     C: STOR b
 *     C: ABOR                 may come at any time
 *     S: 426 aborted
 *     S: 226 aborted
 *
 * The machine is the control connection. Data connections belong to the application and carry plain
 * bytes, so the machine never sees them: it says what is to be done with which (by number) and is
 * told what has happened. */
#ifndef CONTRACT_TOY_DATA_H
#define CONTRACT_TOY_DATA_H

#include <netproto/line.h>

#define DATA_TX_MIN 64 /* bytes that cfg.tx must have: all replies that can be due at a time */

enum data_role { DATA_CLIENT = 1, DATA_SERVER };

struct netp_data_cfg {
    enum data_role role;
    char *line; /* one received line */
    size_t line_n;
    char *tx; /* lines that wait to be sent */
    size_t txlen;
    uint32_t wait_ms; /* longest wait for a reply or for the data connection; not 0 */
};

enum {
    DATA_REQUEST = 1, /* server: name, put; answer with _accept() or _refuse() */
    DATA_LISTEN,      /* listen for data connection `conn`; answer _listening() or _failed() */
    DATA_OPEN,        /* connect it to `port`; answer _opened() or _failed() */
    DATA_START,       /* move bytes over `conn`, to the peer if `send`; end with _done() */
    DATA_CLOSE,       /* drop `conn` and its listener at once, whatever it was doing */
    DATA_DONE,        /* client: the transfer has ended, ok or with `code`, 0: no reply */
    DATA_EOF          /* the control connection has ended between two commands; once */
};

struct netp_data_ev {
    int type;
    unsigned conn; /* numbers rise: what is said of one that is gone is NETP_E_STATE */
    uint16_t port, code;
    bool put, send, ok;
    struct netp_str name; /* [m], until the request is answered */
};

struct netp_data {
    struct netp_data_cfg cfg_;
    struct netp_fail fail_;
    struct netp_line line_;
    struct netp_str held_; /* a line that is not yet dealt with */
    netp_ms clock_, deadline_;
    uint64_t off_;
    size_t tx_n_;
    const char *name_; /* client: of the file */
    size_t name_n_;
    unsigned conn_, close_;
    uint16_t port_, code_;
    uint8_t state_, data_, due_, pending_;
    bool put_, moved_, aborted_, held_line_, eof_, finish_, finished_;
};

int netp_data_init_(struct netp_data *m, size_t size, const struct netp_data_cfg *cfg, netp_ms now);
#define netp_data_init(m, cfg, now) netp_data_init_((m), sizeof *(m), (cfg), (now))

/* Failures: NETP_E_SYNTAX, NETP_E_LIMIT (a line), NETP_E_TIMEOUT (client: no reply),
 * NETP_E_TRUNCATED, NETP_E_IO. No DATA_CLOSE follows: drop the data connection that is open. */
int netp_data_next(struct netp_data *m, struct netp_in *in, netp_ms now, struct netp_data_ev *ev);
size_t netp_data_out(const struct netp_data *m, struct netp_out *v, size_t nv);
void netp_data_sent(struct netp_data *m, size_t n, netp_ms now);
netp_ms netp_data_deadline(const struct netp_data *m);
unsigned netp_data_want(const struct netp_data *m);
const struct netp_fail *netp_data_fail(const struct netp_data *m);
extern const struct netp_ops netp_data_ops;

/* Client. name[0..n) stays yours to keep until DONE. NETP_E_STATE: a transfer is on; NETP_E_ARG: a
 * control byte; NETP_E_NOSPACE: the name is too long. */
int netp_data_transfer(struct netp_data *m, const char *name, size_t n, bool put, bool active,
                       netp_ms now);
int netp_data_abort(struct netp_data *m, netp_ms now); /* NETP_E_STATE: nothing was asked for */
int netp_data_quit(struct netp_data *m, netp_ms now);

/* Server. */
int netp_data_accept(struct netp_data *m, netp_ms now);
int netp_data_refuse(struct netp_data *m, netp_ms now);

/* Both, about data connection `conn`. NETP_E_STATE: it is not wanted any more; close it. */
int netp_data_listening(struct netp_data *m, unsigned conn, uint16_t port, netp_ms now);
int netp_data_opened(struct netp_data *m, unsigned conn, netp_ms now);
int netp_data_failed(struct netp_data *m, unsigned conn, netp_ms now);
int netp_data_done(struct netp_data *m, unsigned conn, bool ok, netp_ms now);

/* Half-closes when all is sent; NETP_E_STATE before EOF. */
int netp_data_finish(struct netp_data *m, netp_ms now);

#endif
