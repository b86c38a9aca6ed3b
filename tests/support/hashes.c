/* hashes.c - MD5 (RFC 1321), SHA-256 and SHA-512/256 (FIPS 180-4), written for shortness.
 *
 * SPDX-License-Identifier: MIT */
#include "hashes.h"

#include <netproto/bytes.h>
#include <stdlib.h>
#include <string.h>

/* All parts, the padding and the length in bits, in whole blocks; free() it. */
static uint8_t *pad(const struct netp_hash *hash, const struct netp_str *part, size_t nparts,
                    bool little, size_t *blocks)
{
    size_t n = 0, at = 0, room = hash->block / 8;

    for (size_t i = 0; i < nparts; i++) {
        n += part[i].n;
    }
    *blocks = (n + 1 + room + hash->block - 1) / hash->block;
    uint8_t *p = (uint8_t *)calloc(*blocks, hash->block), *end = p + *blocks * hash->block - 8;
    for (size_t i = 0; i < nparts; i++) {
        if (part[i].n > 0) {
            memcpy(p + at, part[i].p, part[i].n);
            at += part[i].n;
        }
    }
    p[n] = 0x80;
    if (little) {
        netp_wr64le(end, 8 * (uint64_t)n);
    } else {
        netp_wr64be(end, 8 * (uint64_t)n);
    }
    return p;
}

static uint32_t left(uint32_t v, unsigned n)
{
    return v << n | v >> (32 - n);
}

static void md5_block(uint32_t h[4], const uint8_t *p)
{
    static const uint8_t turn[16] = {7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21};
    static const uint32_t sine[64] = {
        0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613,
        0xfd469501, 0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193,
        0xa679438e, 0x49b40821, 0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d,
        0x02441453, 0xd8a1e681, 0xe7d3fbc8, 0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed,
        0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a, 0xfffa3942, 0x8771f681, 0x6d9d6122,
        0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70, 0x289b7ec6, 0xeaa127fa,
        0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665, 0xf4292244,
        0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
        0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb,
        0xeb86d391,
    };
    uint32_t a = h[0], b = h[1], c = h[2], d = h[3];

    for (unsigned i = 0; i < 64; i++) {
        static const unsigned step[4] = {1, 5, 3, 7}, start[4] = {0, 1, 5, 0};
        unsigned round = i / 16, k = (step[round] * i + start[round]) % 16;
        uint32_t f = round == 0   ? (b & c) | (~b & d)
                     : round == 1 ? (d & b) | (~d & c)
                     : round == 2 ? b ^ c ^ d
                                  : c ^ (b | ~d);
        f += a + sine[i] + netp_rd32le(p + (size_t)4 * k);
        a = d;
        d = c;
        c = b;
        b += left(f, turn[4 * round + i % 4]);
    }
    h[0] += a;
    h[1] += b;
    h[2] += c;
    h[3] += d;
}

static bool md5(const struct netp_hash *hash, const struct netp_str *part, size_t nparts,
                uint8_t *out)
{
    uint32_t h[4] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
    size_t blocks;
    uint8_t *p = pad(hash, part, nparts, true, &blocks);

    for (size_t i = 0; i < blocks; i++) {
        md5_block(h, p + i * hash->block);
    }
    for (size_t i = 0; i < 4; i++) {
        netp_wr32le(out + 4 * i, h[i]);
    }
    free(p);
    return true;
}

/* The constants of SHA-512; SHA-256 has the upper half of the first 64. */
static const uint64_t roots[80] = {
    0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f, 0xe9b5dba58189dbbc,
    0x3956c25bf348b538, 0x59f111f1b605d019, 0x923f82a4af194f9b, 0xab1c5ed5da6d8118,
    0xd807aa98a3030242, 0x12835b0145706fbe, 0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2,
    0x72be5d74f27b896f, 0x80deb1fe3b1696b1, 0x9bdc06a725c71235, 0xc19bf174cf692694,
    0xe49b69c19ef14ad2, 0xefbe4786384f25e3, 0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65,
    0x2de92c6f592b0275, 0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5,
    0x983e5152ee66dfab, 0xa831c66d2db43210, 0xb00327c898fb213f, 0xbf597fc7beef0ee4,
    0xc6e00bf33da88fc2, 0xd5a79147930aa725, 0x06ca6351e003826f, 0x142929670a0e6e70,
    0x27b70a8546d22ffc, 0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed, 0x53380d139d95b3df,
    0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6, 0x92722c851482353b,
    0xa2bfe8a14cf10364, 0xa81a664bbc423001, 0xc24b8b70d0f89791, 0xc76c51a30654be30,
    0xd192e819d6ef5218, 0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8,
    0x19a4c116b8d2d0c8, 0x1e376c085141ab53, 0x2748774cdf8eeb99, 0x34b0bcb5e19b48a8,
    0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb, 0x5b9cca4f7763e373, 0x682e6ff3d6b2b8a3,
    0x748f82ee5defb2fc, 0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec,
    0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915, 0xc67178f2e372532b,
    0xca273eceea26619c, 0xd186b8c721c0c207, 0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178,
    0x06f067aa72176fba, 0x0a637dc5a2c898a6, 0x113f9804bef90dae, 0x1b710b35131c471b,
    0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc, 0x431d67c49c100d4c,
    0x4cc5d4becb3e42b6, 0x597f299cfc657e2a, 0x5fcb6fab3ad6faec, 0x6c44198c4a475817,
};

/* How SHA-2 mixes: three turns each for S0, S1, s0 and s1, the last of s0 and s1 being shifts. */
struct sha2 {
    unsigned bits, rounds;
    uint8_t turn[4][3];
};

static uint64_t word(const struct sha2 *s, uint64_t v)
{
    return s->bits == 32 ? v & UINT32_MAX : v;
}

static uint64_t mix(const struct sha2 *s, unsigned which, uint64_t v)
{
    uint64_t mixed = 0;

    for (unsigned i = 0; i < 3; i++) {
        unsigned n = s->turn[which][i];
        mixed ^= v >> n;
        mixed ^= which < 2 || i < 2 ? word(s, v << (s->bits - n)) : 0;
    }
    return mixed;
}

static void sha2_block(const struct sha2 *s, uint64_t h[8], const uint8_t *p)
{
    uint64_t w[80], v[8];

    for (unsigned i = 0; i < s->rounds; i++) {
        w[i] = i >= 16 ? word(s, mix(s, 3, w[i - 2]) + w[i - 7] + mix(s, 2, w[i - 15]) + w[i - 16])
               : s->bits == 32 ? netp_rd32be(p + (size_t)4 * i)
                               : netp_rd64be(p + (size_t)8 * i);
    }
    memcpy(v, h, sizeof v);
    for (unsigned i = 0; i < s->rounds; i++) {
        uint64_t k = s->bits == 32 ? roots[i] >> 32 : roots[i];
        uint64_t t1 = v[7] + mix(s, 1, v[4]) + ((v[4] & v[5]) ^ (~v[4] & v[6])) + k + w[i];
        uint64_t t2 = mix(s, 0, v[0]) + ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
        memmove(v + 1, v, 7 * sizeof *v);
        v[4] = word(s, v[4] + t1);
        v[0] = word(s, t1 + t2);
    }
    for (unsigned i = 0; i < 8; i++) {
        h[i] = word(s, h[i] + v[i]);
    }
}

static void sha2(const struct sha2 *s, uint64_t h[8], const struct netp_hash *hash,
                 const struct netp_str *part, size_t nparts, uint8_t *out)
{
    size_t blocks, bytes = s->bits / 8;
    uint8_t *p = pad(hash, part, nparts, false, &blocks);

    for (size_t i = 0; i < blocks; i++) {
        sha2_block(s, h, p + i * hash->block);
    }
    for (size_t i = 0; i < hash->size; i++) {
        out[i] = (uint8_t)(h[i / bytes] >> (s->bits - 8 - 8 * (i % bytes)));
    }
    free(p);
}

static bool sha256(const struct netp_hash *hash, const struct netp_str *part, size_t nparts,
                   uint8_t *out)
{
    static const struct sha2 s = {32, 64, {{2, 13, 22}, {6, 11, 25}, {7, 18, 3}, {17, 19, 10}}};
    uint64_t h[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                     0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

    sha2(&s, h, hash, part, nparts, out);
    return true;
}

static bool sha512_256(const struct netp_hash *hash, const struct netp_str *part, size_t nparts,
                       uint8_t *out)
{
    static const struct sha2 s = {64, 80, {{28, 34, 39}, {14, 18, 41}, {1, 8, 7}, {19, 61, 6}}};
    uint64_t h[8] = {0x22312194fc2bf72c, 0x9f555fa3c84c64c2, 0x2393b86b6f53b151,
                     0x963877195940eabd, 0x96283ee2a88effe3, 0xbe5e1e2553863992,
                     0x2b0199fc2c85b8aa, 0x0eb72ddc81c52ca2};

    sha2(&s, h, hash, part, nparts, out);
    return true;
}

static bool broken(const struct netp_hash *hash, const struct netp_str *part, size_t nparts,
                   uint8_t *out)
{
    (void)part;
    (void)nparts;
    memset(out, 0, hash->size);
    return false;
}

const struct netp_hash hash_md5 = {"MD5", 16, 64, md5};
const struct netp_hash hash_sha256 = {"SHA-256", 32, 64, sha256};
const struct netp_hash hash_sha512_256 = {"SHA-512-256", 32, 128, sha512_256};
const struct netp_hash hash_broken = {"SHA-256", 32, 64, broken};
const struct netp_hash *const hash_list[] = {&hash_sha512_256, &hash_sha256, &hash_md5, NULL};
