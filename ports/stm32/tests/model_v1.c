/* model_v1.c - registers and descriptors of the model, F107 to F7. SPDX-License-Identifier: MIT */
#include "../eth/eth_v1_regs.h"
#include "model_mac.h"

#define NORMAL   (V1_DMASR_TS | V1_DMASR_TBUS | V1_DMASR_RS)
#define ABNORMAL (V1_DMASR_RBUS | V1_DMASR_FBES)

struct model_setting mac_setting(const struct model *m)
{
    const uint32_t *r = m->acting;
    uint32_t cr = r[V1_MACCR / 4], filter = r[V1_MACFFR / 4], mode = m->reg[V1_DMAOMR / 4];

    return (struct model_setting){
        .rx = (cr & V1_MACCR_RE) != 0 && (mode & V1_DMAOMR_SR) != 0,
        .tx = (cr & V1_MACCR_TE) != 0 && (mode & V1_DMAOMR_ST) != 0,
        .whole = (mode & V1_DMAOMR_RSF) != 0 && (mode & V1_DMAOMR_TSF) != 0,
        .fast = (cr & V1_MACCR_FES) != 0,
        .full = (cr & V1_MACCR_DM) != 0,
        .loop = (cr & V1_MACCR_LM) != 0,
        .checks = (cr & V1_MACCR_IPCO) != 0,
        .promiscuous = (filter & V1_MACFFR_PM) != 0,
        .all_groups = (filter & V1_MACFFR_PAM) != 0,
        .by_hash = (filter & V1_MACFFR_HM) != 0,
        .hash = (uint64_t)r[V1_MACHTHR / 4] << 32 | r[V1_MACHTLR / 4],
    };
}

uint32_t mac_own_word(void)
{
    return 0;
}

bool mac_drops_when_starved(void)
{
    return true;
}

static uint32_t stride(struct model *m)
{
    return 16 + (*model_reg(m, V1_DMABMR) >> 2 & 31) * 4;
}

bool mac_rx_fetch(struct model *m, struct model_desc *d)
{
    bool ok = true;

    d->at = m->rx_at;
    d->word = model_load(m, d->at, &ok);
    d->own = (d->word & V1_RDES0_OWN) != 0;
    d->n = model_load(m, d->at + 4, &ok) & V1_RDES1_RBS;
    d->buf = model_load(m, d->at + 8, &ok);
    return ok;
}

bool mac_tx_fetch(struct model *m, struct model_desc *d)
{
    bool ok = true;

    d->at = m->tx_at;
    d->word = model_load(m, d->at, &ok);
    d->own = (d->word & V1_TDES0_OWN) != 0;
    d->first = (d->word & V1_TDES0_FS) != 0;
    d->last = (d->word & V1_TDES0_LS) != 0;
    d->interrupt = (d->word & V1_TDES0_IC) != 0;
    d->checksums = d->word >> 22 & 3;
    d->n = model_load(m, d->at + 4, &ok) & V1_TDES1_TBS;
    d->buf = model_load(m, d->at + 8, &ok);
    return ok;
}

bool mac_rx_done(struct model *m, const struct model_desc *d, const struct model_verdict *v)
{
    bool ok = true;
    uint32_t control = model_load(m, d->at + 4, &ok);
    uint32_t status = m->rx_done << 16;

    status |= v->first ? V1_RDES0_FS : 0;
    status |= v->last ? V1_RDES0_LS : 0;
    status |= v->bad_fcs ? V1_RDES0_ES | V1_RDES0_CE : 0;
    status |= v->ip ? V1_RDES0_FT : 0;
    status |= v->bad_header ? V1_RDES0_IPHCE : 0;
    status |= v->bad_payload ? V1_RDES0_PCE : 0;
    model_put(m, d->at, status, &ok);
    if (control & V1_RDES1_RCH) {
        m->rx_at = model_load(m, d->at + 12, &ok);
    } else {
        m->rx_at = control & V1_RDES1_RER ? *model_reg(m, V1_DMARDLAR) : d->at + stride(m);
    }
    return ok;
}

bool mac_tx_done(struct model *m, const struct model_desc *d, bool error)
{
    bool ok = true;

    model_put(m, d->at, (d->word & 0x70fc0000u) | (error ? V1_TDES0_ES : 0), &ok);
    if (d->word & V1_TDES0_TCH) {
        m->tx_at = model_load(m, d->at + 12, &ok);
    } else {
        m->tx_at = d->word & V1_TDES0_TER ? *model_reg(m, V1_DMATDLAR) : d->at + stride(m);
    }
    return ok;
}

void mac_raise(struct model *m, enum model_event event)
{
    static const uint32_t bits[] = {V1_DMASR_RS, V1_DMASR_RBUS, V1_DMASR_TS, V1_DMASR_TBUS,
                                    V1_DMASR_FBES};

    *model_reg(m, V1_DMASR) |= bits[event];
}

bool mac_line(struct model *m)
{
    uint32_t *status = model_reg(m, V1_DMASR);
    uint32_t enabled = *model_reg(m, V1_DMAIER), on = *status & enabled;

    *status |= on & NORMAL ? V1_DMASR_NIS : 0;
    *status |= on & ABNORMAL ? V1_DMASR_AIS : 0;
    return (*status & enabled & (V1_DMASR_NIS | V1_DMASR_AIS)) != 0;
}

uint32_t mac_read(struct model *m, uint32_t offset)
{
    uint32_t value;

    if (offset == V1_DMABMR && m->resetting > 0 && !m->no_clock &&
        !(m->phy.lends_clock && m->phy.reg[0] & 0x0800) && --m->resetting == 0) {
        *model_reg(m, V1_DMABMR) &= ~V1_DMABMR_SR;
    }
    if (offset == V1_MACMIIAR && m->transferring > 0 && --m->transferring == 0) {
        *model_reg(m, V1_MACMIIAR) &= ~V1_MACMIIAR_MB;
    }
    if (offset == V1_DMAMFBOCR) {
        value = (m->overflowed & 0x7ff) << 17 | (m->missed & 0xffff);
        m->overflowed = m->missed = 0;
        return value;
    }
    return *model_reg(m, offset);
}

static void transfer(struct model *m, uint32_t command)
{
    unsigned phy = command >> 11 & 31, reg = command >> 6 & 31;

    phy_clock(m, 216, command >> 2 & 7); /* of an F7 */
    *model_reg(m, V1_MACMIIAR) = command;
    m->transferring = 3;
    if (command & V1_MACMIIAR_MW) {
        phy_write(m, phy, reg, (uint16_t)*model_reg(m, V1_MACMIIDR));
    } else {
        *model_reg(m, V1_MACMIIDR) = phy_read(m, phy, reg);
    }
}

/* The erratum: the MAC does not notice a second write too soon, although that is read back. */
static void act(struct model *m, uint32_t offset, uint32_t value)
{
    if (m->slow == 0 || m->slow_offset != offset) {
        m->acting[offset / 4] = value;
    }
    m->slow = 100;
    m->slow_offset = offset;
}

static void set_mode(struct model *m, uint32_t value)
{
    uint32_t on = value & ~*model_reg(m, V1_DMAOMR);

    *model_reg(m, V1_DMAOMR) = value & ~V1_DMAOMR_FTF;
    if (on & V1_DMAOMR_SR) {
        m->rx_asleep = false;
    }
    if (on & V1_DMAOMR_ST) {
        m->tx_asleep = false;
    }
}

void mac_write(struct model *m, uint32_t offset, uint32_t value)
{
    switch (offset) {
    case V1_DMASR:
        *model_reg(m, offset) &= ~(value & V1_DMASR_W1C);
        return;
    case V1_DMABMR:
        if (value & V1_DMABMR_SR) {
            model_reset(m);
        }
        break;
    case V1_MACMIIAR:
        if (value & V1_MACMIIAR_MB) {
            transfer(m, value);
            return;
        }
        break;
    case V1_MACA0LR:
        m->address[0] = value;
        m->address[1] = *model_reg(m, V1_MACA0HR);
        break;
    case V1_DMAOMR:
        set_mode(m, value);
        return;
    case V1_DMARDLAR:
    case V1_DMATDLAR:
        model_list(m, offset == V1_DMARDLAR, value);
        break;
    case V1_MACCR:
    case V1_MACFFR:
    case V1_MACHTHR:
    case V1_MACHTLR:
        act(m, offset, value);
        break;
    case V1_DMARPDR:
    case V1_DMATPDR:
        model_doorbell(m, offset == V1_DMARPDR);
        return;
    default:
        break;
    }
    *model_reg(m, offset) = value;
}
