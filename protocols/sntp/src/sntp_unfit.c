/* sntp_unfit.c - why an answer can't be used, in words. SPDX-License-Identifier: MIT */
#include <netproto/sntp_client.h>

const char *netp_sntp_unfit_text(enum netp_sntp_unfit why)
{
    static const char *const text[] = {
#define UNFIT_TEXT_(name, words) words,
        NETP_SNTP_UNFIT_LIST(UNFIT_TEXT_)
#undef UNFIT_TEXT_
    };

    return text[why];
}
