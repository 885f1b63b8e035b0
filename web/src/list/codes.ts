// Countries abroad, and the languages in which people write today: their codes alone, for the browser knows their names.

const COUNTRIES =
  "AD AE AF AG AI AL AM AO AR AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BW BY BZ CA CC CD CF CG " +
  "CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG " +
  "GH GI GL GM GN GP GQ GR GS GT GW GY HK HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR " +
  "KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MQ MR MS MT MU MV MW MX MY MZ NA NC NE " +
  "NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK " +
  "SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UY UZ VA VC VE VG VN VU WF WS " +
  "XK YE YT ZA ZM ZW";
const LANGUAGES =
  "aa ab af ak am ar as av ay az ba be bg bi bm bn bo bs ca ce ch cs cv cy da de dv dz ee el en es et eu fa ff fi fj fo " +
  "fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz id ig is it iu ja jv ka kg ki kj kk kl km kn ko ks ku kv ky la lb " +
  "lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr ny oc om or os pa pl ps pt qu rm rn ro " +
  "ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tn to tr ts tt ty ug uk ur uz ve vi wa " +
  "wo xh yi yo za zh zu";

type Choice = readonly [code: string, name: string];

export function languageName(language: string): (code: string) => string {
  const names = new Intl.DisplayNames(language, { type: "language" });
  return (code) => names.of(code) ?? code;
}

/** In the order of the names. */
function inOrder(codes: string, nameOf: (code: string) => string, language: string): readonly Choice[] {
  const order = new Intl.Collator(language);
  return codes.split(" ").map((code) => [code, nameOf(code)] as const)
    .filter(([code, name]) => name !== code) // not every browser knows every name
    .sort((one, other) => order.compare(one[1], other[1]));
}

export const allLanguages = (language: string) => inOrder(LANGUAGES, languageName(language), language);

export const allCountries = (language: string, nameOf: (code: string) => string) => inOrder(COUNTRIES, nameOf, language);
