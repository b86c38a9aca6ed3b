/* selftest_cert.h - a certificate for 127.0.0.1 and its key, for netproto selftest alone: everyone
 * has the key. SPDX-License-Identifier: MIT */
#ifndef SELFTEST_CERT_H
#define SELFTEST_CERT_H

#include <stddef.h>

static const char selftest_cert[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBeTCCAR+gAwIBAgIBATAKBggqhkjOPQQDAjAcMRowGAYDVQQDDBFuZXRwcm90\n"
    "byBzZWxmdGVzdDAgFw0wMDAxMDEwMDAwMDBaGA8yMTAwMDEwMTAwMDAwMFowHDEa\n"
    "MBgGA1UEAwwRbmV0cHJvdG8gc2VsZnRlc3QwWTATBgcqhkjOPQIBBggqhkjOPQMB\n"
    "BwNCAAQxXPrPRBWGmrOvD0R+43LZmzCzea2wroL/zLmrOgFZABjBjpC550yVJJFN\n"
    "IRU49mau/jkSLMwLckcmhbYu0uYmo1AwTjAMBgNVHRMBAf8EAjAAMA4GA1UdDwEB\n"
    "/wQEAwIHgDAPBgNVHREECDAGhwR/AAABMB0GA1UdDgQWBBTUaZ10nqJQUxftiKuZ\n"
    "g1xcCmK5QzAKBggqhkjOPQQDAgNIADBFAiAmzElLgHszHMTSCevsJdoymqDE6O+1\n"
    "lmqosAZHwZHbBwIhAMjCp7CBloF52tHPauaU7vPtn1U6lciXsf7C3Ry2F7ZY\n"
    "-----END CERTIFICATE-----\n"
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgJylhHDyx9DK1wVyL\n"
    "w53R3RgqYcEJ9TS8NHXt3QQ0LbihRANCAAQxXPrPRBWGmrOvD0R+43LZmzCzea2w\n"
    "roL/zLmrOgFZABjBjpC550yVJJFNIRU49mau/jkSLMwLckcmhbYu0uYm\n"
    "-----END PRIVATE KEY-----\n";

#endif
