/* model_v2.c - registers and descriptors of the model, H7. SPDX-License-Identifier: MIT */
#include "../eth/eth_v2_regs.h"
#include "model_mac.h"

#define NORMAL   (V2_DMACSR_TI | V2_DMACSR_TBU | V2_DMACSR_RI)
#define ABNORMAL (V2_DMACSR_RBU | V2_DMACSR_FBE)

struct model_setting mac_setting(const struct model *m)
{
    const uint32_t *r = m->reg;
    uint32_t cr = r[V2_MACCR / 4], filter = r[V2_MACPFR / 4];

    return (struct model_setting){
        .rx = (cr & V2_MACCR_RE) != 0 && (r[V2_DMACRCR / 4] & V2_DMACRCR_SR) != 0,
        .tx = (cr & V2_MACCR_TE) != 0 && (r[V2_DMACTCR / 4] & V2_DMACTCR_ST) != 0,
        .whole = (r[V2_MTLRQOMR / 4] & V2_MTLRQOMR_RSF) != 0 &&
                 (r[V2_MTLTQOMR / 4] & V2_MTLTQOMR_TSF) != 0,
        .fast = (cr & V2_MACCR_FES) != 0,
        .full = (cr & V2_MACCR_DM) != 0,
        .loop = (cr & V2_MACCR_LM) != 0,
        .checks = (cr & V2_MACCR_IPC) != 0,
        .promiscuous = (filter & V2_MACPFR_PR) != 0,
        .all_groups = (filter & V2_MACPFR_PM) != 0,
        .by_hash = (filter & V2_MACPFR_HMC) != 0,
        .hash = (uint64_t)r[V2_MACHT1R / 4] << 32 | r[V2_MACHT0R / 4],
    };
}

uint32_t mac_own_word(void)
{
    return 12;
}

bool mac_drops_when_starved(void)
{
    return false;
}

static uint32_t next(struct model *m, uint32_t at, uint32_t first, uint32_t last_number)
{
    uint32_t stride = 16 + (*model_reg(m, V2_DMACCR) >> 18 & 7) * 4;

    return at == first + last_number * stride ? first : at + stride;
}

bool mac_rx_fetch(struct model *m, struct model_desc *d)
{
    bool ok = true;

    d->at = m->rx_at;
    d->buf = model_load(m, d->at, &ok);
    d->word = model_load(m, d->at + 12, &ok);
    d->n = *model_reg(m, V2_DMACRCR) >> 1 & 0x3fff;
    d->own = d->word & V2_RDES3_OWN && d->at != *model_reg(m, V2_DMACRDTPR);
    return ok;
}

bool mac_tx_fetch(struct model *m, struct model_desc *d)
{
    bool ok = true;
    uint32_t lengths;

    d->at = m->tx_at;
    d->buf = model_load(m, d->at, &ok);
    d->buf2 = model_load(m, d->at + 4, &ok);
    lengths = model_load(m, d->at + 8, &ok);
    d->word = model_load(m, d->at + 12, &ok);
    d->n = V2_TDES2_B1L(lengths);
    d->n2 = V2_TDES2_B2L(lengths);
    d->interrupt = (lengths & V2_TDES2_IOC) != 0;
    d->first = (d->word & V2_TDES3_FD) != 0;
    d->last = (d->word & V2_TDES3_LD) != 0;
    d->checksums = d->word >> 16 & 3;
    d->own = d->word & V2_TDES3_OWN && d->at != *model_reg(m, V2_DMACTDTPR);
    return ok;
}

bool mac_rx_done(struct model *m, const struct model_desc *d, const struct model_verdict *v)
{
    bool ok = true;
    uint32_t status = m->rx_done;

    status |= v->first ? V2_RDES3_FD : 0;
    status |= v->last ? V2_RDES3_LD : 0;
    status |= v->bad_fcs ? V2_RDES3_ES | V2_RDES3_CE : 0;
    status |= v->ip ? V2_RDES3_RS1V : 0;
    model_put(m, d->at + 4,
              (v->bad_header ? V2_RDES1_IPHE : 0) | (v->bad_payload ? V2_RDES1_IPCE : 0), &ok);
    model_put(m, d->at + 12, status, &ok);
    m->rx_at = next(m, d->at, *model_reg(m, V2_DMACRDLAR), *model_reg(m, V2_DMACRDRLR));
    return ok;
}

bool mac_tx_done(struct model *m, const struct model_desc *d, bool error)
{
    bool ok = true;

    model_put(m, d->at + 12, (d->word & (V2_TDES3_FD | V2_TDES3_LD)) | (error ? V2_TDES3_ES : 0),
              &ok);
    m->tx_at = next(m, d->at, *model_reg(m, V2_DMACTDLAR), *model_reg(m, V2_DMACTDRLR));
    return ok;
}

void mac_raise(struct model *m, enum model_event event)
{
    static const uint32_t bits[] = {V2_DMACSR_RI, V2_DMACSR_RBU, V2_DMACSR_TI, V2_DMACSR_TBU,
                                    V2_DMACSR_FBE};

    *model_reg(m, V2_DMACSR) |= bits[event];
}

bool mac_line(struct model *m)
{
    uint32_t *status = model_reg(m, V2_DMACSR);
    uint32_t enabled = *model_reg(m, V2_DMACIER), on = *status & enabled;

    *status |= on & NORMAL ? V2_DMACSR_NIS : 0;
    *status |= on & ABNORMAL ? V2_DMACSR_AIS : 0;
    return (*status & enabled & (V2_DMACSR_NIS | V2_DMACSR_AIS)) != 0;
}

uint32_t mac_read(struct model *m, uint32_t offset)
{
    uint32_t value;

    if (offset == V2_DMAMR && m->resetting > 0 && !m->no_clock &&
        !(m->phy.lends_clock && m->phy.reg[0] & 0x0800) && --m->resetting == 0) {
        *model_reg(m, V2_DMAMR) &= ~V2_DMAMR_SWR;
    }
    if (offset == V2_MACMDIOAR && m->transferring > 0 && --m->transferring == 0) {
        *model_reg(m, V2_MACMDIOAR) &= ~V2_MACMDIOAR_MB;
    }
    if (offset == V2_MTLRQMPOCR) {
        value = m->overflowed & 0x7ff;
        m->overflowed = m->missed = 0;
        return value;
    }
    return *model_reg(m, offset);
}

static void transfer(struct model *m, uint32_t command)
{
    unsigned phy = command >> 21 & 31, reg = command >> 16 & 31;

    phy_clock(m, 300, command >> 8 & 15);
    *model_reg(m, V2_MACMDIOAR) = command;
    m->transferring = 3;
    if ((command & V2_MACMDIOAR_READ) == V2_MACMDIOAR_WRITE) {
        phy_write(m, phy, reg, (uint16_t)*model_reg(m, V2_MACMDIODR));
    } else {
        *model_reg(m, V2_MACMDIODR) = phy_read(m, phy, reg);
    }
}

void mac_write(struct model *m, uint32_t offset, uint32_t value)
{
    uint32_t on = value & ~*model_reg(m, offset);

    switch (offset) {
    case V2_DMACSR:
        *model_reg(m, offset) &= ~(value & V2_DMACSR_W1C);
        return;
    case V2_DMAMR:
        if (value & V2_DMAMR_SWR) {
            model_reset(m);
        }
        break;
    case V2_MACMDIOAR:
        if (value & V2_MACMDIOAR_MB) {
            transfer(m, value);
            return;
        }
        break;
    case V2_MACA0LR:
        m->address[0] = value;
        m->address[1] = *model_reg(m, V2_MACA0HR);
        break;
    case V2_DMACRCR:
        if (on & V2_DMACRCR_SR) {
            m->rx_asleep = false;
        }
        break;
    case V2_DMACTCR:
        if (on & V2_DMACTCR_ST) {
            m->tx_asleep = false;
        }
        break;
    case V2_DMACRDLAR:
    case V2_DMACTDLAR:
        model_list(m, offset == V2_DMACRDLAR, value);
        break;
    case V2_DMACRDTPR:
    case V2_DMACTDTPR:
        model_doorbell(m, offset == V2_DMACRDTPR);
        break;
    case V2_MTLTQOMR:
        value &= ~V2_MTLTQOMR_FTQ;
        break;
    default:
        break;
    }
    *model_reg(m, offset) = value;
}
