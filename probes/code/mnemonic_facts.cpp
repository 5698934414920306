#include "probes/code/mnemonic_facts.h"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace bottleneck {
namespace {

enum Trait : unsigned {
  divides = 1,
  serializes = 2,
  moves = 4,
  ignores_same = 8,
  non_temporal = 16,
  prefetches = 32,
};

/// Words apart by blanks; one that ends in '*' stands for all names that begin so.
struct Row {
  std::string_view names;
  Arithmetic arithmetic = Arithmetic::none;
  std::uint8_t latency = 1;
  std::uint8_t flops = 0;
  unsigned traits = 0;
};

// Latencies: typical figures of Intel's and AMD's cores since 2015, as published by Agner Fog
// (instruction tables) and uops.info. Where cores differ: additions of floats take 4 cycles on
// Skylake and Ice Lake, 3 since then and on Zen; div is of Ice Lake and later (Skylake: 26 for 32
// bits, 42 and more for 64).
constexpr auto none = Arithmetic::none;
constexpr auto integer = Arithmetic::integer;
constexpr auto scalar_float = Arithmetic::scalar_float;
constexpr auto packed_float = Arithmetic::packed_float;
constexpr auto packed_integer = Arithmetic::packed_integer;

/// By the whole name: general registers, x87, and what is no arithmetic.
constexpr Row general_rows[] = {
    {"mov", none, 0, 0, moves},
    {"movnti", none, 0, 0, moves | non_temporal},
    {"movzx movsx movsxd movbe", none, 1, 0, moves},
    {"push pop ret call", none, 0},
    {"xor sub", integer, 1, 0, ignores_same},
    {"add adc adcx adox sbb and or not neg inc dec shl shr sar shlx shrx sarx rol ror rorx andn "
     "bextr bzhi blci blcic blcmsk blcs blcfill blsfill blsic t1mskc tzmsk blsi blsmsk blsr bswap "
     "bts btr btc",
     integer, 1},
    {"imul popcnt lzcnt tzcnt bsf bsr crc32 pdep pext shld shrd rcl rcr", integer, 3},
    {"mul mulx", integer, 4},
    {"xadd", integer, 2},
    {"div idiv", integer, 12, 0, divides},
    {"xchg", none, 2},
    {"cmpxchg cmpxchg8b cmpxchg16b", none, 5},
    {"pause tpause umwait mwait mwaitx", none, 140, 0, serializes},
    {"cpuid serialize", none, 100, 0, serializes},
    {"syscall sysenter int int1 into iret iretd iretq hlt wbinvd", none, 100, 0, serializes},
    {"mfence", none, 33, 0, serializes},
    {"lfence sfence", none, 6, 0, serializes},
    {"rdtscp", none, 25, 0, serializes},
    {"rdtsc rdpmc", none, 25},
    {"prefetch*", none, 1, 0, prefetches},
    {"fadd faddp fiadd fsub fsubp fsubr fsubrp fisub fisubr", scalar_float, 3, 1},
    {"fmul fmulp fimul", scalar_float, 4, 1},
    {"fdiv fdivp fdivr fdivrp fidiv fidivr", scalar_float, 15, 1, divides},
    {"fsqrt", scalar_float, 21, 1, divides},
    {"fsin fcos fsincos fptan fpatan f2xm1 fyl2x fyl2xp1 fprem fprem1 fscale", scalar_float, 60, 1},
    {"fabs fchs", scalar_float, 1},
    {"fcom fcomi fcomip fcomp fcompp fucom fucomi fucomip fucomp fucompp ficom ficomp ftst frndint",
     scalar_float, 3},
    {"fild fist fistp fisttp", none, 4},
    {"fld fst fstp fxch", none, 0},
    {"pusha pushad pushf pushfd pushfq popa popad popf popfd popfq pconfig ptwrite psmash "
     "pvalidate",
     none, 1},
    {"tdpbf16ps", packed_float, 52},  // tiles: in no set of registers, their flops are not counted
    {"tdpb*", packed_integer, 52},
    {"kadd* kshift* kunpck*", none, 4},
    {"kmov*", none, 3},
};

/// By the name without a leading v and without its last two letters (pd, ss, ...): floats. Packed
/// or scalar is said by these letters.
constexpr Row float_rows[] = {
    {"add sub addsub min max mul", packed_float, 4, 1},
    {"fmadd* fmsub* fnmadd* fnmsub*", packed_float, 4, 2},
    {"fcmadd* fcmul* fmulc", packed_float, 6, 2},
    {"hadd hsub", packed_float, 6, 1},
    {"dp", packed_float, 13, 2},
    {"dpbf16", packed_float, 6, 4},
    {"div", packed_float, 14, 1, divides},
    {"sqrt", packed_float, 18, 1, divides},
    {"rcp rcp14 rcp28 rsqrt rsqrt14 rsqrt28", packed_float, 4, 1},
    {"cmp scalef range getexp getmant fixupimm fpclass frcz exp2", packed_float, 4},
    {"comi ucomi", packed_float, 3},
    {"round rndscale reduce", packed_float, 8},
};

/// By the name without a leading v: vectors. The first row that fits.
constexpr Row vector_rows[] = {
    {"movaps movapd movups movupd movdqa movdqu movdqa32 movdqa64 movdqu8 movdqu16 movdqu32 "
     "movdqu64 lddqu",
     none, 0, 0, moves},
    {"movnt* maskmovdqu maskmovq", none, 0, 0, moves | non_temporal},
    {"movss movsd movsh movlps movhps movlpd movhpd", none, 1, 0, moves},
    {"movhlps movlhps", none, 1},
    {"movd movq movw maskmov* pmaskmov*", none, 1, 0, moves},
    {"pxor pxord pxorq xorps xorpd psubb psubw psubd psubq pcmpgtb pcmpgtw pcmpgtd pcmpeq*",
     packed_integer, 1, 0, ignores_same},
    {"andps andpd andnps andnpd orps orpd", packed_integer, 1},
    {"pshufd pshufhw pshuflw pshufw punpck* unpck* shufps shufpd palignr pslldq psrldq pblendd "
     "pblendw pblendm* blendps blendpd blendm* pack* movddup movshdup movsldup insertps permilps "
     "permilpd pmovzx* pmovsx*",
     none, 1},
    {"blendv* pblendvb pinsr* pcmov", none, 2},
    {"movmsk* pmovmskb pextr* extract* insert* perm* broadcast* pbroadcast* shuff* shufi* align* "
     "compress* expand* pcompress* pexpand* pmovb2m pmovw2m pmovd2m pmovq2m pmovm2*",
     none, 3},
    {"pmov*", none, 4},
    {"gatherpf* scatterpf*", none, 1, 0, prefetches},
    {"gather* pgather* scatter* pscatter*", none, 15},
    {"pmulld", packed_integer, 10},
    {"pmullq", packed_integer, 15},
    {"pmul* pmadd* pdp* gf2p8*", packed_integer, 5},
    {"psadbw dbpsadbw phadd* phsub* ptest* testps testpd pcmpgtq popcnt*", packed_integer, 3},
    {"mpsadbw plzcnt* aes* sha1* sha256* phminposuw", packed_integer, 4},
    {"pclmulqdq", packed_integer, 6},
    {"pcmpestr* pcmpistr*", packed_integer, 11},
    {"pconflict*", packed_integer, 20},
    {"p*", packed_integer, 1},
};

/// Conversions between integers and floats and between floats, whichever way.
constexpr Row conversion{"", packed_float, 5};

/// The words of some rows by their first letter: 1 700 names are looked up before the first answer.
class Patterns {
 public:
  explicit Patterns(std::span<const Row> rows) {
    for (const Row& row : rows)
      for (std::string_view rest = row.names; !rest.empty();) {
        const std::size_t end = std::min(rest.find(' '), rest.size());
        words_[bucket_of(rest)].push_back({rest.substr(0, end), &row});
        rest.remove_prefix(std::min(end + 1, rest.size()));
      }
  }

  /// The first row that fits; null if none does.
  const Row* find(std::string_view name) const {
    for (const auto& [word, row] : words_[bucket_of(name)])
      if (word.ends_with('*') ? name.starts_with(word.substr(0, word.size() - 1)) : name == word)
        return row;
    return nullptr;
  }

 private:
  static std::size_t bucket_of(std::string_view name) {
    return name.empty() ? 0 : static_cast<unsigned char>(name.front()) % 32;
  }

  std::array<std::vector<std::pair<std::string_view, const Row*>>, 32> words_;
};

struct AllPatterns {
  Patterns general{general_rows};
  Patterns floats{float_rows};
  Patterns vectors{vector_rows};
};

std::uint8_t float_bits(std::string_view letters) {
  return letters == "pd" || letters == "sd"   ? 64
         : letters == "ps" || letters == "ss" ? 32
         : letters == "ph" || letters == "sh" ? 16
                                              : 0;
}

MnemonicFacts make_facts(const Row& row) {
  return {.arithmetic = row.arithmetic,
          .latency = row.latency,
          .flops = row.flops,
          .divides = (row.traits & divides) != 0,
          .serializes = (row.traits & serializes) != 0,
          .moves = (row.traits & moves) != 0,
          .ignores_same = (row.traits & ignores_same) != 0,
          .non_temporal = (row.traits & non_temporal) != 0,
          .prefetches = (row.traits & prefetches) != 0};
}

MnemonicFacts float_facts(const Row& row, std::string_view letters) {
  MnemonicFacts facts = make_facts(row);
  facts.element_bits = float_bits(letters);
  if (letters.front() == 's') facts.arithmetic = scalar_float;
  // Single precision divides sooner: divss 11, sqrtss 12.
  if (facts.divides && facts.element_bits == 32) facts.latency = facts.latency == 14 ? 11 : 12;
  return facts;
}

/// cvttsd2usi: from sd to an integer. The type of the floats is the first one that is named.
MnemonicFacts conversion_facts(std::string_view name) {
  MnemonicFacts facts = make_facts(conversion);
  for (std::size_t i = 3; i + 1 < name.size() && facts.element_bits == 0; ++i)
    facts.element_bits = float_bits(name.substr(i, 2));
  std::string_view from = name.substr(name.starts_with("cvtt") ? 4 : 3);
  if (from.starts_with('s') || from.starts_with("usi")) facts.arithmetic = scalar_float;
  return facts;
}

MnemonicFacts facts_by_name(const AllPatterns& patterns, std::string_view name) {
  if (const Row* row = patterns.general.find(name)) {
    MnemonicFacts facts = make_facts(*row);
    if (facts.arithmetic == scalar_float) facts.element_bits = 80;
    return facts;
  }
  if (name.starts_with('v')) name.remove_prefix(1);
  if (name.starts_with("cvt")) return conversion_facts(name);
  if (name.size() > 3 && float_bits(name.substr(name.size() - 2)) != 0)
    if (const Row* row = patterns.floats.find(name.substr(0, name.size() - 2)))
      return float_facts(*row, name.substr(name.size() - 2));
  if (const Row* row = patterns.vectors.find(name)) return make_facts(*row);
  return {};
}

struct Named {
  ZydisMnemonic mnemonic;
  Operation operation;
};

constexpr Named operations[] = {
    {ZYDIS_MNEMONIC_MOV, Operation::move},         {ZYDIS_MNEMONIC_MOVZX, Operation::move},
    {ZYDIS_MNEMONIC_MOVSX, Operation::move_sign},  {ZYDIS_MNEMONIC_MOVSXD, Operation::move_sign},
    {ZYDIS_MNEMONIC_LEA, Operation::address},      {ZYDIS_MNEMONIC_ADD, Operation::add},
    {ZYDIS_MNEMONIC_SUB, Operation::subtract},     {ZYDIS_MNEMONIC_AND, Operation::bit_and},
    {ZYDIS_MNEMONIC_OR, Operation::bit_or},        {ZYDIS_MNEMONIC_XOR, Operation::bit_xor},
    {ZYDIS_MNEMONIC_SHL, Operation::shift_left},   {ZYDIS_MNEMONIC_SHR, Operation::shift_right},
    {ZYDIS_MNEMONIC_SAR, Operation::shift_signed}, {ZYDIS_MNEMONIC_SHLX, Operation::shift_left},
    {ZYDIS_MNEMONIC_SHRX, Operation::shift_right}, {ZYDIS_MNEMONIC_SARX, Operation::shift_signed},
    {ZYDIS_MNEMONIC_IMUL, Operation::multiply},    {ZYDIS_MNEMONIC_INC, Operation::increment},
    {ZYDIS_MNEMONIC_DEC, Operation::decrement},    {ZYDIS_MNEMONIC_NEG, Operation::negate},
    {ZYDIS_MNEMONIC_NOT, Operation::complement},
};

using Table = std::array<MnemonicFacts, ZYDIS_MNEMONIC_MAX_VALUE + 1>;

Table make_table() {
  const AllPatterns patterns;
  Table table;
  for (std::size_t i = 0; i < table.size(); ++i) {
    const char* name = ZydisMnemonicGetString(static_cast<ZydisMnemonic>(i));
    if (name != nullptr) table[i] = facts_by_name(patterns, name);
  }
  for (const Named& one : operations) table[one.mnemonic].operation = one.operation;
  return table;
}

}  // namespace

const MnemonicFacts& facts_of(ZydisMnemonic mnemonic) {
  static const Table table = make_table();
  return table[mnemonic];
}

}  // namespace bottleneck
