/* post_form.h - -F: the parts of a multipart/form-data body. SPDX-License-Identifier: MIT */
#ifndef POST_FORM_H
#define POST_FORM_H

#include "post_data.h"

/* Adds a part, of the value of -F; plain: of --form-string. The exit status. */
int post_form_add(struct post_data *d, const struct cli *c, const char *text, bool plain);

/* Makes the body of the parts. The exit status. */
int post_form_end(struct post_data *d, const struct cli *c);

/* Gives a text to d, which frees it; returns it. */
char *post_data_keep(struct post_data *d, char *text);

#endif
