/** The numbers in a text: with digits of any script, grouped or not. */
export function numbersIn(text: string): number[] {
  const found = withPlainDigits(text).matchAll(/\d+(?:[,'\u00a0\u202f]\d{3}(?!\d))*(?:\.\d+)?/g);
  return [...found].map(([number]) => Number(number.replaceAll(/[,'\u00a0\u202f]/g, '')));
}

/** The first digit of scripts that models answer in. */
const zeros = [0x0660, 0x06f0, 0x0966, 0x09e6, 0x0e50, 0xff10];

/** The text with every digit as 0 to 9. */
export function withPlainDigits(text: string): string {
  return text.replaceAll(/\p{Nd}/gu, (digit) => {
    const code = digit.codePointAt(0) ?? 0;
    const zero = zeros.find((one) => code >= one && code <= one + 9);
    return zero === undefined ? digit : String(code - zero);
  });
}

const small = [
  ...['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'],
  ...['eleven', 'twelve', 'thirteen', 'fourteen', 'fifteen', 'sixteen', 'seventeen', 'eighteen'],
  'nineteen',
];
const tens = ['', '', 'twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety'];

/** A number below 1,000 in English words; British English puts " and " behind the hundreds. */
export function englishNumeral(value: number, joint = ' '): string {
  const hundreds = Math.floor(value / 100);
  const rest = value % 100;
  if (hundreds > 0) {
    const start = `${small[hundreds]} hundred`;
    return rest === 0 ? start : `${start}${joint}${englishNumeral(rest)}`;
  }
  if (rest < 20) return small[rest] ?? '';
  const unit = rest % 10;
  return `${tens[Math.floor(rest / 10)]}${unit === 0 ? '' : `-${small[unit]}`}`;
}

const chineseDigits = '零一二三四五六七八九';

/** A number below 1,000 in Chinese. */
export function chineseNumeral(value: number): string {
  const [hundreds, ten, unit] = [Math.floor(value / 100), Math.floor(value / 10) % 10, value % 10];
  const units = unit === 0 ? '' : (chineseDigits[unit] ?? '');
  const teens = ten === 0 ? '' : `${ten === 1 && hundreds === 0 ? '' : chineseDigits[ten]}十`;
  const gap = hundreds > 0 && ten === 0 && unit > 0 ? '零' : '';
  const start = hundreds === 0 ? '' : `${chineseDigits[hundreds]}百`;
  return `${start}${gap}${teens}${units}` || '零';
}
