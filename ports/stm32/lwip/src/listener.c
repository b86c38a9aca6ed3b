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

err_t netp_lwip_on_segment(const struct tcp_pcb *pcb, const struct pbuf *p)
{
    if (pcb->state == LISTEN) {
        for (struct tcp_pcb *other = tcp_active_pcbs; other; other = other->next) {
            if (other->state == SYN_RCVD) {
                tcp_setprio(other, TCP_PRIO_MIN);
            }
        }
        return ERR_OK;
    }
    if (pcb->state == SYN_RCVD) { /* confirmed; if not, the next request lowers it again */
        tcp_setprio(LWIP_CONST_CAST(struct tcp_pcb *, pcb), TCP_PRIO_NORMAL);
    }
    return (p->flags & NETP_LWIP_SCARCE) && p->tot_len > 0 && pcb->rcv_wnd < TCP_WND_MAX(pcb)
               ? ERR_MEM
               : ERR_OK;
}
