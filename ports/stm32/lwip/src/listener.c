/* listener.c - who takes connections. SPDX-License-Identifier: MIT */
#include <lwip/priv/tcp_priv.h>
#include <lwip/tcp.h>
#include <netproto/lwip/tcp.h>

static err_t on_accepted(void *arg, struct tcp_pcb *pcb, err_t err)
{
    struct netp_lwip_listener *l = arg;

    if (err != ERR_OK || !pcb) {
        return ERR_VAL; /* lwIP had no memory for it */
    }
    if (!l->accepted(l->arg, pcb)) {
        l->refused++;
        return ERR_MEM; /* lwIP resets it */
    }
    return ERR_OK;
}

int netp_lwip_listen(struct netp_lwip_listener *l, uint16_t port)
{
    struct tcp_pcb *pcb = tcp_new_ip_type(IPADDR_TYPE_ANY), *listening;

    if (!pcb) {
        return NETP_E_NOSPACE;
    }
    if (tcp_bind(pcb, IP_ANY_TYPE, port) != ERR_OK) {
        tcp_close(pcb);
        return NETP_E_IO;
    }
    if (!(listening = tcp_listen(pcb))) {
        tcp_close(pcb);
        return NETP_E_NOSPACE;
    }
    tcp_arg(listening, l);
    tcp_accept(listening, on_accepted);
    return NETP_OK;
}

static void half_open_first(void)
{
    for (struct tcp_pcb *pcb = tcp_active_pcbs; pcb; pcb = pcb->next) {
        if (pcb->state == SYN_RCVD) {
            tcp_setprio(pcb, TCP_PRIO_MIN);
        }
    }
}

/* RFC 1122 section 4.2.2.13: a peer may use the port of a connection that is over for another. */
static bool is_another(const struct tcp_pcb *pcb, const struct tcp_hdr *hdr)
{
    return pcb->state == TIME_WAIT && (TCPH_FLAGS(hdr) & TCP_SYN) &&
           TCP_SEQ_GT(hdr->seqno, pcb->rcv_nxt);
}

err_t netp_lwip_on_segment(struct tcp_pcb *pcb, const struct tcp_hdr *hdr, const struct pbuf *p)
{
    if (pcb->state == LISTEN) {
        half_open_first();
        return ERR_OK;
    }
    if (pcb->state == SYN_RCVD) { /* confirmed; if not, the next request lowers it again */
        tcp_setprio(pcb, TCP_PRIO_NORMAL);
    }
    if (is_another(pcb, hdr)) {
        tcp_abort(pcb); /* the peer asks again in a second */
        return ERR_ABRT;
    }
    return (p->flags & NETP_LWIP_SCARCE) && p->tot_len > 0 && pcb->rcv_wnd < TCP_WND_MAX(pcb)
               ? ERR_MEM
               : ERR_OK;
}
