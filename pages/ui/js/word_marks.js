// Where words of the glossary stand in a text: the longest first, with Korean particles or an English plural behind them.

// what may follow a Korean noun without a blank, in this order; whatever else follows makes it another word
const PARTICLES = [
  "들|별|마다|끼리|째",
  "에서|에게|으로|로|부터|까지|처럼|보다|만큼|대로|밖에|조차|이나|나|이란|란|에|과|와|만|의|도|뿐",
  "은|는|이|가|을|를|도|의|만|이다|입니다|이며|며|이고|이면|이라면|이었습니다|였습니다|인지|인|일|이라는|라는|이라고|라고",
];
const AROUND = {
  ko: ["(?<![가-힣\\p{Script=Latin}_.])", `(?:${PARTICLES.join(")?(?:")})?(?![가-힣\\p{Script=Latin}_])`],
  en: ["(?<![\\p{L}\\d_.])", "(?![\\p{L}\\d_])"],
};

// Args: terms: [{key, find, apart}]. Returns text => [{key, start, end}], without what lies within the signs that
// isolate a person's own words (U+2068, U+2069).
function wordFinder(terms, language) {
  const keys = new Map();
  for (const { key, find } of terms) for (const word of find) keys.set(word.toLowerCase(), key);
  for (const { apart } of terms) for (const phrase of apart) if (!keys.has(phrase.toLowerCase())) keys.set(phrase.toLowerCase(), null);
  const spellings = [...keys.keys()].sort((one, other) => other.length - one.length);
  const plural = language === "en" ? "(?:e?s)?" : "";
  const [before, after] = AROUND[language];
  const pattern = new RegExp(`\\u2068[^\\u2069]*\\u2069|${before}((${spellings.map(escaped).join("|")})${plural})${after}`, "giu");
  return (text) =>
    [...text.matchAll(pattern)]
      .filter(([, whole]) => whole !== undefined)
      .map(({ index, 1: whole, 2: word }) => ({ key: keys.get(word.toLowerCase()), start: index, end: index + whole.length }))
      .filter(({ key }) => key);
}

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
