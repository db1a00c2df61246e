/* The reduced journey in C, with everything that the compiled engine does on it: draws, journey, counters, ledger.
   Column numbers and purposes come from simulation.model.columns as macros; the order of people parameters from the
   Python side. Blocks of people, touchpoint by touchpoint, those who meet it gathered in a list.
   With EVERY_PASS it also makes the engine's passes that find nothing to do on this journey: newcomers, open problems, what
   acquaintances told, marks, failures, talk, surveys with their draws. Their rates are 0, which the compiler cannot know. */
#include <math.h>
#include <stdint.h>
#include <string.h>

#define BLOCK 512
#define UNITS 1048576.0
#define ROTATE(x, r) (((x) << (r)) | ((x) >> (32 - (r))))
#define MIX(a, b, c, d, r, s) a += b; b = ROTATE(b, r) ^ a; c += d; d = ROTATE(d, s) ^ c;
#define EIGHT(a, b, c, d, r0, r1, r2, r3, r4, r5, r6, r7) \
    MIX(a, b, c, d, r0, r1) MIX(a, d, c, b, r2, r3) MIX(a, b, c, d, r4, r5) MIX(a, d, c, b, r6, r7)
#define KEY(i, j, k, l, n) a += i; b += j; c += k; d += l + n;

typedef uint32_t word;

static inline void threefry(const word *key, word slot, word week, word purpose, word *out0, word *out1, word *out2, word *out3) {
    const word k0 = key[0], k1 = key[1], k2 = key[2], k4 = 0x1BD11BDA ^ k0 ^ k1 ^ k2;
    word a = slot + k0, b = week + k1, c = purpose + k2, d = 0; /* k3 and the last counter are 0 */
    EIGHT(a, b, c, d, 10, 26, 11, 21, 13, 27, 23, 5) KEY(k1, k2, 0, k4, 1)
    EIGHT(a, b, c, d, 6, 20, 17, 11, 25, 10, 18, 20) KEY(k2, 0, k4, k0, 2)
    EIGHT(a, b, c, d, 10, 26, 11, 21, 13, 27, 23, 5) KEY(0, k4, k0, k1, 3)
    EIGHT(a, b, c, d, 6, 20, 17, 11, 25, 10, 18, 20) KEY(k4, k0, k1, k2, 4)
    EIGHT(a, b, c, d, 10, 26, 11, 21, 13, 27, 23, 5) KEY(k0, k1, k2, 0, 5)
    *out0 = a, *out1 = b, *out2 = c, *out3 = d;
}

static inline double uniform(word w) { return (w + 0.5) * 0x1p-32; }
static inline double luck(word v, word w) {
    return ((double)((v & 0xFFFF) + (v >> 16) + (w & 0xFFFF) + (w >> 16)) - 131070.0) * (1.7320508075688772 * 0x1p-16);
}
static inline double clip(double x, double low, double high) { return x < low ? low : x > high ? high : x; }
static inline int64_t fixed(double x) { return (int64_t)floor(x * UNITS + 0.5); }
static inline double exp_(double x) {
    double y = clip(x, -16.0, 16.0) * 0.00390625;
    double p = 1 + y * (1 + y * (1 / 2.0 + y * (1 / 6.0 + y * (1 / 24.0 + y * (1 / 120.0 + y * (1 / 720.0 + y * (1 / 5040.0)))))));
    for (int i = 0; i < 8; i++) p = p * p;
    return p;
}

enum { ANCHOR, ASSIMILATION, WORST_FADING, TRUST_LEARNING, WILL_LEARNING, SHOULD_LEARNING, SHOULD_FORGETTING,
       TRUST_NEUTRAL, TRUST_RECOVERY, LOYALTY_WEIGHT, LOYALTY_SPEED, DEFECTION_SENSITIVITY, FATIGUE_FADING,
       REPUTATION_FADING, EXIT, NEUTRAL, MEMORY_WEIGHT, DEFECTION, PROMISE_FORGETTING, MIXED,
       REPUTATION_GAIN, REPUTATION_LOSS, TALK_BAD_BELOW, TALK_GOOD_ABOVE, TALK_BAD, TALK_GOOD, SURVEY_RATE };
enum { WEEKLY, T_QUALITY, SPREAD, GAIN, LOSS, NOTICE, T_CONVERSION, T_COST, T_FAILURE, T_WIDTH };

typedef struct {
    int64_t n, touchpoints, cells;
    const word *key;
    double *real;
    int32_t *whole;
    int64_t *counts, *felt, *slope, *promise, *origin;
    const double *p, *touch;
} world;

typedef struct {
    double lowest[BLOCK], highest[BLOCK], happened[BLOCK], kept[BLOCK], weight[BLOCK], weighted[BLOCK];
    int64_t met[BLOCK], won[BLOCK], last[BLOCK];
} marks;

#define R(column) real[(int64_t)(column) * n + i]
#define W(column) whole[(int64_t)(column) * n + i]
#define COUNT(position, amount) do { int64_t add = (amount); mine[position] += add; before[position] += add; } while (0)
#define CELLS(i) int64_t wide = w->touchpoints * TOUCHPOINT_WIDTH + COMPANY_WIDTH, \
    *mine = w->counts + W(CELL) * wide, *before = w->counts + (w->cells + W(CELL_BEFORE)) * wide

static double meet(const world *w, int64_t i, int64_t j, int64_t k, word w0, word w1, marks *room) {
    const int64_t n = w->n;
    double *real = w->real; int32_t *whole = w->whole;
    const double *p = w->p, *t = w->touch + k * T_WIDTH;
    int64_t at = k * TOUCHPOINT_WIDTH;
    CELLS(i);
    double quality = t[T_QUALITY] + t[SPREAD] * luck(w0, w1);
    double will = R(WILL) + R(PARTS), should = R(SHOULD) + R(PARTS + 1);
    double perceived = (1.0 - p[ASSIMILATION]) * quality + p[ASSIMILATION] * will;
    double gap = perceived - should, slope = gap >= 0.0 ? t[GAIN] : t[LOSS], felt = slope * gap;
    double happened = clip(p[ANCHOR] + felt, 0.02, 1.0);
    double past = gap < 0.0 ? p[MEMORY_WEIGHT] : 1.0 - (1.0 - p[MEMORY_WEIGHT]) * t[NOTICE];
    room->kept[j] *= past, room->weight[j] += 1.0 - past, room->weighted[j] += (1.0 - past) * sqrt(happened);
    R(WORST) = p[ANCHOR] - happened > R(WORST) ? p[ANCHOR] - happened : R(WORST);
    R(TRUST) = clip(R(TRUST) + p[TRUST_LEARNING] * (quality - will), 0.0, 1.0);
    int side = felt >= 0.0 ? 0 : 1;
    double pass_on = slope * (1.0 - p[ASSIMILATION]);
    w->felt[2 * k + side] += fixed(felt);
    w->slope[(2 * k + side) * w->cells + W(CELL)] += fixed(pass_on);
    w->promise[2 * k + side] += fixed(slope * (p[ASSIMILATION] * R(PARTS) - R(PARTS + 1)));
    w->origin[k * (2 * w->touchpoints + 1) + (W(CASE) >= 0 ? W(CASE) : 2 * w->touchpoints)] += 1;
    R(WILL) += p[WILL_LEARNING] * (quality - will);
    R(SHOULD) += p[SHOULD_LEARNING] * (perceived > should ? perceived - should : 0.0);
    COUNT(at + N_ENCOUNTERS, 1);
    COUNT(at + N_EXPERIENCE, fixed(happened));
    COUNT(at + N_COST, fixed(t[T_COST]));
    return happened;
}

static void stock(const world *w, int64_t i) {
    const int64_t n = w->n, company = w->touchpoints * TOUCHPOINT_WIDTH;
    double *real = w->real; int32_t *whole = w->whole;
    CELLS(i);
    COUNT(company + C_PROSPECTS + W(STAGE), 1);
    if (W(STAGE) == CUSTOMER) {
        COUNT(company + C_SATISFACTION, fixed(R(SATISFACTION)));
        COUNT(company + C_TRUST, fixed(R(TRUST)));
    }
    if (W(PURCHASES) > 0) {
        COUNT(company + C_EVER, 1);
        COUNT(company + C_LOYALTY, fixed(R(LOYALTY)));
    }
}

static void end_week(const world *w, int64_t start, int64_t size, const word *words, const marks *room) {
    const int64_t n = w->n, company = w->touchpoints * TOUCHPOINT_WIDTH;
    int32_t *whole = w->whole;
    const double *p = w->p;
    double *restrict trust = w->real + TRUST * n + start, *restrict satisfied = w->real + SATISFACTION * n + start;
    double *restrict loyalty = w->real + LOYALTY * n + start;
    double *restrict memory = w->real + MEMORY * n + start;
    double chance[BLOCK];
    for (int64_t j = 0; j < size; j++) {
        trust[j] = clip(trust[j] - p[MIXED] * 0.0 + p[TRUST_RECOVERY] * (p[TRUST_NEUTRAL] - trust[j]), 0.0, 1.0);
        if (room->weight[j] > 0.0) memory[j] += (1.0 - room->kept[j]) * (room->weighted[j] / room->weight[j] - memory[j]);
        satisfied[j] = clip(memory[j] * memory[j], 0.02, 1.0);
        loyalty[j] += p[LOYALTY_SPEED] * (p[LOYALTY_WEIGHT] * satisfied[j] + (1.0 - p[LOYALTY_WEIGHT]) * trust[j] - loyalty[j]);
    }
    for (int64_t j = 0; j < size; j++)
        chance[j] = clip(p[DEFECTION] * exp_(p[DEFECTION_SENSITIVITY] * (p[NEUTRAL] - loyalty[j])), 0.0, 1.0);
    for (int64_t j = 0; j < size; j++) {
        const int64_t i = start + j;
        if (W(STAGE) != CUSTOMER) continue;
        CELLS(i);
        if (uniform(words[j]) < chance[j]) {
            W(STAGE) = DEFECTED;
            COUNT(company + C_DEFECTIONS, 1);
            COUNT(company + C_SILENT, 1);
        } else
            COUNT(company + C_RETAINED, 1);
    }
}

static void begin(const world *w, int64_t start, int64_t size, const word *words, marks *room) {
    const int64_t n = w->n;
    const double *p = w->p;
    int32_t *whole = w->whole;
    double *restrict will = w->real + PARTS * n + start, *restrict should = w->real + (PARTS + 1) * n + start;
    double *restrict base = w->real + SHOULD * n + start, *restrict worst = w->real + WORST * n + start;
    const double *restrict norm = w->real + NORM * n + start;
    double *restrict fatigue = w->real + FATIGUE * n + start, *restrict heard = w->real + REPUTATION * n + start;
    const int32_t *restrict good = whole + HEARD_GOOD * n + start, *restrict bad = whole + HEARD_BAD * n + start;
    for (int64_t j = 0; j < size; j++) {
        will[j] *= 1.0 - p[PROMISE_FORGETTING], should[j] *= 1.0 - p[PROMISE_FORGETTING];
        base[j] += p[SHOULD_FORGETTING] * (norm[j] - base[j]);
        worst[j] *= 1.0 - p[WORST_FADING];
        fatigue[j] *= 1.0 - p[FATIGUE_FADING];
    }
    for (int64_t j = 0; j < size; j++) {
        const double told = EVERY_PASS ? p[REPUTATION_GAIN] * good[j] - p[REPUTATION_LOSS] * bad[j] : 0.0;
        heard[j] = clip(heard[j] * (1.0 - p[REPUTATION_FADING]) + told, -1.0, 1.0);
    }
    for (int64_t i = start; i < start + size; i++) W(HEARD_GOOD) = W(HEARD_BAD) = 0, W(TELLS) = TELLS_NOTHING;
    for (int64_t j = 0; j < size; j++) room->kept[j] = 1.0, room->weight[j] = room->weighted[j] = 0.0;
    if (!EVERY_PASS) return;
    memset(room->met, 0, sizeof room->met), memset(room->won, 0, sizeof room->won);
    for (int64_t j = 0; j < size; j++) room->last[j] = -1, room->lowest[j] = 1.0, room->highest[j] = 0.0;
    for (int64_t j = 0; j < size; j++)
        if (uniform(words[j]) < p[EXIT]) whole[STAGE * n + start + j] = PROSPECT; /* nobody */
    for (int64_t i = start; i < start + size; i++)
        if (W(CASE) >= 0) W(CASE_WEEKS) += 1; /* nobody */
}

/* Counters of the company that are sums of others, as in the engine. */
static void add_up(const world *w) {
    const int64_t company = w->touchpoints * TOUCHPOINT_WIDTH, wide = company + COMPANY_WIDTH;
    for (int64_t c = 0; c < 2 * w->cells; c++) {
        int64_t *row = w->counts + c * wide;
        for (int64_t stage = 0; stage < 4; stage++) row[company + C_PEOPLE] += row[company + C_PROSPECTS + stage];
        for (int64_t k = 0; k < w->touchpoints; k++) row[company + C_COST] += row[k * TOUCHPOINT_WIDTH + N_COST];
    }
}

static void visit(const world *w, int64_t start, int64_t size, int64_t week, int64_t k, const word *meets, marks *room) {
    const int64_t n = w->n, at = k * TOUCHPOINT_WIDTH;
    int32_t *whole = w->whole;
    const double *t = w->touch + k * T_WIDTH;
    word list[BLOCK + 1], words[4][BLOCK];
    int64_t many = 0;
    for (int64_t j = 0; j < size; j++) {
        list[many] = (word)j;
        many += uniform(meets[j]) < t[WEEKLY];
    }
    for (int64_t c = 0; c < many; c++)
        threefry(w->key, start + list[c], week, P_ENCOUNTER + k, &words[0][c], &words[1][c], &words[2][c], &words[3][c]);
    for (int64_t c = 0; c < many; c++) {
        int64_t j = list[c], i = start + j;
        double happened = meet(w, i, j, k, words[0][c], words[1][c], room);
        int yes = uniform(words[2][c]) < clip(t[T_CONVERSION], 0.0, 1.0);
        if (yes) {
            CELLS(i);
            COUNT(at + N_SUCCESSES, 1);
        }
        if (!EVERY_PASS) continue;
        room->happened[j] = happened, room->last[j] = k, room->met[j] |= 1 << k, room->won[j] |= yes << k;
        room->lowest[j] = fmin(room->lowest[j], happened), room->highest[j] = fmax(room->highest[j], happened);
        if (uniform(words[3][c]) < t[T_FAILURE] && W(STAGE) == CUSTOMER && W(CASE) < 0) W(CASE) = k; /* nobody */
    }
}

/* Nobody tells anything and nobody is sent a survey on this journey, but all are looked at, and the draws made. */
static void talk(const world *w, int64_t start, int64_t size, int64_t week, const word *tells, const marks *room) {
    const int64_t n = w->n;
    const double *p = w->p;
    int32_t *whole = w->whole;
    word list[BLOCK + 1], words[4][BLOCK];
    int64_t many = 0;
    for (int64_t j = 0; j < size; j++) {
        int bad = room->lowest[j] < p[TALK_BAD_BELOW], good = room->highest[j] > p[TALK_GOOD_ABOVE];
        list[many] = (word)j;
        many += (bad | good) & (uniform(tells[j]) < (bad ? p[TALK_BAD] : p[TALK_GOOD]));
    }
    for (int64_t c = 0; c < many; c++) whole[TELLS * n + start + list[c]] = TELLS_GOOD;
    many = 0;
    for (int64_t j = 0; j < size; j++) {
        list[many] = (word)j;
        many += (whole[STAGE * n + start + j] == CUSTOMER) & (room->last[j] >= 0);
    }
    for (int64_t c = 0; c < many; c++)
        threefry(w->key, start + list[c], week, P_SURVEY, &words[0][c], &words[1][c], &words[2][c], &words[3][c]);
    for (int64_t c = 0; c < many; c++)
        if (uniform(words[0][c]) < p[SURVEY_RATE]) whole[TELLS * n + start + list[c]] = TELLS_BAD;
}

void live(const world *w, int64_t week) {
    word finish[4][BLOCK], meets[4][BLOCK];
    marks room;
    for (int64_t start = 0; start < w->n; start += BLOCK) {
        int64_t size = w->n - start < BLOCK ? w->n - start : BLOCK;
        for (int64_t j = 0; j < size; j++)
            threefry(w->key, start + j, week, P_FINISH, &finish[0][j], &finish[1][j], &finish[2][j], &finish[3][j]);
        for (int64_t j = 0; j < size; j++)
            threefry(w->key, start + j, week, P_MEET, &meets[0][j], &meets[1][j], &meets[2][j], &meets[3][j]);
        begin(w, start, size, finish[0], &room);
        for (int64_t k = 0; k < w->touchpoints; k++) visit(w, start, size, week, k, meets[k], &room);
        end_week(w, start, size, finish[2], &room);
        if (EVERY_PASS) talk(w, start, size, week, finish[3], &room);
        for (int64_t j = 0; j < size; j++) stock(w, start + j);
    }
    add_up(w);
}
