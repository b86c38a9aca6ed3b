/* model_port.h - NETP_ETH_PORT_H for a host: the driver's processor is the model.
 *
 * SPDX-License-Identifier: MIT */
#ifndef NETP_MODEL_PORT_H
#define NETP_MODEL_PORT_H

#include "model.h"

extern struct model model;

#define NETP_ETH_READ(address)         model_read(&model, (uint32_t)(address)-model.base)
#define NETP_ETH_WRITE(address, value) model_write(&model, (uint32_t)(address)-model.base, (value))
#define NETP_ETH_STORE(word, value)    model_store(&model, (word), (value))
#define NETP_ETH_BARRIER()             model_barrier(&model)
#define NETP_ETH_CLEAN(p, n)           model_clean(&model, (p), (n))
#define NETP_ETH_DISCARD(p, n)         model_discard(&model, (p), (n))

#endif
